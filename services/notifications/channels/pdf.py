"""Official letters as PDF, typeset from event fields with the vendored Vazirmatn: directive and appointment (R-060)."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import typst

from services.notifications.channels.channel import Attachment
from shared.values.calendars import Calendar
from shared.values.formatting import format_date
from shared.values.texts import isolate, to_digits

HERE = Path(__file__).parent
DUTIES = 6
RIGHT_TO_LEFT = ("fa", "ar")


class Texts(Protocol):
    """Words by language and key."""

    def t(self, language: str, key: str, **params: Any) -> str:
        """The words of a key."""
        ...


class Place(Protocol):
    """Time zone and calendar of the reader."""

    @property
    def tz(self) -> str:
        """The zone."""
        ...

    @property
    def calendar(self) -> str:
        """The calendar."""
        ...


def directive_pdf(facts: Mapping[str, Any], *, language: str, locale: Place, words: Texts) -> Attachment:
    """The directive with number, date, full text and the day by which it is to be acknowledged."""

    def t(key: str, **params: Any) -> str:
        return words.t(language, f"pdf.{key}", **params)

    body = _name(facts["body"], language)
    closing = [t("acknowledge", day=_day(facts["acknowledge_by"], language, locale))] if facts["acknowledge_by"] else []
    data = {
        "title": _name(facts["title"], language),
        "sender": t("organization"),
        "programme": t("directive"),
        "header": _header(facts["number"], facts["issued_on"], language, locale, t),
        "to": f"{t('to')}: {_name(facts['office'], language)}",
        "paragraphs": [to_digits(part, language) for part in body.split("\n") if part.strip()],
        "list_title": "",
        "list": [],
        "closing": closing,
        "signed": t("signed_hq"),
        "copy": "",
        "footer": t("directive"),
    }
    return Attachment(f"directive-{_plain(facts['number'])}.pdf", "application/pdf", _typeset(data, language))


def appointment_pdf(facts: Mapping[str, Any], *, language: str, locale: Place, words: Texts) -> Attachment:
    """The executing principal's letter: whom the secretariat acts for, and the six duties."""

    def t(key: str, **params: Any) -> str:
        return words.t(language, f"pdf.{key}", **params)

    school, province = _name(facts["school"], language), _name(facts["province"], language)
    agency = _name(facts["agency"], language)
    to = f"{t('to')}: {facts['person_name']}" if facts.get("person_name") else ""
    data = {
        "title": t("appointment"),
        "sender": t("office", province=province),
        "programme": t("organization"),
        "header": _header(facts["letter_number"], facts["letter_on"], language, locale, t),
        "to": to,
        "paragraphs": [
            t("subject"),
            t("appointed", school=school),
            *([f"{t('agency')}: {agency}"] if agency else []),
            t("representative", province=province),
        ],
        "list_title": t("duties"),
        "list": [t(f"duty_{number}") for number in range(1, DUTIES + 1)],
        "closing": [t("wish")],
        "signed": t("signed", province=province),
        "copy": t("copy"),
        "footer": f"{t('appointment')} {isolate(to_digits(str(facts['letter_number']), language))}",
    }
    return Attachment(f"appointment-{_plain(facts['letter_number'])}.pdf", "application/pdf", _typeset(data, language))


def _header(number: object, day: object, language: str, locale: Place, t: Any) -> list[list[str]]:
    rows = [[f"{t('number')}:", isolate(to_digits(str(number), language))]]
    return [*rows, [f"{t('date')}:", _day(day, language, locale)]] if day else rows


def _typeset(data: Mapping[str, Any], language: str) -> bytes:
    numbers = [to_digits(f"{index}.", language) for index in range(1, len(data["list"]) + 1)]
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    complete = {**data, "lang": language, "dir": direction, "numbers": numbers}
    compiled: bytes = typst.compile(
        HERE / "letter.typ",
        font_paths=[HERE / "fonts"],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(complete, ensure_ascii=False)},
    )
    return compiled


def _name(names: Mapping[str, str] | None, language: str) -> str:
    if not names:
        return ""
    return names.get(language) or names.get("fa") or next(iter(names.values()))


def _day(value: Any, language: str, locale: Place) -> str:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        from zoneinfo import ZoneInfo

        value = value.astimezone(ZoneInfo(locale.tz)).date()
    return format_date(value, language, Calendar(locale.calendar))


def _plain(number: object) -> str:
    return "-".join(part for part in str(number).replace("/", " ").replace("\\", " ").split())
