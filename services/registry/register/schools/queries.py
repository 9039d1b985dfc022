"""Questions about schools."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Text, func, literal, select
from sqlalchemy.orm import Session

from services.registry.register.schools.lifecycle import State
from services.registry.register.schools.models import School
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within
from shared.values.places import lies_within
from shared.values.texts import search_words


class SchoolNotFound(NotFound):
    """No such school."""


def get_school(session: Session, school_id: UUID, *, by: Actor) -> School:
    """The school, if it is within the actor's reach; SchoolNotFound otherwise."""
    found = session.scalar(select(School).where(School.id == school_id, within(School, by)))
    if found is None:
        raise SchoolNotFound
    return found


def lock_names(session: Session, *, tenant: str, names: Collection[tuple[str, str]]) -> None:
    """Keep others from giving a school one of these names, each a province and a duplicate key, until the commit.

    Two people who register the same school at once must not both pass: the second waits here for the first. Always in
    the same order, so that two who bring many schools do not wait for each other.
    """
    locks = sorted({f"school/{tenant}/{province}/{key}" for province, key in names})
    each = func.unnest(literal(locks, ARRAY(Text))).column_valued("lock")
    session.execute(select(func.count(func.pg_advisory_xact_lock(func.hashtextextended(each, 0)))))


def find_names(session: Session, *, tenant: str, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Which of these names, each a province and a duplicate key, a working school has already; the eldest of them."""
    keys = sorted({key for _province, key in names})
    rows = session.execute(
        select(School.province, School.name_keys, School.id)
        .where(
            School.tenant == tenant,
            School.province.in_({province for province, _key in names}),
            School.state == State.ACTIVE,
            School.name_keys.overlap(keys),
        )
        .order_by(School.id.desc())
    )
    return {(province, key): school_id for province, known, school_id in rows for key in known}


def find_codes(session: Session, *, tenant: str, codes: Collection[str]) -> dict[str, UUID]:
    """Which of these national codes a working school has already."""
    if not codes:
        return {}
    wanted = select(School.national_code, School.id).where(
        School.tenant == tenant, School.national_code.in_(codes), School.state == State.ACTIVE
    )
    return {code: school_id for code, school_id in session.execute(wanted).tuples() if code is not None}


def find_schools(session: Session, ids: Collection[UUID], *, by: Actor) -> dict[UUID, School]:
    """Those of these schools that are within the actor's reach."""
    if not ids:
        return {}
    return {each.id: each for each in session.scalars(select(School).where(School.id.in_(ids), within(School, by)))}


def list_schools(
    session: Session,
    *,
    by: Actor,
    q: str | None = None,
    province: str | None = None,
    territory: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[School]:
    """Schools in order of id, one more than the limit; `q` finds names in any spelling."""
    wanted = select(School).where(within(School, by)).order_by(School.id).limit(limit + 1)
    for column, value in (
        (School.province, province),
        (School.territory_code, territory),
        (School.kind, kind),
        (School.state, state),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    for word in search_words(q or ""):
        wanted = wanted.where(School.search_key.contains(word, autoescape=True))
    return session.scalars(wanted.where(School.id > after) if after is not None else wanted).all()


def count_open_schools(session: Session, *, tenant: str, province: str, kind: str = "special") -> int:
    """Working schools of a kind in a province."""
    return int(
        session.scalar(
            select(func.count())
            .select_from(School)
            .where(
                School.tenant == tenant,
                School.province == province,
                School.kind == kind,
                School.state == State.ACTIVE,
            )
        )
        or 0
    )


def lies_in(school: School, path: str) -> bool:
    """Whether a school lies in a territory given by its path."""
    return lies_within(school.territory, path)
