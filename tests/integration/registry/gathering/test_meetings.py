"""Meetings: from a draft to attendance, with the reminders and the lapse of the clock."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.gathering.meetings import commands, queries
from services.registry.gathering.meetings.changing import MeetingNotYours
from services.registry.gathering.meetings.clock import DUE
from services.registry.gathering.meetings.models import Meeting
from services.registry.gathering.meetings.queries import MeetingNotFound
from services.registry.gathering.meetings.rules import Invitee, Mark, MeetingDraft
from services.registry.register.people.models import Person
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.outbox import Outbox
from shared.kernel.problems import Refused, Stale
from shared.kernel.tenancy import enter
from shared.values.calendars import Calendar
from shared.values.ids import new_id
from shared.values.partial_dates import PartialDate
from tests.integration.registry.gathering.conftest import END, NOW, START
from tests.integration.registry.governance.conftest import SCOPE
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, an_actor
from tests.support.registry_world import a_person

AUTUMN = MeetingDraft(**SCOPE, province="IR-21", kind="provincial_quarterly", title="جلسهٔ پاییز کارگروه")
MONTHLY = MeetingDraft(**SCOPE, province="", kind="hq_monthly", title="جلسهٔ مهر ستاد", public=True)


def a_member(session: Session) -> Person:
    """Somebody of Yazd who can be invited."""
    return a_person(session, province="IR-21", now=NOW)


def a_draft(session: Session, *people: Person) -> Meeting:
    """A quarterly meeting of Yazd with its invitees."""
    invitees = tuple(Invitee(person.id, "member") for person in people)
    return commands.draft_meeting(session, draft=replace(AUTUMN, invitees=invitees), by=YAZD, now=NOW)


def a_scheduled(session: Session, *people: Person) -> Meeting:
    """The same with its time, eight days ahead."""
    meeting = a_draft(session, *people)
    return commands.schedule_meeting(
        session, meeting_id=meeting.id, starts_at=START, ends_at=END, expected=meeting.version, by=YAZD, now=NOW
    )


def a_held(session: Session, *people: Person) -> Meeting:
    """The same, held."""
    meeting = a_scheduled(session, *people)
    return commands.hold_meeting(session, meeting_id=meeting.id, by=YAZD, now=END)


def sweep(session: Session, now: datetime) -> None:
    """Do what is due, as the clock does."""
    for due in DUE:
        for row_id in due.due(session, now, 100):
            due.run(session, row_id, now)


def told(session: Session, meeting: Meeting) -> list[str]:
    """What was said of a meeting, with the step where there is one."""
    session.flush()
    rows = session.scalars(select(Outbox).where(Outbox.aggregate_id == meeting.id).order_by(Outbox.id))
    return [" ".join((row.type.split(".")[2], (row.data or {}).get("step", ""))).strip() for row in rows]


def refused(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    """The codes of a refusal."""
    return [one.code for one in error.value.refusals]


class TestScheduleMeeting:
    @pytest.mark.requirement("R-056")
    def test_tells_time_place_and_people(self, session: Session) -> None:
        member = a_member(session)
        meeting = a_scheduled(session, member)
        fact = queries.meeting_fact(session, meeting)
        assert (fact.state, fact.local_on, fact.invitees) == ("scheduled", date(2020, 10, 20), (member.id,))
        assert fact.parties[0].role == "organiser"
        assert told(session, meeting) == ["scheduled"]

    @pytest.mark.invariant("I-32")
    def test_counts_towards_one_cadence_found_from_its_kind_and_day(self, session: Session) -> None:
        assert a_scheduled(session, a_member(session)).cadence_key == "provincial_quarterly:IR-21:1"
        monthly = commands.draft_meeting(session, draft=MONTHLY, by=HQ, now=NOW)
        commands.schedule_meeting(session, meeting_id=monthly.id, starts_at=START, ends_at=END, by=HQ, now=NOW)
        assert monthly.cadence_key == "hq_monthly:1399-07"

    def test_needs_somebody_and_a_time_to_come(self, session: Session) -> None:
        meeting = a_draft(session)
        with pytest.raises(Refused) as error:
            commands.schedule_meeting(session, meeting_id=meeting.id, starts_at=NOW, ends_at=NOW, by=YAZD, now=NOW)
        assert refused(error) == ["meeting_ends_before_start", "meeting_start_passed", "meeting_without_invitees"]

    def test_a_kind_of_another_level_is_refused(self, session: Session) -> None:
        with pytest.raises(Refused) as error:
            commands.draft_meeting(session, draft=replace(AUTUMN, kind="hq_monthly"), by=YAZD, now=NOW)
        assert refused(error) == ["meeting_kind_not_at_level"]

    @pytest.mark.invariant("I-50")
    def test_only_people_of_the_tenant_are_invited(self, session: Session) -> None:
        stranger = Invitee(new_id(), "member")
        with pytest.raises(Refused) as error:
            commands.draft_meeting(session, draft=replace(AUTUMN, invitees=(stranger,)), by=YAZD, now=NOW)
        assert refused(error) == ["reference_unknown"]

    def test_the_same_id_makes_no_second_meeting(self, session: Session) -> None:
        own_id = new_id()
        first = commands.draft_meeting(session, draft=AUTUMN, meeting_id=own_id, by=YAZD, now=NOW)
        assert commands.draft_meeting(session, draft=AUTUMN, meeting_id=own_id, by=YAZD, now=NOW) is first


class TestMoveMeeting:
    def test_rescheduling_raises_the_sequence_and_plans_reminders_anew(self, session: Session) -> None:
        meeting = a_scheduled(session, a_member(session))
        sweep(session, START - timedelta(days=2))
        week = timedelta(days=7)
        commands.reschedule_meeting(
            session, meeting_id=meeting.id, starts_at=START + week, ends_at=END + week, by=YAZD,
            now=START - timedelta(days=1),
        )  # fmt: skip
        assert (meeting.ics_sequence, meeting.reminded) == (1, [])
        assert told(session, meeting) == ["scheduled", "reminder_due T-3", "rescheduled"]

    def test_cancelling_needs_no_more_reminders(self, session: Session) -> None:
        meeting = a_scheduled(session, a_member(session))
        commands.cancel_meeting(session, meeting_id=meeting.id, reason="برف", by=YAZD, now=NOW)
        sweep(session, START)
        assert (meeting.state, meeting.ics_sequence, meeting.next_at) == ("cancelled", 1, None)
        assert told(session, meeting) == ["scheduled", "cancelled"]
        with pytest.raises(IllegalTransition):
            commands.hold_meeting(session, meeting_id=meeting.id, by=YAZD, now=END)

    def test_a_stale_version_is_refused(self, session: Session) -> None:
        meeting = a_scheduled(session, a_member(session))
        with pytest.raises(Stale):
            commands.cancel_meeting(
                session, meeting_id=meeting.id, reason="x", expected=meeting.version - 1, by=YAZD, now=NOW
            )


class TestPassMeetingInstant:
    def test_reminds_three_days_and_one_day_before_at_nine(self, session: Session) -> None:
        meeting = a_scheduled(session, a_member(session))
        for _ in range(3):
            at = DUE[0].next_at(session)
            assert at is not None
            sweep(session, at)
            sweep(session, at)
        assert told(session, meeting) == ["scheduled", "reminder_due T-3", "reminder_due T-1", "lapsed"]
        assert meeting.state == "not_held"

    def test_a_reminder_whose_hour_had_passed_is_skipped(self, session: Session) -> None:
        meeting = a_draft(session, a_member(session))
        late = START - timedelta(days=2)
        commands.schedule_meeting(session, meeting_id=meeting.id, starts_at=START, ends_at=END, by=YAZD, now=late)
        sweep(session, START - timedelta(hours=20))
        assert told(session, meeting) == ["scheduled", "reminder_due T-1"]


class TestHoldMeeting:
    @pytest.mark.invariant("I-30")
    def test_only_at_or_after_its_start(self, session: Session) -> None:
        meeting = a_scheduled(session, a_member(session))
        with pytest.raises(Refused) as error:
            commands.hold_meeting(session, meeting_id=meeting.id, by=YAZD, now=START - timedelta(minutes=1))
        assert refused(error) == ["meeting_in_future"]

    def test_counts_on_the_day_of_its_start(self, session: Session) -> None:
        meeting = a_held(session, a_member(session))
        assert queries.held_day(meeting) == date(2020, 10, 20)
        assert told(session, meeting) == ["scheduled", "held"]

    def test_a_past_meeting_is_entered_in_one_step(self, session: Session) -> None:
        mehr = PartialDate.of(Calendar.SOLAR_HIJRI, 1399, 7)
        meeting = commands.record_meeting(session, draft=MONTHLY, held_on=mehr, by=HQ, now=END + timedelta(days=9))
        assert (meeting.state, meeting.cadence_key, queries.held_day(meeting)) == ("held", "hq_monthly:1399-07", None)
        assert told(session, meeting) == ["held"]

    def test_not_one_of_the_future(self, session: Session) -> None:
        azar = PartialDate.of_day(Calendar.SOLAR_HIJRI, date(2020, 12, 1))
        with pytest.raises(Refused) as error:
            commands.record_meeting(session, draft=MONTHLY, held_on=azar, by=HQ, now=NOW)
        assert refused(error) == ["meeting_in_future"]


class TestAttendance:
    DAY = date(2020, 10, 20)

    @pytest.mark.invariant("I-30")
    def test_marks_the_invited_and_walk_ins_once_a_day(self, session: Session) -> None:
        member, guest = a_member(session), a_member(session)
        meeting = a_held(session, member)
        marks = [Mark(member.id, self.DAY, "present"), Mark(guest.id, self.DAY, "present", walk_in=True)]
        commands.record_attendance(session, meeting_id=meeting.id, marks=marks, categories={}, by=YAZD, now=END)
        shown = {one.person_id: (one.mark, one.invited) for one in queries.meeting_fact(session, meeting).attendance}
        assert shown == {member.id: ("present", True), guest.id: ("present", False)}
        with pytest.raises(Refused) as error:
            commands.record_attendance(session, meeting_id=meeting.id, marks=marks[:1], categories={}, by=YAZD, now=END)
        assert refused(error) == ["attendance_marked_twice"]

    def test_a_mark_is_put_right_for_a_reason(self, session: Session) -> None:
        member = a_member(session)
        meeting = a_held(session, member)
        mark = Mark(member.id, self.DAY, "absent")
        commands.record_attendance(session, meeting_id=meeting.id, marks=[mark], categories={}, by=YAZD, now=END)
        commands.correct_attendance(
            session, meeting_id=meeting.id, marks=[replace(mark, mark="excused")], reason="نامه", by=YAZD, now=END
        )
        assert [one.mark for one in queries.meeting_fact(session, meeting).attendance] == ["excused"]
        assert told(session, meeting)[-2:] == ["attendance_recorded", "attendance_corrected"]


class TestCorrectAndVoid:
    def test_a_corrected_day_moves_the_cadence(self, session: Session) -> None:
        day = PartialDate.of_day(Calendar.SOLAR_HIJRI, date(2020, 10, 20))
        later = NOW + timedelta(days=30)
        meeting = commands.record_meeting(session, draft=MONTHLY, held_on=day, by=HQ, now=later)
        aban = PartialDate.of_day(Calendar.SOLAR_HIJRI, date(2020, 10, 25))
        commands.correct_meeting(
            session, meeting_id=meeting.id, reason="تاریخ", changes={}, held_on=aban, by=HQ, now=later
        )
        assert meeting.cadence_key == "hq_monthly:1399-08"
        data = session.scalars(select(Outbox).where(Outbox.aggregate_id == meeting.id)).all()[-1].data
        assert data is not None
        assert (data["before"], data["after"]) == ({"held_on": "2020-10-20"}, {"held_on": "2020-10-25"})

    def test_a_correction_changes_something(self, session: Session) -> None:
        meeting = a_held(session, a_member(session))
        with pytest.raises(Refused) as error:
            commands.correct_meeting(session, meeting_id=meeting.id, reason="x", changes={}, by=YAZD, now=END)
        assert refused(error) == ["correction_changes_nothing"]

    def test_a_voided_meeting_is_withdrawn(self, session: Session) -> None:
        meeting = a_held(session, a_member(session))
        commands.void_meeting(session, meeting_id=meeting.id, reason="اشتباه", by=YAZD, now=END)
        row = session.scalars(
            select(Outbox).where(Outbox.aggregate_id == meeting.id).order_by(Outbox.id.desc())
        ).first()
        assert row is not None and row.data is not None
        assert (row.type, row.data["fact"]["kind"]) == ("peyvand.meeting.voided.v1", "withdraw")


class TestAnswerInvitation:
    def test_an_invitee_of_a_province_answers_a_national_meeting(self, session: Session) -> None:
        member = a_member(session)
        draft = replace(MONTHLY, public=False, invitees=(Invitee(member.id, "member"),))
        meeting = commands.draft_meeting(session, draft=draft, by=HQ, now=NOW)
        commands.schedule_meeting(session, meeting_id=meeting.id, starts_at=START, ends_at=END, by=HQ, now=NOW)
        head = an_actor("province_officer", "IR-21", person_id=member.id)
        enter(session, tenant=TENANT, province="IR-21")
        commands.answer_invitation(session, meeting_id=meeting.id, person_id=None, reply="accepted", by=head, now=NOW)
        assert queries.invitations_of(session, meeting)[0].answer == "accepted"

    def test_somebody_not_invited_cannot_answer(self, session: Session) -> None:
        meeting = a_scheduled(session, a_member(session))
        with pytest.raises(Refused) as error:
            commands.answer_invitation(
                session, meeting_id=meeting.id, person_id=None, reply="accepted", by=YAZD, now=NOW
            )
        assert refused(error) == ["attendee_not_invited"]


class TestReach:
    def test_another_province_does_not_see_it(self, session: Session) -> None:
        meeting = a_scheduled(session, a_member(session))
        with pytest.raises(MeetingNotFound):
            queries.get_meeting(session, meeting.id, by=TABRIZ)

    def test_a_province_reads_a_national_meeting_but_does_not_change_it(self, session: Session) -> None:
        meeting = commands.draft_meeting(session, draft=MONTHLY, by=HQ, now=NOW)
        assert queries.get_meeting(session, meeting.id, by=YAZD) is meeting
        with pytest.raises(MeetingNotYours):
            commands.schedule_meeting(session, meeting_id=meeting.id, starts_at=START, ends_at=END, by=YAZD, now=NOW)

    def test_an_agency_sees_only_what_it_is_part_of(self, session: Session) -> None:
        member = a_member(session)
        meeting = a_scheduled(session, member)
        contact = an_actor("agency_contact", "IR-21", organisation_id=new_id())
        with pytest.raises(MeetingNotFound):
            queries.get_meeting(session, meeting.id, by=contact)
        invited = an_actor("agency_contact", "IR-21", organisation_id=new_id(), person_id=member.id)
        assert queries.get_meeting(session, meeting.id, by=invited) is meeting
