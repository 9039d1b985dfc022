"""Questions about series, guarded by the asking actor."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from services.registry.gathering.series.models import Series
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within


class SeriesNotFound(NotFound):
    """No such series of meetings."""


def get_series(session: Session, series_id: UUID, *, by: Actor) -> Series:
    """Return the series; SeriesNotFound (404) outside the actor's reach."""
    series = session.scalar(select(Series).where(Series.id == series_id, within(Series, by)))
    if series is None:
        raise SeriesNotFound
    return series


def find_series(session: Session, *, tenant: str, programme: str, code: str) -> Series | None:
    """Return the series with a code in a programme, if there is one."""
    return session.scalar(
        select(Series).where(Series.tenant == tenant, Series.programme == programme, Series.code == code)
    )


def list_series(
    session: Session,
    *,
    by: Actor,
    programme: str | None = None,
    kind: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Series]:
    """Return one page of series by id, one row more than the limit when there is a next page."""
    filters = [column == value for column, value in ((Series.programme, programme), (Series.kind, kind)) if value]
    beyond = Series.id > after if after is not None else true()
    found = select(Series).where(within(Series, by), beyond, *filters).order_by(Series.id).limit(limit + 1)
    return session.scalars(found).all()
