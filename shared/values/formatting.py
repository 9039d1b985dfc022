"""How dates, times, numbers and shares are written in Persian and in English."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from shared.values.calendars import Calendar, from_gregorian
from shared.values.partial_dates import PartialDate, Precision
from shared.values.texts import to_digits

_SOLAR_FA = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
_SOLAR_EN = (
    "Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar",
    "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand",
)  # fmt: skip
_HIJRI_AR = (
    "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة",
    "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة",
)  # fmt: skip
_HIJRI_EN = (
    "Muharram", "Safar", "Rabi' I", "Rabi' II", "Jumada I", "Jumada II",
    "Rajab", "Sha'ban", "Ramadan", "Shawwal", "Dhu al-Qa'dah", "Dhu al-Hijjah",
)  # fmt: skip
_GREGORIAN_FA = (
    "ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر",
)  # fmt: skip
_GREGORIAN_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

MONTHS: dict[Calendar, dict[str, tuple[str, ...]]] = {
    Calendar.SOLAR_HIJRI: {"fa": _SOLAR_FA, "ar": _SOLAR_FA, "en": _SOLAR_EN},
    Calendar.UMM_AL_QURA: {"fa": _HIJRI_AR, "ar": _HIJRI_AR, "en": _HIJRI_EN},
    Calendar.GREGORIAN: {"fa": _GREGORIAN_FA, "ar": _GREGORIAN_FA, "en": _GREGORIAN_EN},
}
SEASONS = {"fa": ("بهار", "تابستان", "پاییز", "زمستان"), "en": ("Spring", "Summer", "Autumn", "Winter")}
# From Monday, as Python counts.
WEEKDAY_NAMES = {
    "fa": ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنج‌شنبه", "جمعه", "شنبه", "یک‌شنبه"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
}
RIGHT_TO_LEFT_MARK = "\u200f"


def _known(lang: str) -> str:
    plain = lang.partition("-")[0]
    return plain if plain in ("fa", "ar") else "en"


def weekday_name(day: date, lang: str) -> str:
    """The name of the weekday."""
    return WEEKDAY_NAMES[_known(lang)][day.weekday()]


def month_name(calendar: Calendar, month: int, lang: str) -> str:
    """The name of a month of a calendar."""
    return MONTHS[calendar][_known(lang)][month - 1]


def format_date(
    day: date, lang: str, calendar: Calendar = Calendar.SOLAR_HIJRI, *, weekday: bool = False, year: bool = True
) -> str:
    """'۵ مهر ۱۳۹۹' or '5 Mehr 1399'; with weekday 'شنبه ۵ مهر ۱۳۹۹' or 'Saturday, 26 ...'."""
    y, m, d = from_gregorian(calendar, day)
    parts = [to_digits(d, lang), month_name(calendar, m, lang), *([to_digits(y, lang)] if year else [])]
    written = " ".join(parts)
    if not weekday:
        return written
    comma = "" if _known(lang) in ("fa", "ar") else ","
    return f"{weekday_name(day, lang)}{comma} {written}"


def format_day_numbers(day: date, lang: str, calendar: Calendar = Calendar.SOLAR_HIJRI) -> str:
    """'۱۳۹۹/۰۷/۰۱' in Persian, '1399-07-01' in English."""
    y, m, d = from_gregorian(calendar, day)
    sign = "/" if _known(lang) in ("fa", "ar") else "-"
    return to_digits(f"{y}{sign}{m:02d}{sign}{d:02d}", lang)


def format_month(day: date, lang: str, calendar: Calendar = Calendar.SOLAR_HIJRI) -> str:
    """'مهر ۱۳۹۹': the month a day lies in."""
    y, m, _ = from_gregorian(calendar, day)
    return f"{month_name(calendar, m, lang)} {to_digits(y, lang)}"


def format_partial(value: PartialDate, lang: str) -> str:
    """A partial date as far as it is known; a range without month says so."""
    if value.y is None:
        return {"fa": "تاریخ نامعلوم", "ar": "تاريخ غير معروف"}.get(_known(lang), "date unknown")
    if value.precision is Precision.DAY and value.greg is not None:
        return format_date(value.greg, lang, value.cal)
    year = to_digits(value.y, lang)
    days = to_digits(value.d, lang) if value.d is not None else ""
    if value.d_to is not None:
        days = f"{days}–{to_digits(value.d_to, lang)}"
    if value.precision is Precision.RANGE_WITHOUT_MONTH:
        note = {"fa": "ماه نامشخص", "ar": "الشهر غير محدد"}.get(_known(lang), "month unknown")
        return f"{days} / {year} ({note})"
    month = month_name(value.cal, value.m, lang) if value.m is not None else ""
    return " ".join(part for part in (days, month, year) if part)


def format_time(instant: datetime, lang: str, tz: str) -> str:
    """'۰۸:۳۰': hours and minutes on the wall of the zone."""
    return to_digits(instant.astimezone(ZoneInfo(tz)).strftime("%H:%M"), lang)


def format_moment(instant: datetime, lang: str, tz: str, calendar: Calendar = Calendar.SOLAR_HIJRI) -> str:
    """'شنبه ۵ مهر ۱۳۹۹، ساعت ۰۸:۳۰' or 'Saturday, 5 Mehr 1399, 08:30'."""
    written = format_date(instant.astimezone(ZoneInfo(tz)).date(), lang, calendar, weekday=True)
    comma, at = ("،", " ساعت") if _known(lang) == "fa" else ("،", "") if _known(lang) == "ar" else (",", "")
    return f"{written}{comma}{at} {format_time(instant, lang, tz)}"


def format_number(value: float | Decimal, lang: str, *, places: int | None = None) -> str:
    """'۱٬۲۴۰' or '1,240'; with places rounded half up, otherwise as given without trailing zeros."""
    number = Decimal(str(value))
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    written = f"{number:,f}"
    if places is None and "." in written:
        written = written.rstrip("0").rstrip(".")
    if _known(lang) in ("fa", "ar"):
        written = written.replace(",", "٬").replace(".", "٫")
    return to_digits(written, lang)


def format_percent(share: float | Decimal, lang: str, *, places: int = 0) -> str:
    """A share of 1 in per cent: '۸۸' U+200F '٪', or '88%'; without the mark the sign jumps to the wrong side."""
    written = format_number(Decimal(str(share)) * 100, lang, places=places)
    return f"{written}{RIGHT_TO_LEFT_MARK}٪" if _known(lang) in ("fa", "ar") else f"{written}%"
