"""What people type is read in their calendar and digits, or refused with the code of its words."""

from datetime import date, time

import pytest

from shared.web.doors import safe_path
from shared.web.forms import BlankNotRead, Filled, read_clock, read_day

NEAR = date(2021, 1, 2)


@pytest.mark.parametrize(
    "typed", ["1399/10/16", "۱۳۹۹/۱۰/۱۶", "١٣٩٩-١٠-١٦", "2021-01-05", "۱۶ دی", "۱۶ دی ۱۳۹۹", "16 Dey 1399", " 16 dey "]
)
def test_a_day_is_read_in_any_digits_and_both_calendars(typed: str) -> None:
    assert read_day(typed, near=NEAR) == date(2021, 1, 5)


def test_a_month_name_without_a_year_means_the_nearest_year() -> None:
    assert read_day("۱ فروردین", near=NEAR) == date(2021, 3, 21)
    assert read_day("۳۰ مهر", near=NEAR) == date(2020, 10, 21)


@pytest.mark.requirement("R-034")
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1399/07/31", "day_not_in_month"),
        ("۳۱ مهر ۱۳۹۹", "day_not_in_month"),
        ("فردا", "date_not_understood"),
        ("1399/10", "day_not_whole"),
    ],
)
def test_what_is_no_day_is_refused(typed: str, code: str) -> None:
    with pytest.raises(BlankNotRead) as refused:
        read_day(typed, near=NEAR)
    assert refused.value.code == code


def test_a_clock_is_read_in_any_digits() -> None:
    assert read_clock("۱۰:۳۰") == time(10, 30)
    assert read_clock("25:00") is None


def test_control_characters_and_overlong_lines_are_refused_at_their_field() -> None:
    for typed in ("a\x00b", "x" * 301, ""):
        with pytest.raises(BlankNotRead) as refused:
            Filled({"title": typed}).line("title")
        assert refused.value.field == "title"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/registry/x?y=1", "/registry/x?y=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil", "/"),
        (None, "/"),
    ],
)
def test_only_paths_of_this_host_are_returned_to(given: str | None, kept: str) -> None:
    assert safe_path(given) == kept
