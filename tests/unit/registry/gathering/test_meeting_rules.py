"""Rules, cadence keys and reminders of meetings."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.registry.gathering.meetings import planning, rules
from services.registry.gathering.meetings.definition import KINDS, cadence_key
from shared.kernel.problems import Refusal
from shared.values.calendars import Calendar
from shared.values.partial_dates import PartialDate

NOW = datetime(2020, 10, 10, 8, 0, tzinfo=UTC)
START = datetime(2020, 10, 20, 5, 30, tzinfo=UTC)
END = START + timedelta(hours=2)
ANNA, BEN = UUID(int=1), UUID(int=2)
DAY = date(2020, 10, 20)


def codes(refusals: list[Refusal]) -> list[str]:
    return [one.code for one in refusals]


class TestDraft:
    def test_each_kind_has_its_level(self) -> None:
        assert codes(rules.may_draft("hq_monthly", "IR-21", allowed=KINDS, pairings=0)) == ["meeting_kind_not_at_level"]
        assert codes(rules.may_draft("provincial_quarterly", "", allowed=KINDS, pairings=0)) == [
            "meeting_kind_not_at_level"
        ]
        assert rules.may_draft("briefing", "IR-21", allowed=KINDS, pairings=0) == []

    def test_only_kinds_of_the_programme(self) -> None:
        assert codes(rules.may_draft("forum", "", allowed=KINDS, pairings=0)) == ["meeting_kind_unknown"]
        assert codes(rules.may_draft("briefing", "", allowed={"joint"}, pairings=0)) == ["meeting_kind_unknown"]

    def test_a_joint_meeting_joins_a_pairing(self) -> None:
        assert codes(rules.may_draft("joint", "IR-21", allowed=KINDS, pairings=0)) == ["meeting_needs_pairing"]

    def test_a_principal_convenes_joint_meetings_of_the_own_school_alone(self) -> None:
        assert rules.may_convene("joint", own_schools={ANNA}, schools={ANNA}) == []
        assert codes(rules.may_convene("joint", own_schools={ANNA}, schools={BEN})) == ["meeting_not_yours_to_convene"]
        assert codes(rules.may_convene("briefing", own_schools={ANNA}, schools={ANNA})) == [
            "meeting_not_yours_to_convene"
        ]


class TestSchedule:
    def test_needs_a_full_time_and_somebody(self) -> None:
        assert rules.may_schedule(START, END, now=NOW, invitees=1, public=False) == []
        assert rules.may_schedule(START, END, now=NOW, invitees=0, public=True) == []
        assert codes(rules.may_schedule(None, END, now=NOW, invitees=0, public=False)) == [
            "meeting_time_missing",
            "meeting_without_invitees",
        ]
        assert codes(rules.may_schedule(END, START, now=NOW, invitees=1, public=False)) == ["meeting_ends_before_start"]

    def test_lies_in_the_future(self) -> None:
        assert codes(rules.may_schedule(NOW, END, now=NOW, invitees=1, public=False)) == ["meeting_start_passed"]
        assert codes(rules.may_reschedule(NOW, END, now=NOW)) == ["meeting_start_passed"]


class TestHold:
    @pytest.mark.invariant("I-30")
    def test_only_at_or_after_its_start(self) -> None:
        assert codes(rules.may_hold(START, now=START - timedelta(seconds=1))) == ["meeting_in_future"]
        assert rules.may_hold(START, now=START) == []

    def test_a_past_meeting_may_be_known_by_its_month_only(self) -> None:
        month = PartialDate.of(Calendar.SOLAR_HIJRI, 1399, 7)
        span = {"first_day": date(2020, 9, 22), "last_day": date(2021, 9, 22)}
        assert rules.may_record(month, today=DAY, **span) == []
        later = PartialDate.of(Calendar.SOLAR_HIJRI, 1399, 9)
        assert codes(rules.may_record(later, today=DAY, **span)) == ["meeting_in_future"]
        before = PartialDate.of(Calendar.SOLAR_HIJRI, 1399, 6)
        assert codes(rules.may_record(before, today=DAY, **span)) == ["meeting_outside_cycle"]


class TestAttendance:
    def marking(self, *marks: rules.Mark, marked: set[tuple[UUID, date]] | None = None) -> list[str]:
        return codes(rules.may_mark(marks, invited={ANNA}, marked=marked or set(), first_day=DAY, last_day=DAY))

    @pytest.mark.invariant("I-30")
    def test_only_invited_persons_or_walk_ins(self) -> None:
        assert self.marking(rules.Mark(ANNA, DAY, "present"), rules.Mark(BEN, DAY, "present", walk_in=True)) == []
        assert self.marking(rules.Mark(BEN, DAY, "present")) == ["attendee_not_invited"]

    @pytest.mark.invariant("I-30")
    def test_one_mark_per_person_and_day(self) -> None:
        twice = rules.Mark(ANNA, DAY, "present"), rules.Mark(ANNA, DAY, "absent")
        assert self.marking(*twice) == ["attendance_marked_twice"]
        assert self.marking(twice[0], marked={(ANNA, DAY)}) == ["attendance_marked_twice"]

    def test_only_days_of_the_meeting(self) -> None:
        assert self.marking(rules.Mark(ANNA, DAY + timedelta(days=1), "present")) == ["attendance_day_outside"]

    def test_a_meeting_without_a_full_date_has_no_days(self) -> None:
        mark = rules.Mark(ANNA, DAY, "present")
        found = rules.may_mark([mark], invited={ANNA}, marked=(), first_day=None, last_day=None)
        assert codes(found) == ["attendance_needs_full_date"]

    def test_only_recorded_marks_can_be_corrected(self) -> None:
        mark = rules.Mark(ANNA, DAY, "excused")
        assert rules.may_correct_marks([mark], marked={(ANNA, DAY)}) == []
        assert codes(rules.may_correct_marks([mark], marked=())) == ["attendance_not_recorded"]


class TestCadence:
    @pytest.mark.invariant("I-32")
    def test_the_kind_alone_decides_the_one_cadence(self) -> None:
        assert cadence_key("hq_monthly", province="", month="1399-08", period=1) == "hq_monthly:1399-08"
        assert (
            cadence_key("provincial_quarterly", province="IR-21", month="1399-08", period=1)
            == "provincial_quarterly:IR-21:1"
        )
        assert cadence_key("briefing", province="IR-21", month="1399-08", period=1) is None
        assert cadence_key("hq_monthly", province="", month=None, period=None) is None


class TestReminders:
    def test_at_nine_local_three_days_and_one_day_before(self) -> None:
        found = planning.reminders_of(START, "Asia/Tehran")
        assert [(one.step, one.at) for one in found] == [
            ("T-3", datetime(2020, 10, 17, 5, 30, tzinfo=UTC)),
            ("T-1", datetime(2020, 10, 19, 5, 30, tzinfo=UTC)),
        ]

    def test_one_that_had_passed_when_the_time_was_set_is_skipped(self) -> None:
        since = datetime(2020, 10, 18, tzinfo=UTC)
        found = planning.waiting_reminders(START, "Asia/Tehran", since=since, fired=())
        assert [one.step for one in found] == ["T-1"]

    def test_after_the_last_reminder_the_lapse_is_next(self) -> None:
        following = planning.next_instant(START, END, "Asia/Tehran", since=NOW, fired=("T-3", "T-1"))
        assert following == END + timedelta(days=7)
