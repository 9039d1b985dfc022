"""The truth of a delivery, against a real SMTP server and a real gateway."""

import email
import email.policy
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.channels.channel import Outcome
from services.notifications.messages import claims
from services.notifications.messages.delivery import deliver_one
from services.notifications.messages.lifecycle import State
from shared.contracts import gathering, partnership
from tests.integration.notifications.messages.conftest import House
from tests.support.actors import TENANT
from tests.support.messages import (
    AGENCY_NAMES,
    CONTACT,
    DAY,
    NOW,
    PRINCIPAL,
    a_meeting,
    a_quota,
    a_secretariat,
    contact_points,
)


def an_appointment(number: str = "1399/47") -> object:
    """Mail and text to the principal, a copy to the secretary, at once."""
    return a_secretariat(
        partnership.SecretariatAppointmentIssued,
        letter_number=number,
        person_id=PRINCIPAL,
        letter_on=DAY,
        agency_names=AGENCY_NAMES,
    )


def states(house: House, **columns: object) -> list[str]:
    """States of all deliveries."""
    return sorted(row.state for row in house.rows(**columns))


class TestSending:
    @pytest.mark.requirement("R-060")
    def test_an_appointment_reaches_principal_and_secretary(self, house: House) -> None:
        house.hear(an_appointment())

        house.send()

        assert states(house) == ["sent"] * 3
        assert len(house.mail.messages) == 2
        assert len(house.gateway.taken) == 1
        parsed = email.message_from_bytes(house.mail.messages[0][1], policy=email.policy.SMTP)
        assert parsed["Subject"].startswith("ابلاغ:")
        assert parsed["Message-ID"].endswith("@peyvand>")
        assert [part.get_content_type() for part in parsed.walk() if part.get_filename()] == ["application/pdf"]
        assert house.outbox().count("peyvand.notification.sent.v1") == 3

    @pytest.mark.requirement("R-071")
    def test_an_invitation_carries_its_calendar_entry(self, house: House) -> None:
        house.hear(a_meeting(gathering.MeetingScheduled))
        house.send()
        house.hear(a_meeting(gathering.MeetingCancelled))
        house.send()

        methods = []
        for _, raw in house.mail.messages:
            parsed = email.message_from_bytes(raw, policy=email.policy.SMTP)
            methods += [
                part["content-type"].params["method"]
                for part in parsed.walk()
                if part.get_content_type() == "text/calendar"
            ]
        assert sorted(set(methods)) == ["CANCEL", "REQUEST"]

    @pytest.mark.requirement("R-169")
    def test_an_event_heard_twice_is_said_once(self, house: House) -> None:
        with house.sessions.begin() as session:
            from shared.kernel.tenancy import enter
            from tests.support.messages import Stage

            enter(session, tenant=TENANT, province="*")
            stage = Stage(session, seq=5000)
            (envelope,) = stage.play(an_appointment())  # type: ignore[arg-type]
            stage.heard.apply(session, [envelope, envelope])

        house.send()
        house.send()

        assert len(house.mail.messages) == 2

    @pytest.mark.requirement("R-169")
    def test_eight_workers_at_once_send_each_message_once(self, house: House) -> None:
        for number in range(12):
            house.hear(an_appointment(f"1399/{number}"))

        with ThreadPoolExecutor(8) as pool:
            for future in [pool.submit(house.send) for _ in range(8)]:
                future.result()

        assert states(house) == ["sent"] * 36
        assert len({_id_of(raw) for _, raw in house.mail.messages}) == len(house.mail.messages) == 24
        assert house.gateway.submits == 12

    def test_news_of_a_quarter_of_an_hour_is_one_message(self, house: House) -> None:
        house.hear(a_quota(partnership.QuotaBreached), a_quota(partnership.QuotaBreached, "Q-AGENCY"))

        house.send()
        assert house.mail.messages == []
        house.later(minutes=15)
        house.send()

        assert len(house.mail.messages) == 2
        assert len(house.rows(channel="sms", state="sent")) == 2
        assert states(house, rule="digest") == ["planned"]
        house.at(datetime(2020, 10, 13, 4, 30, tzinfo=UTC))
        house.send()
        assert len(house.mail.messages) == 3

    def test_what_ended_meanwhile_is_not_said(self, house: House) -> None:
        house.hear(a_quota(partnership.QuotaBreached))
        house.hear(a_quota(partnership.QuotaRestored))
        house.later(minutes=15)

        house.send()

        assert {(row.state, row.reason) for row in house.rows(rule="N-10")} == {("suppressed", "stopped")}
        assert {row.state for row in house.rows(rule="N-11")} == {"sent"}

    def test_what_has_begun_is_too_late(self, house: House) -> None:
        house.hear(a_meeting(gathering.MeetingScheduled, starts_at=NOW + timedelta(minutes=10)))
        house.later(minutes=11)

        house.send()

        assert {(row.state, row.reason) for row in house.rows()} == {("expired", "too_late")}


