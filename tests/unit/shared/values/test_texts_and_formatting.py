"""Texts: one spelling for search, digits, and the written forms of two languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.values.calendars import Calendar
from shared.values.formatting import (
    format_date,
    format_day_numbers,
    format_moment,
    format_number,
    format_partial,
    format_percent,
    format_time,
)
from shared.values.partial_dates import PartialDate
from shared.values.texts import LocalizedText, digits_to_ascii, duplicate_key, fold, fold_words, isolate, to_digits


class TestFold:
    @pytest.mark.requirement("R-003")
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("دبیرخانه", "دبير خانه"),
            ("دبیر‌خانه", "دبیرخانه"),
            ("كاوه", "کاوه"),
            ("اولياء و مربيان", "اولیا و مربیان"),
            ("مدرسة", "مدرسه"),
            ("خانۀ امید", "خانه امید"),
            ("خانهٔ امید", "خانه امید"),
            ("مؤسسه", "موسسه"),
            ("آموزش", "اموزش"),
            ("مــهر", "مِهر"),
            ("دبستان ۱۲", "دبستان ١٢"),
            ("دبستان ۱۲", "دبستان 12"),
            ("\u2067صد\u2069", "صد"),
            ("Žvėryno „Šilas“", 'zveryno ,,silas"'),
        ],
    )
    def test_spellings_of_one_word_meet(self, one: str, other: str) -> None:
        assert fold(one) == fold(other)

    def test_a_hamza_inside_a_word_stays(self) -> None:
        assert fold_words("قرائت  جزء اول") == "قرایت جز اول"

    def test_duplicates_keep_latin_diacritics_apart(self) -> None:
        assert duplicate_key("Šilas") != duplicate_key("Silas")
        assert duplicate_key("ŠILAS") == duplicate_key("šilas")


class TestDigits:
    def test_three_sets_come_in_and_the_languages_own_goes_out(self) -> None:
        assert digits_to_ascii("۱٢3") == "123"
        assert (to_digits("123", "fa"), to_digits(123, "ar"), to_digits(123, "en")) == ("۱۲۳", "١٢٣", "123")


class TestFormatting:
    def test_writes_solar_hijri_dates_in_persian(self) -> None:
        day = date(2020, 9, 26)
        assert format_date(day, "fa") == "۵ مهر ۱۳۹۹"
        assert format_date(day, "fa", weekday=True) == "شنبه ۵ مهر ۱۳۹۹"
        assert format_day_numbers(day, "fa") == "۱۳۹۹/۰۷/۰۵"
        assert format_date(day, "en", Calendar.GREGORIAN, weekday=True) == "Saturday, 26 September 2020"

    def test_writes_times_on_the_wall_of_the_zone(self) -> None:
        instant = datetime(2020, 9, 26, 4, 30, tzinfo=UTC)
        assert format_time(instant, "fa", "Asia/Tehran") == "۰۸:۰۰"
        assert format_moment(instant, "fa", "Asia/Tehran") == "شنبه ۵ مهر ۱۳۹۹، ساعت ۰۸:۰۰"

    def test_writes_numbers_and_shares(self) -> None:
        assert format_number(1240, "fa") == "۱٬۲۴۰"
        assert format_number(Decimal("5.50"), "fa") == "۵٫۵"
        assert format_number(1240, "en") == "1,240"
        assert format_percent(Decimal("0.885"), "fa") == "۸۹\u200f٪"
        assert format_percent(Decimal("0.885"), "en", places=1) == "88.5%"

    def test_says_what_of_a_partial_date_is_unknown(self) -> None:
        training = PartialDate.parse("15-17/1440", Calendar.UMM_AL_QURA)
        assert format_partial(training, "ar") == "١٥–١٧ / ١٤٤٠ (الشهر غير محدد)"
        assert format_partial(PartialDate.of(Calendar.SOLAR_HIJRI, 1399, 7), "fa") == "مهر ۱۳۹۹"


class TestLocalizedText:
    def test_falls_back_along_the_chain(self) -> None:
        name = LocalizedText({"fa": "طرح", "en": "Plan"})
        assert (name.pick("en"), name.pick("fa-IR"), name.pick("lt")) == ("Plan", "طرح", "طرح")

    def test_isolates_foreign_runs(self) -> None:
        assert isolate("K-39") == "\u2068K-39\u2069"
