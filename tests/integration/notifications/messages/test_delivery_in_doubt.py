"""The truth of a delivery where a text, a lease or a provider is in doubt."""

import pytest

from services.notifications.channels.channel import Outcome
from services.notifications.contacts.queries import Places
from services.notifications.messages import claims
from services.notifications.messages.delivery import deliver_one
from services.notifications.messages.lifecycle import State
from shared.contracts import gathering
from tests.integration.notifications.messages.conftest import House
from tests.integration.notifications.messages.deliveries import an_appointment, states
from tests.support.actors import TENANT
from tests.support.matters import a_meeting


class TestTextMessages:
    def test_a_lost_answer_is_looked_up_before_anything_else(self, house: House) -> None:
        house.gateway.faults = ["taken but silent"]
        house.hear(an_appointment())

        house.send()

        assert states(house, channel="sms") == ["sent"]
        assert house.gateway.submits == 1

    def test_what_never_arrived_is_sent_again(self, house: House) -> None:
        house.gateway.faults = ["silent"]
        house.hear(an_appointment())

        house.send()
        house.machine("UPDATE deliveries SET retry_at = NULL")
        house.send()

        assert states(house, channel="sms") == ["sent"]
        assert (house.gateway.submits, len(house.gateway.taken)) == (2, 1)

    def test_doubt_is_shown_and_ended_by_a_later_lookup(self, house: House) -> None:
        house.gateway.faults, house.gateway.mute_lookups = ["taken but garbled"], True
        house.hear(an_appointment())

        house.send()
        assert states(house, channel="sms") == ["unknown"]
        house.gateway.mute_lookups = False
        house.machine("UPDATE deliveries SET retry_at = clock_timestamp()")
        house.sweep()

        assert states(house, channel="sms") == ["sent"]
        assert house.gateway.submits == 1

    @pytest.mark.parametrize(
        ("code", "state"), [("418", "planned"), ("429", "planned"), ("411", "failed"), ("403", "failed")]
    )
    def test_the_gateways_own_codes_decide(self, house: House, code: str, state: str) -> None:
        house.gateway.faults = [code]
        house.hear(an_appointment())

        house.send()

        assert states(house, channel="sms") == [state]

    def test_parts_and_cost_are_kept(self, house: House) -> None:
        house.hear(an_appointment())
        house.send()

        (row,) = house.rows(channel="sms")
        assert (row.parts, row.cost_rial) == (2, 2400)


class TestLeases:
    @pytest.mark.requirement("R-169")
    def test_a_worker_past_its_lease_sends_nothing(self, house: House) -> None:
        house.hear(an_appointment())
        stale = list(claims.claim_due(house.sessions, tenant=TENANT, now=house.now, channels=["email"]))
        house.machine(
            "UPDATE deliveries SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'claimed'"
        )
        house.sweep()
        sent = len(house.mail.messages)

        with house.desk.channels["email"].open() as line:
            for claim in stale:
                deliver_one(house.sessions, house.desk, line, claim)

        assert sent == len(house.mail.messages) == 2
        assert states(house) == ["sent"] * 3

    def test_without_the_fence_it_would_speak_twice(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        house.hear(an_appointment())
        stale = claims.claim_due(house.sessions, tenant=TENANT, now=house.now, channels=["email"])
        house.machine(
            "UPDATE deliveries SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'claimed'"
        )
        house.sweep()
        monkeypatch.setattr(claims, "_owned", lambda *_args, **_changes: True)

        with house.desk.channels["email"].open() as line:
            for claim in stale:
                deliver_one(house.sessions, house.desk, line, claim)

        assert len(house.mail.messages) == 4

    def test_a_lease_that_ends_at_the_mark_stops_the_message(self, house: House) -> None:
        house.hear(an_appointment())
        (claim, *_) = claims.claim_due(house.sessions, tenant=TENANT, now=house.now, channels=["email"])
        from services.notifications.messages.delivery import _prepare

        outgoing = _prepare(house.sessions, house.desk, claim, Places())
        assert outgoing is not None
        house.machine(
            "UPDATE deliveries SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'claimed'"
        )
        with house.desk.channels["email"].open() as line:
            report = line.send(outgoing, lambda: claims.mark_data(house.sessions, claim))

        assert report.outcome is Outcome.STOPPED
        assert house.mail.messages == []

    def test_a_late_answer_ends_the_doubt(self, house: House) -> None:
        house.hear(an_appointment())
        expire = "UPDATE deliveries SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'data'"

        def slow() -> None:
            house.mail.on_data = None
            house.machine(expire)
            from services.notifications.messages import sweeper

            sweeper.tidy(house.sessions, house.desk, TENANT)
            assert State.UNKNOWN in states(house)

        house.mail.on_data = slow
        house.send()

        assert states(house) == ["sent"] * 3
        assert "peyvand.notification.unknown.v1" in house.outbox()


class TestTrouble:
    def test_a_message_that_cannot_be_written_holds_up_no_other(self, house: House) -> None:
        house.hear(an_appointment())
        house.hear(a_meeting(gathering.MeetingScheduled))
        house.machine("UPDATE notification_items SET facts = facts - 'school' WHERE rule = 'N-07'")

        house.send()

        assert {row.state for row in house.rows(rule="N-32")} == {"sent"}
        broken = house.rows(rule="N-07")
        assert {(row.state, row.refusals) for row in broken} == {("planned", 1)}
        assert "cannot be written" in broken[0].reply
