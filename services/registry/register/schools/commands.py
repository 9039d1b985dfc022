"""What can be done with a school that is known: change the profile, merge, close."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.register.schools.lifecycle import Action
from services.registry.register.schools.models import School
from services.registry.register.schools.queries import find_names, get_school, lock_names
from services.registry.register.schools.rules import may_be_as_of, may_merge
from services.registry.register.territories.queries import territory_to_write
from shared.contracts.register import (
    SchoolClosed,
    SchoolFact,
    SchoolMerged,
    SchoolProfileChanged,
)
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, expect, refuse
from shared.values.texts import duplicate_key, main_name, name_keys, search_key


class SchoolExists(Conflict):
    """This province has a school of this name already; open it, or say why this is another one."""


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
        _must_be_new(session, tenant=by.tenant, province=school.province, names=profile.names)
    school.become(Action.CHANGE_PROFILE)
    for name, value in columns_of(profile).items():
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


def columns_of(profile: SchoolProfile) -> dict[str, Any]:
    """The profile as the table keeps it, with the keys by which its names are found."""
    names, aliases = profile.names, profile.aliases
    return {**asdict(profile), "search_key": search_key(names, aliases), "name_keys": name_keys(names, aliases)}


def _to_write(session: Session, school_id: UUID, *, expected: int, by: Actor) -> School:
    school = get_school(session, school_id, by=by)
    territory_to_write(session, school.territory_code, by=by)
    expect(school, expected)
    return school


def _must_be_new(session: Session, *, tenant: str, province: str, names: dict[str, str]) -> None:
    name = (province, duplicate_key(main_name(names)))
    lock_names(session, tenant=tenant, names=[name])
    twin = find_names(session, tenant=tenant, names=[name]).get(name)
    if twin is not None:
        raise SchoolExists(link=f"/v1/schools/{twin}", existing_id=str(twin))


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
