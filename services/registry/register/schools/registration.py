"""Making schools known, one or hundreds: the same rules, and as many questions to the database for 500 as for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.register.schools.commands import SchoolExists, SchoolProfile, columns_of, school_fact
from services.registry.register.schools.lifecycle import SCHOOL, Action
from services.registry.register.schools.models import School
from services.registry.register.schools.queries import find_codes, find_names, find_schools, lock_names
from services.registry.register.schools.rules import may_be_as_of
from services.registry.register.territories.queries import paths_to_write
from shared.contracts.register import SchoolRegistered
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit_all
from shared.kernel.problems import Conflict, Problem, refuse
from shared.values.ids import new_id
from shared.values.places import province_of
from shared.values.texts import duplicate_key, main_name


class SchoolCodeTaken(Conflict):
    """A school with this national code is known already."""


class SchoolsAlike(Conflict):
    """Two of the schools sent together have the same name or national code; leave one out."""


@dataclass(frozen=True)
class NewSchool:
    """A school to be registered; `another_because` says why a second school of that name is a different one."""

    territory_code: str
    profile: SchoolProfile
    as_of: date
    id: UUID | None = None
    national_code: str | None = None
    another_because: str | None = None

    @property
    def name_key(self) -> str:
        """By which its name is known, however spelt."""
        return duplicate_key(main_name(self.profile.names))


@dataclass
class _Known:
    """What is there already, the schools of this batch included as they are let in."""

    paths: dict[str, str | Problem]
    schools: dict[UUID, School]
    names: dict[tuple[str, str], UUID]
    codes: dict[str, UUID]
    made: dict[UUID, int]
    """The schools of this batch, each with its item's number."""

    def refuse_for(self, school_id: UUID, problem: type[Problem]) -> NoReturn:
        """Refuse because of a school in the way: by its link, or by its item's number when it came in this batch."""
        if school_id in self.made:
            raise SchoolsAlike(same_as_item=self.made[school_id])
        raise problem(link=f"/v1/schools/{school_id}", existing_id=str(school_id))


def register_schools(
    session: Session, *, items: Sequence[NewSchool], today: date, by: Actor, now: datetime
) -> list[School]:
    """Make schools known, all or none; one that has the id of a known school is that school.

    SchoolExists (409, with the link) for a name the province has, however spelt (R-018); SchoolCodeTaken likewise;
    SchoolsAlike when two of the items are. A problem names the `item` (from 0) when there are several.
    """
    known, answer = _known(session, items, by=by), list[School]()
    for number, item in enumerate(items):
        try:
            school = known.schools.get(item.id) if item.id else None
            answer.append(school or _let_in(known, number, item, today=today, by=by))
        except Problem as problem:
            problem.extra |= {"item": number} if len(items) > 1 else {}
            raise
    made = [known.schools[each] for each in known.made]
    session.add_all(made)
    said = [SchoolRegistered(school_id=each.id, school=school_fact(each), reason=each.reason) for each in made]
    emit_all(session, list(zip(said, made, strict=True)), now=now)
    return answer


def _known(session: Session, items: Sequence[NewSchool], *, by: Actor) -> _Known:
    paths = paths_to_write(session, {item.territory_code for item in items}, by=by)
    provinces = {code: province_of(path) for code, path in paths.items() if isinstance(path, str)}
    names = {(provinces[i.territory_code], i.name_key) for i in items if i.territory_code in provinces}
    lock_names(session, tenant=by.tenant, names=names)
    return _Known(
        paths=paths,
        schools=find_schools(session, {item.id for item in items if item.id}, by=by),
        names=find_names(session, tenant=by.tenant, names=names),
        codes=find_codes(session, tenant=by.tenant, codes={i.national_code for i in items if i.national_code}),
        made={},
    )


def _let_in(known: _Known, number: int, item: NewSchool, *, today: date, by: Actor) -> School:
    path = known.paths[item.territory_code]
    if isinstance(path, Problem):
        raise path
    province = province_of(path)
    refuse(may_be_as_of(item.as_of, today=today))
    twin = known.names.get((province, item.name_key))
    if twin is not None and item.another_because is None:
        known.refuse_for(twin, SchoolExists)
    if item.national_code in known.codes:
        known.refuse_for(known.codes[item.national_code], SchoolCodeTaken)
    school = School(
        id=item.id or new_id(),
        tenant=by.tenant,
        province=province,
        territory=path,
        territory_code=item.territory_code,
        national_code=item.national_code,
        as_of=item.as_of,
        state=SCHOOL.start(Action.REGISTER),
        reason=item.another_because,
        **columns_of(item.profile),
    )
    known.schools[school.id] = school
    known.made[school.id] = number
    for key in school.name_keys:
        known.names.setdefault((province, key), school.id)
    if item.national_code:
        known.codes[item.national_code] = school.id
    return school
