"""How fresh figures are: the last event folded in per source, and what is parked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from shared.kernel.health import Number
from shared.kernel.together import Together

READER = "reporting"
_STANDING = text(
    "SELECT c.source, c.stream, c.epoch, c.pos, c.moved_at, p.parked "
    "FROM (SELECT count(*) AS parked FROM dead_letters "
    "WHERE reader = :reader AND state = 'parked' AND tenant = :tenant) p "
    "LEFT JOIN consumer_cursors c ON c.reader = :reader ORDER BY c.source, c.stream, c.partition"
)


@dataclass(frozen=True)
class Source:
    """A source's last folded event: its number, business time, when it was applied and how long ago (machine)."""

    source: str
    stream: str
    epoch: UUID | None
    seq: int
    time: datetime | None
    applied_at: datetime
    age_seconds: int


def list_sources(session: Session) -> list[Source]:
    """Where reporting stands in each source's feed."""
    rows = session.execute(
        text(
            "SELECT source, stream, epoch, pos, event_time, moved_at, "
            "extract(epoch FROM clock_timestamp() - moved_at)::int FROM consumer_cursors WHERE reader = :reader "
            "ORDER BY source, stream, partition"
        ),
        {"reader": READER},
    )
    return [Source(*row) for row in rows]


def watched(session: Session) -> Iterable[Number]:
    """The age of figures per source: how long ago a reader applied an event or found that there was none."""
    for each in list_sources(session):
        labels = {"source": each.source, "stream": each.stream}
        yield Number(
            "peyvand_figures_age_seconds", "Time since figures were known to be current", each.age_seconds, labels
        )


def count_parked(session: Session, *, tenant: str, provinces: Sequence[str] | None) -> int:
    """Events that could not be applied and may change figures of these provinces."""
    count: int = session.execute(
        text(
            "SELECT count(*) FROM dead_letters WHERE reader = :reader AND state = 'parked' AND tenant = :tenant "
            "AND (CAST(:provinces AS text[]) IS NULL OR province = ANY (:provinces) OR province = '')"
        ),
        {"reader": READER, "tenant": tenant, "provinces": list(provinces) if provinces is not None else None},
    ).scalar_one()
    return count


class Standings(dict[str, "Together[Standing]"]):
    """Per tenant: requests of the same moment ask the database once. A tenant's name comes from a signed token."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def __missing__(self, tenant: str) -> "Together[Standing]":
        self[tenant] = found = Together(lambda: standing_of(self._engine, tenant=tenant))
        return found


@dataclass(frozen=True)
class Standing:
    """What every answer of a tenant depends on besides its parameters.

    `version` moves with the figures, `told` also when a reader found that there is nothing new.
    """

    version: str
    told: str


def standing_of(engine: Engine, *, tenant: str) -> Standing:
    """Cursors and parked events, by one statement that needs no transaction: its tables know no provinces."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        rows = connection.execute(_STANDING, {"reader": READER, "tenant": tenant}).all()
    marks = ",".join(f"{row.source}:{row.stream}:{row.epoch}:{row.pos}" for row in rows)
    told = ",".join(str(row.moved_at) for row in rows)
    return Standing(f"{marks}|{rows[0].parked}", told)


def target_of(session: Session, *, tenant: str, programme: str, code: str) -> str | None:
    """The target the programme's definition sets for a figure."""
    target = session.execute(
        text(
            "SELECT targets ->> :code FROM programme_facts WHERE tenant = :tenant AND code = :programme "
            "ORDER BY version DESC LIMIT 1"
        ),
        {"tenant": tenant, "programme": programme, "code": code},
    ).scalar()
    return str(target) if target else None