class TestAddresses:
    def test_a_message_waits_for_an_address_and_leaves_when_it_comes(self, house: House) -> None:
        house.machine(f"DELETE FROM contacts WHERE person_id = '{PRINCIPAL}'")
        house.hear(an_appointment())

        house.send()
        assert {row.reason for row in house.rows(person_id=PRINCIPAL)} == {"no_contact_yet"}
        house.hear(contact_points(PRINCIPAL, 6))
        house.send()

        assert {row.state for row in house.rows(person_id=PRINCIPAL)} == {"sent"}

    def test_waiting_is_bounded(self, house: House) -> None:
        house.machine(f"DELETE FROM contacts WHERE person_id = '{PRINCIPAL}'")
        house.hear(an_appointment())
        house.later(hours=49)

        house.sweep()

        assert {(row.state, row.reason) for row in house.rows(person_id=PRINCIPAL)} == {("suppressed", "no_contact")}

    @pytest.mark.requirement("R-047")
    def test_a_minor_is_never_addressed_and_the_guardian_is(self, house: House) -> None:
        house.hear(contact_points(CONTACT, 9, minor=True, guardian_id=str(PRINCIPAL)))
        house.hear(a_meeting(gathering.MeetingScheduled))
        house.send()

        assert house.rows(person_id=CONTACT) == []
        assert all("p9@example.org" not in to for to, _ in house.mail.messages)


class TestRefusals:
    def test_a_temporary_refusal_is_tried_again_after_a_minute(self, house: House) -> None:
        house.mail.refuse_recipient["p6@example.org"] = "451 later"
        house.hear(an_appointment())

        house.send()
        house.send()
        (row,) = house.rows(person_id=PRINCIPAL, channel="email")
        assert (row.state, row.reason, row.refusals) == ("planned", "retry", 1)
        house.mail.refuse_recipient.clear()
        house.machine("UPDATE deliveries SET retry_at = clock_timestamp()")
        house.send()

        assert states(house) == ["sent"] * 3

    def test_a_final_refusal_is_never_tried_again(self, house: House) -> None:
        house.mail.refuse_recipient["p6@example.org"] = "550 nobody here"
        house.hear(an_appointment())

        house.send()
        house.send()

        (row,) = house.rows(person_id=PRINCIPAL, channel="email")
        assert (row.state, row.attempt, row.reply) == ("failed", 1, "550 nobody here")
        assert "peyvand.notification.failed.v1" in house.outbox()
        assert len(house.mail.messages) == 1

    def test_a_refusal_after_data_is_the_servers_word(self, house: House) -> None:
        house.mail.after_data = ["452 full", "554 spam"]
        house.hear(an_appointment())

        house.send()

        assert sorted(row.state for row in house.rows(channel="email")) == ["failed", "planned"]

    def test_a_server_that_is_away_burns_no_attempt(self, house: House) -> None:
        house.hear(an_appointment())
        house.mail.stop()

        house.send()

        assert {(row.state, row.reason, row.refusals) for row in house.rows(channel="email")} == {
            ("planned", "provider_away", 0)
        }
        house.mail.start()
        house.machine("UPDATE deliveries SET retry_at = NULL")
        house.send()
        assert states(house) == ["sent"] * 3


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

        outgoing = _prepare(house.sessions, house.desk, claim)
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


def _id_of(raw: bytes) -> str:
    return str(email.message_from_bytes(raw)["Message-ID"])


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
