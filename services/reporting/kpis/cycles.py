"""The cycle a figure speaks of: its zone, its periods, its windows, and what day it is there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.clock import business_now
from shared.kernel.problems import NotFound


class CycleNotFound(NotFound):
    """No such programme or cycle."""


@dataclass(frozen=True)
class PeriodView:
    """A reporting period; first and last local day."""

    ordinal: int
    label: dict[str, str]
    from_on: date
    to_on: date
    state: str


@dataclass(frozen=True)
class MonthView:
    """A month of the programme's calendar."""

    key: str
    from_on: date
    to_on: date
    period_ordinal: int


@dataclass(frozen=True)
class CycleView:
    """A cycle as reporting knows it now."""

    programme: str
    cycle: str
    names: dict[str, str]
    tz: str
    calendar: str
    from_on: date
    to_on: date
    launch_from: date
    launch_to: date
    periods: tuple[PeriodView, ...]
    months: tuple[MonthView, ...]
    quotas: dict[str, tuple[int, int]]
    state: str = "open"

    def period_at(self, day: date) -> PeriodView | None:
        """The period a day lies in."""
        return next((each for each in self.periods if each.from_on <= day <= each.to_on), None)

    def period(self, ordinal: int) -> PeriodView | None:
        """The period of an ordinal."""
        return next((each for each in self.periods if each.ordinal == ordinal), None)

    def day_of(self, instant: datetime) -> date:
        """The local day of an instant."""
        return instant.astimezone(ZoneInfo(self.tz)).date()

    def end_of(self, day: date) -> datetime:
        """The last instant of a local day, in UTC."""
        midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.tz))
        return midnight.astimezone(UTC) - timedelta(microseconds=1)


_LATEST = text(
    """SELECT * FROM (SELECT DISTINCT ON (c.fact_id) c.* FROM cycle_facts c WHERE c.tenant = :tenant
    ORDER BY c.fact_id, c.version DESC) c
    WHERE (CAST(:programme AS text) IS NULL OR programme = :programme)
      AND (CAST(:cycle AS text) IS NULL OR cycle = :cycle)
    ORDER BY (state = 'open') DESC, from_on DESC LIMIT 1"""
)
_NAMES = text("SELECT names FROM programme_facts WHERE tenant = :tenant AND code = :code ORDER BY version DESC LIMIT 1")


def current_cycle(
    session: Session, *, tenant: str, programme: str | None = None, cycle: str | None = None
) -> CycleView:
    """The named cycle, or the newest open one; raises CycleNotFound."""
    found = find_cycle(session, tenant=tenant, programme=programme, cycle=cycle)
    if found is None:
        raise CycleNotFound
    return found


def find_cycle(
    session: Session, *, tenant: str, programme: str | None = None, cycle: str | None = None
) -> CycleView | None:
    """The named cycle, or the newest open one, or None while reporting has not heard of it."""
    row = session.execute(_LATEST, {"tenant": tenant, "programme": programme, "cycle": cycle}).mappings().first()
    if row is None:
        return None
    names = session.execute(_NAMES, {"tenant": tenant, "code": row["programme"]}).scalar() or {}
    return CycleView(
        programme=row["programme"],
        cycle=row["cycle"],
        names=names,
        tz=row["tz"] or "UTC",
        calendar=row["calendar"] or "gregorian",
        from_on=row["from_on"],
        to_on=row["to_on"],
        launch_from=row["launch_from"] or row["from_on"],
        launch_to=row["launch_to"] or row["to_on"],
        periods=tuple(sorted((_period(each) for each in row["periods"]), key=lambda each: each.ordinal)),
        months=tuple(_month(each) for each in row["months"]),
        quotas={each["id"]: (each["min"], each["max"]) for each in row["quotas"]},
        state=row["state"] or "",
    )


def open_cycles(session: Session, *, tenant: str) -> list[tuple[str, str]]:
    """Programme and cycle of every cycle of a tenant that is known here."""
    rows = session.execute(
        text("SELECT DISTINCT programme, cycle FROM cycle_facts WHERE tenant = :tenant ORDER BY 1, 2"),
        {"tenant": tenant},
    )
    return [(programme, cycle) for programme, cycle in rows]


def local_today(session: Session, cycle: CycleView) -> date:
    """Today in the programme's zone, by business time."""
    return cycle.day_of(business_now(session))


def _period(wire: dict[str, Any]) -> PeriodView:
    return PeriodView(
        ordinal=wire["ordinal"],
        label=wire["label"],
        from_on=date.fromisoformat(wire["from_on"]),
        to_on=date.fromisoformat(wire["to_on"]),
        state=wire["state"],
    )


def _month(wire: dict[str, Any]) -> MonthView:
    return MonthView(
        key=wire["key"],
        from_on=date.fromisoformat(wire["from_on"]),
        to_on=date.fromisoformat(wire["to_on"]),
        period_ordinal=wire["period_ordinal"],
    )
