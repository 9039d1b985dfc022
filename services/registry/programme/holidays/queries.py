"""Questions about days off."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.programme.holidays.models import Holiday, HolidayCalendar
from shared.kernel.auth import Actor
from shared.kernel.tenancy import within
from shared.values.places import province_of


def holidays_of(session: Session, *, tenant: str, territory: str, first: date, last: date) -> set[date]:
    """Days off between two days, both included, in a territory: the country's and its province's.

    `territory` is a path, a province code, or '' for the country alone.
    """
    province = province_of(territory) if "/" in territory else territory if "-" in territory else ""
    return set(
        session.scalars(
            select(Holiday.day).where(
                Holiday.tenant == tenant,
                Holiday.province.in_({"", province}),
                Holiday.day.between(first, last),
            )
        )
    )


def list_holidays(
    session: Session,
    *,
    by: Actor,
    first: date,
    last: date,
    province: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Holiday]:
    """Days off within the actor's reach in order of id, one more than the limit."""
    wanted = (
        select(Holiday)
        .where(within(Holiday, by), Holiday.day.between(first, last))
        .order_by(Holiday.id)
        .limit(limit + 1)
    )
    if province is not None:
        wanted = wanted.where(Holiday.province.in_({"", province}))
    if after is not None:
        wanted = wanted.where(Holiday.id > after)
    return session.scalars(wanted).all()


def find_calendar(session: Session, *, tenant: str, province: str, year: int) -> HolidayCalendar | None:
    """The calendar of a place and year."""
    return session.scalar(
        select(HolidayCalendar).where(
            HolidayCalendar.tenant == tenant, HolidayCalendar.province == province, HolidayCalendar.year == year
        )
    )


def list_days(session: Session, *, calendar: HolidayCalendar) -> Sequence[Holiday]:
    """All days of a calendar."""
    return session.scalars(
        select(Holiday)
        .where(
            Holiday.tenant == calendar.tenant,
            Holiday.province == calendar.province,
            Holiday.calendar_id == calendar.id,
        )
        .order_by(Holiday.day)
    ).all()
