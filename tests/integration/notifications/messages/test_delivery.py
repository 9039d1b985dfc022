"""The truth of a delivery, against a real SMTP server and a real gateway: sending, addresses, refusals."""

import email
import email.policy
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts import gathering, partnership
from tests.integration.notifications.messages.conftest import House
from tests.integration.notifications.messages.deliveries import an_appointment, message_id, states
from tests.support.actors import TENANT
from tests.support.matters import a_meeting, a_quota
from tests.support.messages import CONTACT, NOW, PRINCIPAL, contact_points


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
        assert len({message_id(raw) for _, raw in house.mail.messages}) == len(house.mail.messages) == 24
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
