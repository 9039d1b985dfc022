"""Due instants and ladders of obligations, with the verified days of the year 1399."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.registry.duty.obligations import planning
from services.registry.duty.obligations.definition import BEHAVIOURS, Ladder, Rung

TEHRAN = ZoneInfo("Asia/Tehran")
MEHR_30 = date(2020, 10, 21)
ABAN_30 = date(2020, 11, 20)
AZAR_30 = date(2020, 12, 20)
DAYS = planning.WorkDays(tz="Asia/Tehran", weekend=frozenset({3, 4}))


def plan(code: str, due_on: date) -> list[tuple[str, str]]:
    """The steps of a template as (code, local time)."""
    steps = planning.steps_of(BEHAVIOURS[code].ladder, due_on=due_on, days=DAYS)
    return [(step.code, step.at.astimezone(TEHRAN).strftime("%m-%d %H:%M")) for step in steps]


class TestDueInstant:
    @pytest.mark.invariant("I-39")
    def test_is_the_last_millisecond_of_the_local_day(self) -> None:
        assert planning.due_instant(AZAR_30, DAYS) == datetime(2020, 12, 20, 20, 29, 59, 999000, tzinfo=UTC)

    def test_means_the_second_of_two_equal_hours(self) -> None:
        # The clock went back before 31 Shahrivar 1399: 23:59:59 of the 30th came twice; the day ends with the later.
        assert planning.due_instant(date(2020, 9, 20), DAYS).astimezone(UTC) == datetime(
            2020, 9, 20, 20, 29, 59, 999000, tzinfo=UTC
        )

    def test_missed_falls_thirty_local_days_later(self) -> None:
        # Due 10 Dey, missed on 10 Bahman (acceptance story 10.1, step 8).
        assert planning.missed_instant(date(2020, 12, 30), DAYS).astimezone(TEHRAN).date() == date(2021, 1, 29)

    def test_a_cadence_never_rolls(self) -> None:
        assert planning.due_day(ABAN_30, rolls=False, days=DAYS) == ABAN_30  # a Friday

    def test_a_window_rolls_forward(self) -> None:
        assert planning.due_day(date(2020, 10, 22), rolls=True, days=DAYS) == date(2020, 10, 24)

    def test_a_window_rolls_past_holidays_too(self) -> None:
        closed = planning.WorkDays(DAYS.tz, DAYS.weekend, frozenset({date(2020, 10, 24), date(2020, 10, 25)}))
        assert planning.due_day(date(2020, 10, 22), rolls=True, days=closed) == date(2020, 10, 26)


class TestLadders:
    def test_headquarters_meeting_of_aban(self) -> None:
        assert plan("H2", ABAN_30) == [
            ("T-5", "11-15 09:00"),  # 25 Aban, a Sunday (N-38)
            ("T+1", "11-21 09:00"),  # 1 Azar, a Saturday
            ("T+7", "11-28 09:00"),  # Friday 27 November rolls to Saturday
            ("T+14", "12-05 09:00"),  # Friday 4 December rolls to Saturday
        ]

    def test_five_days_before_the_end_of_mehr_rolls_to_a_working_day(self) -> None:
        assert plan("H2", MEHR_30)[0] == ("T-5", "10-17 09:00")  # 25 Mehr is a Friday

    def test_quarterly_meeting_of_a_province(self) -> None:
        assert plan("W3", AZAR_30) == [
            ("T-5", "12-15 09:00"),
            ("T+1", "12-21 09:00"),
            ("T+7", "12-27 09:00"),
            ("T+14", "01-03 09:00"),
            ("T+21", "01-10 09:00"),
        ]

    @pytest.mark.parametrize("code", ["T1", "T2", "T3", "T4"])
    def test_launch_steps_have_no_reminder_of_their_own(self, code: str) -> None:
        assert [step for step, _ in plan(code, MEHR_30)] == ["T+1", "T+7", "T+14", "T+21"]

    def test_the_directive_reminds_a_week_and_two_days_before(self) -> None:
        assert plan("H1", MEHR_30)[:2] == [("T-7", "10-14 09:00"), ("T-2", "10-19 09:00")]

    def test_of_two_steps_on_one_day_the_higher_remains(self) -> None:
        # T+1 of 10 Dey is a Thursday and rolls to Saturday 13 Dey, where T+3 falls.
        ladder = Ladder(before=(), after=(Rung(1, ("EP",)), Rung(3, ("PS",))))
        steps = planning.steps_of(ladder, due_on=date(2020, 12, 30), days=DAYS)
        assert [(step.code, step.at.astimezone(TEHRAN).date()) for step in steps] == [("T+3", date(2021, 1, 2))]

    def test_a_reminder_that_would_roll_past_the_due_day_is_dropped(self) -> None:
        ladder = Ladder(before=(Rung(-1, ("PS",)),), after=())
        assert planning.steps_of(ladder, due_on=date(2020, 10, 23), days=DAYS) == []


class TestReachedStep:
    def steps(self) -> list[planning.Step]:
        return planning.steps_of(BEHAVIOURS["H2"].ladder, due_on=ABAN_30, days=DAYS)

    def test_nothing_before_its_hour(self) -> None:
        waiting = planning.waiting_steps(self.steps(), since=datetime(2020, 10, 22, tzinfo=UTC), fired=())
        assert planning.reached_step(waiting, now=waiting[0].at.replace(minute=0, hour=0)) == (None, ())

    def test_each_step_once_per_due_version(self) -> None:
        since = datetime(2020, 10, 22, tzinfo=UTC)
        waiting = planning.waiting_steps(self.steps(), since=since, fired=("T-5",))
        assert [step.code for step in waiting] == ["T+1", "T+7", "T+14"]

    def test_after_a_standstill_only_the_highest_speaks(self) -> None:
        waiting = planning.waiting_steps(self.steps(), since=datetime(2020, 10, 22, tzinfo=UTC), fired=("T-5",))
        step, codes = planning.reached_step(waiting, now=datetime(2020, 11, 29, tzinfo=UTC))
        assert step is not None
        assert (step.code, codes) == ("T+7", ("T+1", "T+7"))

    def test_steps_before_the_version_was_set_are_not_made_up_for(self) -> None:
        waiting = planning.waiting_steps(self.steps(), since=datetime(2020, 11, 22, tzinfo=UTC), fired=())
        assert [step.code for step in waiting] == ["T+7", "T+14"]


class TestLateness:
    def test_the_due_day_itself_is_in_time(self) -> None:
        assert not planning.is_late(ABAN_30, ABAN_30)
        assert planning.is_late(ABAN_30, date(2020, 11, 21))

    def test_days_are_counted_from_the_due_day(self) -> None:
        assert planning.days_late(ABAN_30, date(2020, 11, 21)) == 1
        assert planning.days_late(ABAN_30, date(2020, 11, 1)) == 0
