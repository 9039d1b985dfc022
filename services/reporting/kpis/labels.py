"""What a person calls a case: the school, the agency, the month, the launch step, else the province."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.values.calendars import Calendar
from shared.values.formatting import format_month

LANGUAGES = ("fa", "en")
STEPS: dict[str, dict[str, str]] = {
    "T1": {"fa": "صدور دستورالعمل", "en": "Directive issued"},
    "T2": {"fa": "مکاتبه با استان", "en": "Letter to the province"},
    "T3": {"fa": "تعیین مدارس و دستگاه‌ها", "en": "Schools and agencies selected"},
    "T4": {"fa": "برقراری همهٔ دبیرخانه‌ها", "en": "All secretariats established"},
}


def month_names(first_day: str, calendar: str) -> dict[str, str]:
    """A month of the programme's calendar, from its first day: 'مهر ۱۳۹۹', 'Mehr 1399'."""
    day = date.fromisoformat(first_day)
    return {language: format_month(day, language, Calendar(calendar)) for language in LANGUAGES}


def names_of(
    names: Mapping[str, str] | None,
    details: Mapping[str, Any],
    province: str,
    *,
    provinces: Mapping[str, dict[str, str]],
    calendar: str,
) -> dict[str, str]:
    """The names of a case; a case without any of its own is called by its province."""
    if "month" in details and "from" in details:
        return month_names(str(details["from"]), calendar)
    if details.get("step") in STEPS:
        return STEPS[str(details["step"])]
    return dict(names) if names else provinces.get(province, {})
