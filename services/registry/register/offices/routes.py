"""The door of offices: /v1/offices."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.register.offices import commands, queries
from services.registry.register.offices.commands import OfficeExists
from services.registry.register.offices.queries import OfficeNotFound
from services.registry.register.offices.schemas import OfficeIn, OfficeOut, OfficePatch, office_out
from services.registry.register.territories.queries import OutsideYourProvince, TerritoryNotFound
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, members, new_router, problems, require
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Stale

router = new_router("offices")


@router.get("", response_model=Page[OfficeOut], dependencies=[members])
def list_offices(
    session: SessionDep,
    actor: ActorDep,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    province: Annotated[str | None, Query(max_length=12)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Offices within your reach."""
    rows = queries.list_offices(
        session, by=actor, kind=kind, province=province, q=q, after=read_cursor(cursor), limit=limit
    )
    return page(rows, limit, office_out)


@router.get("/{office_id}", responses=problems(OfficeNotFound), dependencies=[members])
def get_office(office_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> OfficeOut:
    """One office."""
    office = queries.get_office(session, office_id, by=actor)
    answer(response, office)
    return office_out(office)


@router.post(
    "",
    status_code=201,
    responses=problems(TerritoryNotFound, OutsideYourProvince, OfficeExists),
    dependencies=[require("hq_officer")],
)
def register_office(body: OfficeIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> OfficeOut:
    """Register an office."""
    office = commands.register_office(
        session, office_id=body.id, by=actor, now=now, **_fields(body.model_dump(mode="json", exclude={"id"}))
    )
    answer(response, office)
    return office_out(office)


@router.patch("/{office_id}", responses=problems(OfficeNotFound, Stale), dependencies=[require("hq_officer")])
def change_office(
    office_id: UUID,
    body: OfficePatch,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> OfficeOut:
    """Change an office's names or foreign numbers."""
    office = commands.change_office(
        session, office_id=office_id, expected=if_match, by=actor, now=now, **_fields(body.model_dump(mode="json"))
    )
    answer(response, office)
    return office_out(office)


def _fields(dumped: dict[str, Any]) -> dict[str, Any]:
    return {**dumped, "external_ids": list(dumped["external_ids"])}
