"""Calendars: months, conversions and what they refuse."""

from datetime import date, timedelta

import pytest

from shared.values.calendars import (
    FIRST_HIJRI_DAY,
    LAST_HIJRI_DAY,
    Calendar,
    CalendarError,
    from_gregorian,
    month_length,
    month_start,
    to_gregorian,
)

SOLAR, HIJRI = Calendar.SOLAR_HIJRI, Calendar.UMM_AL_QURA


class TestMonthLengths:
    def test_1399_is_a_leap_year_and_1400_is_not(self) -> None:
        assert (month_length(SOLAR, 1399, 12), month_length(SOLAR, 1400, 12)) == (30, 29)

    @pytest.mark.parametrize(("day", "last"), [((1399, 7, 31), 30), ((1400, 12, 30), 29), ((1399, 1, 32), 31)])
    def test_a_day_the_month_does_not_have_is_refused_with_its_last_day(
        self, day: tuple[int, int, int], last: int
    ) -> None:
        with pytest.raises(CalendarError) as refused:
            to_gregorian(SOLAR, *day)
        assert refused.value.code == "day_not_in_month"
        assert refused.value.params["last_day"] == last

    def test_a_thirteenth_month_is_refused(self) -> None:
        with pytest.raises(CalendarError) as refused:
            to_gregorian(SOLAR, 1399, 13, 1)
        assert refused.value.code == "month_not_in_year"

    @pytest.mark.parametrize("year", [1342, 1501])
    def test_umm_al_qura_years_outside_the_table_are_refused(self, year: int) -> None:
        with pytest.raises(CalendarError) as refused:
            to_gregorian(HIJRI, year, 1, 1)
        assert refused.value.code == "year_not_supported"

    def test_umm_al_qura_1440_goes_by_table(self) -> None:
        starts = [month_start(HIJRI, 1440, month).isoformat() for month in range(1, 13)]
        assert starts == [
            "2018-09-11", "2018-10-10", "2018-11-09", "2018-12-08", "2019-01-07", "2019-02-06",
            "2019-03-08", "2019-04-06", "2019-05-06", "2019-06-04", "2019-07-04", "2019-08-02",
        ]  # fmt: skip
        lengths = [month_length(HIJRI, 1440, month) for month in range(1, 13)]
        assert lengths == [29, 30, 29, 30, 30, 30, 29, 30, 29, 30, 29, 29]
        assert to_gregorian(HIJRI, 1440, 12, 29) == date(2019, 8, 30)


class TestConversion:
    @pytest.mark.parametrize("calendar", list(Calendar))
    def test_every_day_comes_back(self, calendar: Calendar) -> None:
        day = FIRST_HIJRI_DAY
        while day <= LAST_HIJRI_DAY:
            assert to_gregorian(calendar, *from_gregorian(calendar, day)) == day
            day += timedelta(days=1)

    def test_a_day_outside_the_table_is_refused(self) -> None:
        with pytest.raises(CalendarError):
            from_gregorian(HIJRI, date(1924, 7, 31))
