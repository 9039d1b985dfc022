"""When an authorisation may be tabled, granted and refused, and when it is to be renewed (R-054, R-055)."""

from datetime import date, timedelta

from shared.kernel.problems import Refusal

KINDS = ("council", "committee", "visit")
REMIND_DAYS_BEFORE = 14


def may_table(requested_on: date, tabled_on: date, today: date) -> list[Refusal]:
    """Say why it cannot have been tabled on this day: before its request or in the future (I-27)."""
    return _dated("tabled_on", requested_on, tabled_on, today)


def may_grant(tabled_on: date, granted_on: date, valid_until: date | None, today: date, number: str) -> list[Refusal]:
    """Say why it cannot be granted so: a permit has a number, a day not in the future, and ends after it begins."""
    refusals = _dated("granted_on", tabled_on, granted_on, today)
    if not number:
        refusals.append(Refusal("number_missing", field="number"))
    if valid_until is not None and valid_until < granted_on:
        refusals.append(Refusal("validity_before_grant", field="valid_until"))
    return refusals


def may_refuse(tabled_on: date, refused_on: date, today: date) -> list[Refusal]:
    """Say why it cannot have been refused on this day."""
    return _dated("refused_on", tabled_on, refused_on, today)


def reminder_day(valid_until: date) -> date:
    """Return the calendar day of the reminder; it still rolls to a working day (N-05)."""
    return valid_until - timedelta(days=REMIND_DAYS_BEFORE)


def _dated(field: str, earliest: date, day: date, today: date) -> list[Refusal]:
    refusals = []
    if day < earliest:
        refusals.append(Refusal("date_before_previous_step", field=field, params={"date": earliest.isoformat()}))
    if day > today:
        refusals.append(Refusal("date_in_future", field=field))
    return refusals
