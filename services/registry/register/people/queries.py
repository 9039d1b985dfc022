"""Questions about people."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from services.registry.register.people.lifecycle import State
from services.registry.register.people.models import Person
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within
from shared.values.texts import search_words


class PersonNotFound(NotFound):
    """No such person."""


def _reach(by: Actor) -> ColumnElement[bool]:
    """People of the own province only: headquarters' people are national rows, but not for provinces to see."""
    if by.national:
        return within(Person, by)
    own = Person.id == by.person_id if by.person_id is not None else Person.province == by.province
    return and_(within(Person, by), or_(Person.province == by.province, own))


def get_person(session: Session, person_id: UUID, *, by: Actor) -> Person:
    """The person with contacts, if within the actor's reach; PersonNotFound otherwise."""
    found = find_person(session, person_id, by=by)
    if found is None:
        raise PersonNotFound
    return found


def find_person(session: Session, person_id: UUID, *, by: Actor) -> Person | None:
    """The person with contacts, if within the actor's reach."""
    return session.scalar(select(Person).where(Person.id == person_id, _reach(by)))


def find_person_of_contact(session: Session, *, by: Actor, email: str | None, mobile: str | None) -> Person | None:
    """A known person within the actor's reach who has one of these contact points."""
    same = [column == value for column, value in ((Person.email, email), (Person.mobile, mobile)) if value is not None]
    if not same:
        return None
    return session.scalar(
        select(Person).where(_reach(by), Person.state == State.ACTIVE, or_(*same)).order_by(Person.id).limit(1)
    )


def list_people(
    session: Session,
    *,
    by: Actor,
    q: str | None = None,
    province: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Person]:
    """Known people within the actor's reach in order of id, one more than the limit."""
    wanted = select(Person).where(_reach(by), Person.state == State.ACTIVE).order_by(Person.id).limit(limit + 1)
    if province is not None:
        wanted = wanted.where(Person.province == province)
    for word in search_words(q or ""):
        wanted = wanted.where(Person.search_key.contains(word, autoescape=True))
    return session.scalars(wanted.where(Person.id > after) if after is not None else wanted).all()


def people_named(session: Session, *, person_ids: Iterable[UUID], tenant: str) -> dict[UUID, str]:
    """The display names of people of a tenant, for pages that show who holds what; erased people are left out."""
    wanted = list(person_ids)
    if not wanted:
        return {}
    rows = session.execute(
        select(Person.id, Person.display_name).where(
            Person.tenant == tenant, Person.id.in_(wanted), Person.state == State.ACTIVE
        )
    )
    return {row.id: row.display_name for row in rows}
