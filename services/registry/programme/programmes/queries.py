"""Questions about programmes and their definitions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.registry.programme.programmes.definition import Definition
from services.registry.programme.programmes.models import Programme, ProgrammeVersion
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within
from shared.values.texts import fold, search_words

_READ: dict[tuple[str, int], Definition] = {}
_KEPT = 64
_ASKED = "programmes.definitions"


class ProgrammeNotFound(NotFound):
    """No such programme."""


class ProgrammeVersionNotFound(NotFound):
    """This programme has no such version."""


def get_programme(session: Session, programme_id: UUID, *, by: Actor) -> Programme:
    """The programme, if it is within the actor's reach; ProgrammeNotFound otherwise."""
    found = session.scalar(select(Programme).where(Programme.id == programme_id, within(Programme, by)))
    if found is None:
        raise ProgrammeNotFound
    return found


def find_programme(session: Session, *, tenant: str, code: str) -> Programme | None:
    """The tenant's programme with a code."""
    return session.scalar(select(Programme).where(Programme.tenant == tenant, Programme.programme == code))


def list_programmes(
    session: Session, *, by: Actor, q: str | None = None, after: UUID | None = None, limit: int = 50
) -> Sequence[Programme]:
    """Programmes in order of id, one more than the limit; `q` finds official, swapped and misspelt names (R-003)."""
    wanted = select(Programme).where(within(Programme, by)).order_by(Programme.id).limit(limit + 1)
    if after is not None:
        wanted = wanted.where(Programme.id > after)
    if q:
        words = [Programme.search_key.contains(word, autoescape=True) for word in search_words(q)]
        wanted = wanted.where(or_(Programme.search_key.contains(fold(q), autoescape=True), and_(*words)))
    return session.scalars(wanted).all()


def list_versions(session: Session, *, programme: Programme) -> Sequence[ProgrammeVersion]:
    """All versions of a programme, the newest first."""
    return session.scalars(
        select(ProgrammeVersion)
        .where(ProgrammeVersion.tenant == programme.tenant, ProgrammeVersion.programme_id == programme.id)
        .order_by(ProgrammeVersion.number.desc())
    ).all()


def get_version(session: Session, *, programme: Programme, number: int) -> ProgrammeVersion:
    """One version of a programme; ProgrammeVersionNotFound when it has no such number."""
    found = session.scalar(
        select(ProgrammeVersion).where(
            ProgrammeVersion.tenant == programme.tenant,
            ProgrammeVersion.programme_id == programme.id,
            ProgrammeVersion.number == number,
        )
    )
    if found is None:
        raise ProgrammeVersionNotFound
    return found


def definition_of(session: Session, *, tenant: str, programme: str, version: int | None = None) -> Definition:
    """A programme's definition, the newest or a given version; ProgrammeNotFound when there is none.

    A given version never changes, so a session asks for it once.
    """
    known: dict[tuple[str, str, int], Definition] = session.info.setdefault(_ASKED, {})
    if version is not None and (tenant, programme, version) in known:
        return known[tenant, programme, version]
    row = find_programme(session, tenant=tenant, code=programme)
    if row is None:
        raise ProgrammeNotFound
    found = read_version(get_version(session, programme=row, number=version or row.current_number))
    if version is not None:
        known[tenant, programme, version] = found
    return found


def definitions_of(session: Session, *, tenant: str) -> list[Definition]:
    """The newest definition of each programme of a tenant."""
    rows = session.scalars(select(Programme).where(Programme.tenant == tenant).order_by(Programme.id)).all()
    return [read_version(get_version(session, programme=row, number=row.current_number)) for row in rows]


def read_version(version: ProgrammeVersion) -> Definition:
    """The definition a version holds; kept in memory because a version never changes."""
    key = (version.definition_hash, version.number)
    if key not in _READ:
        if len(_READ) >= _KEPT:
            _READ.clear()
        _READ[key] = Definition.model_validate({**version.definition, "version": version.number})
    return _READ[key]


def zone_of_tenant(session: Session, *, tenant: str) -> str:
    """The time zone a tenant's days are counted in: its first programme's, UTC before there is one."""
    definitions = definitions_of(session, tenant=tenant)
    return definitions[0].tz if definitions else "UTC"
