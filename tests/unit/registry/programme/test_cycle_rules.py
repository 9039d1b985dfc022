"""Cycles: how they are cut and when periods close."""

from datetime import UTC, date, datetime

import pytest

from services.registry.programme.cycles.lifecycle import CYCLE, PERIOD, Action, PeriodAction, PeriodState, State
from services.registry.programme.cycles.rules import closes_at, label_of, may_close, may_cover
from services.registry.programme.holidays.rules import days_off_of
from services.registry.programme.programmes.catalogue import catalogue
from shared.kernel.lifecycle import IllegalTransition
from shared.values.calendars import Calendar
from shared.values.periods import quarters_of

FIRST = catalogue()[0]
YEAR = FIRST.cycle_of(1399)


class TestPeriods:
    @pytest.mark.invariant("I-02")
    def test_join_and_cover_the_cycle(self) -> None:
        quarters = quarters_of(YEAR)
        assert may_cover(quarters, start=YEAR.start, end=YEAR.end) == []
        gap = [quarters[0], quarters[2], quarters[3]]
        assert "periods_do_not_join" in [each.code for each in may_cover(gap, start=YEAR.start, end=YEAR.end)]
        short = quarters[:3]
        assert [each.code for each in may_cover(short, start=YEAR.start, end=YEAR.end)] == ["periods_do_not_cover"]

    def test_close_thirty_days_after_the_last_report_is_due(self) -> None:
        closing = closes_at(date(2020, 12, 20), definition=FIRST, holidays=set())
        assert closing == datetime(2021, 2, 8, 20, 29, 59, 999000, tzinfo=UTC)

    @pytest.mark.requirement("R-001")
    def test_reports_fall_due_past_public_holidays_and_the_school_break(self) -> None:
        days_off = {off.day for year in (1399, 1400) for off in days_off_of(FIRST.holidays, Calendar.SOLAR_HIJRI, year)}
        found = [
            FIRST.report(level)
            .deadline.due(quarter.end, weekend=FIRST.weekend, holidays=days_off, tz=FIRST.tz)
            .day.isoformat()
            for quarter in quarters_of(YEAR)
            for level in ("secretariat", "province")
        ]
        assert found == [
            "2020-12-30", "2021-01-09", "2021-04-03", "2021-04-10",
            "2021-07-03", "2021-07-11", "2021-10-02", "2021-10-12",
        ]  # fmt: skip


class TestCycle:
    def test_is_labelled_by_its_years(self) -> None:
        assert label_of(YEAR) == "1399-1400"

    def test_closes_after_its_periods_or_with_a_reason(self) -> None:
        assert [each.code for each in may_close(["closed", "grace"], reason=None)] == ["periods_still_open"]
        assert may_close(["closed", "grace"], reason="stopped") == may_close(["closed"], reason=None) == []


class TestLifecycles:
    @pytest.mark.parametrize("state", list(State))
    @pytest.mark.parametrize("action", list(Action))
    def test_every_step_of_a_cycle_is_listed_or_refused(self, state: State, action: Action) -> None:
        if action in CYCLE.open(state):
            assert CYCLE.after(state, action) in State
        else:
            with pytest.raises(IllegalTransition):
                CYCLE.after(state, action)

    @pytest.mark.parametrize("state", list(PeriodState))
    @pytest.mark.parametrize("action", list(PeriodAction))
    def test_every_step_of_a_period_is_listed_or_refused(self, state: PeriodState, action: PeriodAction) -> None:
        if action in PERIOD.open(state):
            assert PERIOD.after(state, action) in PeriodState
        else:
            with pytest.raises(IllegalTransition):
                PERIOD.after(state, action)
