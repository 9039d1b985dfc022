"""The door of days off: /v1/holidays."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query

from services.registry.programme.holidays import commands, queries
from services.registry.programme.holidays.commands import HolidaysOfAnotherPlace
from services.registry.programme.holidays.schemas import HolidayChangesIn, HolidayOut, holiday_out
from shared.kernel.http import ActorDep, NowDep, SessionDep, members, new_router, problems, require
from shared.kernel.pagination import MOST, Page, page, read_cursor
from shared.kernel.problems import Refused

router = new_router("holidays")


@router.get("", response_model=Page[HolidayOut], dependencies=[members])
def list_holidays(
    session: SessionDep,
    actor: ActorDep,
    first: date,
    last: date,
    province: Annotated[str | None, Query(max_length=12)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> dict[str, Any]:
    """Days off between two days, the country's and a province's."""
    rows = queries.list_holidays(
        session, by=actor, first=first, last=last, province=province, after=read_cursor(cursor), limit=limit
    )
    return page(rows, limit, holiday_out)


@router.post(
    "/changes",
    status_code=201,
    responses=problems(HolidaysOfAnotherPlace, Refused),
    dependencies=[require("hq_officer", "province_officer")],
)
def change_holidays(body: HolidayChangesIn, session: SessionDep, actor: ActorDep, now: NowDep) -> list[HolidayOut]:
    """Add and remove days off; deadlines that are still open move later by it, never earlier."""
    calendars = commands.change_holidays(
        session,
        province=body.province,
        kind=body.kind,
        added={each.day: each.names for each in body.added},
        removed=body.removed,
        by=actor,
        now=now,
    )
    return [holiday_out(day) for each in calendars for day in queries.list_days(session, calendar=each)]
