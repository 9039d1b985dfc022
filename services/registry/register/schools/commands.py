"""What can be done with schools: register, change the profile, merge, close."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registry.register.schools.lifecycle import SCHOOL, Action
from services.registry.register.schools.models import School
from services.registry.register.schools.queries import find_school, find_school_of_name, get_school
from services.registry.register.schools.rules import may_be_as_of, may_merge
from services.registry.register.territories.queries import territory_to_write
from shared.contracts.register import (
    SchoolClosed,
    SchoolFact,
    SchoolMerged,
    SchoolProfileChanged,
    SchoolRegistered,
)
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, expect, refuse
from shared.values.ids import new_id
from shared.values.places import province_of
from shared.values.texts import duplicate_key, main_name, name_keys, search_key


class SchoolExists(Conflict):
    """This province has a school of this name already; open it, or say why this is another one."""


class SchoolCodeTaken(Conflict):
    """A school with this national code is known already."""


@dataclass(frozen=True)
class SchoolProfile:
    """What is true of a school from a day on."""

    names: dict[str, str]
    aliases: list[str]
    kind: str
    gender: str
    stages: list[str]
    disability_groups: list[str]
    enrolment: int | None
    capacities: list[str]


def register_school(
    session: Session,
    *,
    school_id: UUID | None = None,
    territory_code: str,
    profile: SchoolProfile,
    as_of: date,
    today: date,
    national_code: str | None = None,
    another_because: str | None = None,
    by: Actor,
    now: datetime,
) -> School:
    """Make a school known; SchoolExists (409, with the link) for a name the province has, however spelt (R-018).

    `another_because` is the reason why a second school of that name is a different one.
    """
    if school_id is not None and (existing := find_school(session, school_id, by=by)) is not None:
        return existing
    territory = territory_to_write(session, territory_code, by=by)
    province = province_of(territory.path)
    refuse(may_be_as_of(as_of, today=today))
    _must_be_new(session, tenant=by.tenant, province=province, names=profile.names, because=another_because)
    _code_must_be_free(session, by.tenant, national_code)
    school = School(
        id=school_id or new_id(),
        tenant=by.tenant,
        province=province,
        territory=territory.path,
        territory_code=territory_code,
        national_code=national_code,
        as_of=as_of,
        state=SCHOOL.start(Action.REGISTER),
        reason=another_because,
        **_columns(profile),
    )
    session.add(school)
    _tell_registered(session, school, now=now)
    return school


def _tell_registered(session: Session, school: School, *, now: datetime) -> None:
    event = SchoolRegistered(school_id=school.id, school=school_fact(school), reason=school.reason)
    emit(session, event, by=school, now=now)


def change_school_profile(
    session: Session,
    *,
    school_id: UUID,
    expected: int,
    profile: SchoolProfile,
    as_of: date,
    today: date,
    by: Actor,
    now: datetime,
) -> School:
    """Say what is true of a school from a day on; the earlier profile stays in the journal."""
    school = _to_write(session, school_id, expected=expected, by=by)
    refuse(may_be_as_of(as_of, today=today, before=school.as_of))
    if duplicate_key(main_name(profile.names)) not in school.name_keys:
        _must_be_new(session, tenant=by.tenant, province=school.province, names=profile.names, because=None)
    school.become(Action.CHANGE_PROFILE)
    for name, value in _columns(profile).items():
        setattr(school, name, value)
    school.as_of = as_of
    emit(session, SchoolProfileChanged(school_id=school.id, school=school_fact(school)), by=school, now=now)
    return school


def merge_school(
    session: Session, *, school_id: UUID, expected: int, into_id: UUID, on: date, reason: str, by: Actor, now: datetime
) -> School:
    """Let a school go into another of its province; its names are found there from now on."""
    school = _to_write(session, school_id, expected=expected, by=by)
    into = get_school(session, into_id, by=by)
    same = into.province == school.province
    refuse(may_merge(one=school.id, into=into.id, target_open=into.is_open, same_province=same, field="into_id"))
    school.become(Action.MERGE)
    school.successor_id, school.reason, school.as_of = into.id, reason, on
    into.aliases = sorted({*into.aliases, *school.names.values(), *school.aliases} - set(into.names.values()))
    into.search_key = search_key(into.names, into.aliases)
    into.name_keys = name_keys(into.names, into.aliases)
    event = SchoolMerged(school_id=school.id, school=school_fact(school), reason=reason)
    emit(session, event, by=school, now=now)
    emit(session, SchoolProfileChanged(school_id=into.id, school=school_fact(into), reason=reason), by=into, now=now)
    return school


def close_school(
    session: Session, *, school_id: UUID, expected: int, on: date, reason: str, by: Actor, now: datetime
) -> School:
    """Say that a school closed on a day."""
    school = _to_write(session, school_id, expected=expected, by=by)
    school.become(Action.CLOSE)
    school.reason, school.as_of = reason, on
    event = SchoolClosed(school_id=school.id, school=school_fact(school), reason=reason)
    emit(session, event, by=school, now=now)
    return school


def _columns(profile: SchoolProfile) -> dict[str, Any]:
    names, aliases = profile.names, profile.aliases
    return {**asdict(profile), "search_key": search_key(names, aliases), "name_keys": name_keys(names, aliases)}


def _to_write(session: Session, school_id: UUID, *, expected: int, by: Actor) -> School:
    school = get_school(session, school_id, by=by)
    territory_to_write(session, school.territory_code, by=by)
    expect(school, expected)
    return school


def _must_be_new(session: Session, *, tenant: str, province: str, names: dict[str, str], because: str | None) -> None:
    key = duplicate_key(main_name(names))
    # Two people who register the same school at once must not both pass: the second waits here for the first.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"school/{tenant}/{province}/{key}", 0))))
    twin = find_school_of_name(session, tenant=tenant, province=province, key=key)
    if twin is not None and because is None:
        raise SchoolExists(link=f"/v1/schools/{twin.id}", existing_id=str(twin.id))


def _code_must_be_free(session: Session, tenant: str, national_code: str | None) -> None:
    if national_code is None:
        return
    taken = session.scalar(
        select(School.id).where(
            School.tenant == tenant, School.national_code == national_code, School.state == "active"
        )
    )
    if taken is not None:
        raise SchoolCodeTaken(link=f"/v1/schools/{taken}")


def school_fact(school: School) -> SchoolFact:
    """The whole state of a school, as events carry it."""
    return SchoolFact(
        school_id=school.id,
        names=school.names,
        aliases=tuple(school.aliases),
        kind=school.kind,
        territory_code=school.territory_code,
        gender=school.gender,
        stages=tuple(school.stages),
        disability_groups=tuple(school.disability_groups),
        enrolment=school.enrolment,
        capacities=tuple(school.capacities),
        as_of=school.as_of,
        state=school.state,
        successor_id=school.successor_id,
    )
