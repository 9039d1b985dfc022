"""Partial dates: typed forms, bounds, and what can be compared."""

from datetime import date

import pytest
from pydantic import ValidationError

from shared.values.calendars import Calendar, CalendarError
from shared.values.partial_dates import PartialDate, Precision

SOLAR, HIJRI, GREGORIAN = Calendar.SOLAR_HIJRI, Calendar.UMM_AL_QURA, Calendar.GREGORIAN


class TestParse:
    @pytest.mark.parametrize(
        "text", ["1399/07/21", "۱۳۹۹/۰۷/۲۱", "١٣٩٩-٧-٢١", "۱۳۹۹/7/٢١", "2020-10-12", " 1399.7.21 "]
    )
    def test_all_digit_sets_and_forms_mean_the_same_day(self, text: str) -> None:
        assert PartialDate.parse(text, SOLAR) == PartialDate.of_day(SOLAR, date(2020, 10, 12))

    def test_a_month_and_a_year_stay_partial(self) -> None:
        month = PartialDate.parse("۱۳۹۹/۷", SOLAR)
        assert (month.precision, month.earliest, month.latest) == (
            Precision.MONTH,
            date(2020, 9, 22),
            date(2020, 10, 21),
        )
        assert PartialDate.parse("1440", HIJRI).latest == date(2019, 8, 30)

    def test_a_range_without_month_keeps_its_bounds(self) -> None:
        training = PartialDate.parse("15–17 / 1440", HIJRI)
        assert training.precision is Precision.RANGE_WITHOUT_MONTH
        assert (training.earliest, training.latest) == (date(2018, 9, 25), date(2019, 8, 18))

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("1399-07-31", "day_not_in_month"),
            ("1400-12-30", "day_not_in_month"),
            ("دیروز", "date_not_understood"),
            ("1399-13-01", "month_not_in_year"),
            ("1399-07-05-03", "range_runs_backwards"),
        ],
    )
    def test_what_is_no_date_says_why(self, text: str, code: str) -> None:
        with pytest.raises(CalendarError) as refused:
            PartialDate.parse(text, SOLAR)
        assert refused.value.code == code


class TestPartialDate:
    def test_knows_its_gregorian_day_and_survives_json(self) -> None:
        day = PartialDate.of(SOLAR, 1399, 7, 1)
        assert day.greg == date(2020, 9, 22)
        assert PartialDate.model_validate_json(day.model_dump_json()) == day

    def test_refuses_parts_that_do_not_fit_the_precision(self) -> None:
        with pytest.raises(ValidationError):
            PartialDate(cal=SOLAR, y=1399, precision=Precision.DAY)

    def test_overlapping_dates_cannot_be_compared(self) -> None:
        year, day, next_year = (PartialDate.of(SOLAR, *parts) for parts in ((1399,), (1399, 7, 1), (1400,)))
        assert year.is_before(day) is None
        assert day.is_before(next_year) is True
        assert next_year.is_before(day) is False
        assert PartialDate(cal=GREGORIAN).is_before(day) is None
