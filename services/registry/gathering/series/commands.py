"""Verbs of series: found one, and take its next edition."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.gathering.series import queries
from services.registry.gathering.series.models import Series
from services.registry.gathering.series.rules import may_have_edition
from services.registry.programme.cycles.queries import rules_of
from services.registry.register.offices.queries import get_office
from services.registry.register.territories.queries import territory_to_write
from shared.kernel.auth import Actor
from shared.kernel.problems import Conflict, Refusal, refuse
from shared.values.ids import new_id


class SeriesExists(Conflict):
    """A series with this code exists in the programme."""


def create_series(
    session: Session,
    *,
    programme: str,
    code: str,
    kind: str,
    names: dict[str, str],
    province: str = "",
    organiser_id: UUID | None = None,
    last_edition: int = 0,
    series_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Series:
    """Found a series of one kind; `last_edition` counts the editions before the records begin.

    A known id returns the row that has it.
    """
    if series_id is not None and (known := session.get(Series, series_id)) is not None:
        return queries.get_series(session, known.id, by=by)
    definition = rules_of(session, tenant=by.tenant, programme=programme)
    place = territory_to_write(session, province or definition.country, by=by)
    if kind not in definition.meeting_kinds:
        refuse([Refusal("meeting_kind_unknown", field="kind", params={"kind": kind})])
    if organiser_id is not None:
        get_office(session, organiser_id, by=by)
    if (there := queries.find_series(session, tenant=by.tenant, programme=programme, code=code)) is not None:
        raise SeriesExists(link=f"/v1/series/{there.id}")
    cadence = definition.cadence(kind)
    scope = {"tenant": by.tenant, "programme": programme, "province": province, "territory": place.path}
    series = Series(id=series_id or new_id(), **scope, code=code, kind=kind, names=names, last_edition=last_edition)
    series.cadence, series.organiser_id = cadence.per if cadence else None, organiser_id
    session.add(series)
    session.flush()
    return series


def take_edition(session: Session, *, series_id: UUID | None, edition: int | None, kind: str, by: Actor) -> int | None:
    """Give a meeting its edition in a series: the next, or the higher number named (I-47); None without a series."""
    if series_id is None:
        return None
    series = queries.get_series(session, series_id, by=by)
    refuse(may_have_edition(kind, of_kind=series.kind, edition=edition, last_edition=series.last_edition))
    series.last_edition = edition or series.last_edition + 1
    session.flush()
    return series.last_edition
