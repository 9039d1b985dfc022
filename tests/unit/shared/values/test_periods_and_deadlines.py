"""The school year 1399-1400, and when its reports are due."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from shared.values.calendars import Calendar
from shared.values.deadlines import (
    DeadlineRule,
    Roll,
    at_local,
    end_of_day,
    local_day,
    start_of_day,
    weekend_of,
    working_days_after,
    working_days_between,
)
from shared.values.periods import MonthDay, Period, Window, cycle_range, months_of, quarters_of

TEHRAN = "Asia/Tehran"
WEEKEND = weekend_of(["thu", "fri"])
YEAR = cycle_range(Calendar.SOLAR_HIJRI, 1399, MonthDay(month=7, day=1))
NEW_YEAR_BREAK = {date(2021, 3, 21) + timedelta(days=n) for n in range(13)}


def quarter(ordinal: int) -> Period:
    return quarters_of(YEAR)[ordinal - 1]


class TestQuarters:
    @pytest.mark.requirement("R-001")
    @pytest.mark.parametrize(
        ("ordinal", "label", "start", "end", "school_due", "province_due"),
        [
            (1, "پاییز ۱۳۹۹", "2020-09-22", "2020-12-20", "2020-12-30", "2021-01-09"),
            (2, "زمستان ۱۳۹۹", "2020-12-21", "2021-03-20", "2021-04-03", "2021-04-10"),
            (3, "بهار ۱۴۰۰", "2021-03-21", "2021-06-21", "2021-07-03", "2021-07-11"),
            (4, "تابستان ۱۴۰۰", "2021-06-22", "2021-09-22", "2021-10-02", "2021-10-12"),
        ],
    )
    def test_are_the_seasons_and_reports_roll_past_days_off(
        self, ordinal: int, label: str, start: str, end: str, school_due: str, province_due: str
    ) -> None:
        season = quarter(ordinal)
        assert (season.label.pick("fa"), season.start.isoformat(), season.end.isoformat()) == (label, start, end)
        for offset, due in ((10, school_due), (20, province_due)):
            rule = DeadlineRule(offset_days=offset, roll=Roll.FORWARD, missed_after_days=30)
            found = rule.due(season.end, weekend=WEEKEND, holidays=NEW_YEAR_BREAK, tz=TEHRAN)
            assert found.day.isoformat() == due

    def test_months_follow_the_programmes_calendar(self) -> None:
        months = months_of(YEAR)
        assert [month.label.pick("en") for month in months[:3]] == ["Mehr 1399", "Aban 1399", "Azar 1399"]
        assert (months[1].end, len(months), months[-1].end) == (date(2020, 11, 20), 12, date(2021, 9, 22))

    def test_the_launch_window_is_mehr(self) -> None:
        launch = Window.model_validate({"from": {"month": 7, "day": 1}, "to": {"month": 7, "day": 30}})
        running = Window.model_validate(
            {"from": {"month": 7, "day": 1}, "to": {"month": 6, "day": 31, "next_year": True}}
        )
        assert launch.bounds(YEAR) == (date(2020, 9, 22), date(2020, 10, 21))
        assert running.bounds(YEAR) == (YEAR.start, YEAR.end)


class TestDueInstant:
    def test_is_the_last_moment_of_the_local_day(self) -> None:
        due = DeadlineRule().due(date(2020, 12, 20), weekend=WEEKEND, holidays=set(), tz=TEHRAN)
        assert due.instant == datetime(2020, 12, 20, 20, 29, 59, 999000, tzinfo=UTC)

    def test_a_cadence_stays_on_its_day_even_on_a_friday(self) -> None:
        due = DeadlineRule().due(date(2020, 11, 20), weekend=WEEKEND, holidays=set(), tz=TEHRAN)
        assert due.day == date(2020, 11, 20)

    def test_takes_the_later_of_an_hour_that_occurs_twice(self) -> None:
        assert end_of_day(date(2020, 9, 20), TEHRAN) == datetime(2020, 9, 20, 20, 29, 59, 999000, tzinfo=UTC)
        first = at_local(date(2020, 9, 20), time(23, 30), TEHRAN)
        assert first == datetime(2020, 9, 20, 19, 0, tzinfo=UTC)
        assert local_day(first + timedelta(hours=1), TEHRAN) == date(2020, 9, 20)

    def test_a_day_starts_where_the_skipped_hour_ends(self) -> None:
        start = start_of_day(date(2021, 3, 22), TEHRAN)
        assert start == datetime(2021, 3, 21, 20, 30, tzinfo=UTC)
        assert local_day(start, TEHRAN) == date(2021, 3, 22)
        assert local_day(start - timedelta(seconds=1), TEHRAN) == date(2021, 3, 21)


class TestWorkingDays:
    def test_leave_out_weekend_and_holidays(self) -> None:
        wednesday = date(2020, 9, 30)
        assert working_days_after(wednesday, 1, WEEKEND, set()) == date(2020, 10, 3)
        assert working_days_after(wednesday, 1, WEEKEND, {date(2020, 10, 3)}) == date(2020, 10, 4)
        assert working_days_after(date(2020, 10, 1), 0, WEEKEND, set()) == date(2020, 10, 3)
        assert working_days_between(wednesday, date(2020, 10, 4), WEEKEND, set()) == 2
