"""Questions about schools."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
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
    found = find_school(session, school_id, by=by)
    if found is None:
        raise SchoolNotFound
    return found


def find_school(session: Session, school_id: UUID, *, by: Actor) -> School | None:
    """The school, if it is within the actor's reach."""
    return session.scalar(select(School).where(School.id == school_id, within(School, by)))


def find_school_of_name(session: Session, *, tenant: str, province: str, key: str) -> School | None:
    """The working school of a province that has this duplicate key among its names."""
    return session.scalar(
        select(School)
        .where(
            School.tenant == tenant,
            School.province == province,
            School.state == State.ACTIVE,
            School.name_keys.contains([key]),
        )
        .order_by(School.id)
        .limit(1)
    )


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
