"""Verbs of committees: constitute, fill and vacate a seat, name a delegate, name a secretary."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.registry.governance.committees import queries
from services.registry.governance.committees.facts import committee_fact, header, on_day
from services.registry.governance.committees.lifecycle import COMMITTEE, SEAT, Action, SeatAction, SeatState
from services.registry.governance.committees.models import Committee, CommitteeSeat, SeatHolding
from services.registry.governance.committees.rules import (
    Candidate,
    SeatRule,
    may_be_secretary,
    may_begin,
    may_hold_seat,
    may_name_delegate,
    may_vacate,
)
from services.registry.programme.cycles.queries import cycle_named, rules_of
from services.registry.programme.programmes.definition import Definition
from services.registry.programme.programmes.parts import CommitteeTemplate
from services.registry.register.people.queries import get_person
from shared.contracts.governance import (
    CommitteeConstituted,
    CommitteeDelegateNamed,
    CommitteeEvent,
    CommitteeSeatFilled,
    CommitteeSeatVacated,
)
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, Forbidden, NotFound, expect, refuse
from shared.values.deadlines import local_day
from shared.values.ids import new_id


class CommitteeExists(Conflict):
    """This level has its committee already."""


class CommitteeNotInProgramme(NotFound):
    """The programme has no committee of this level."""


class NationalCommitteeOnly(Forbidden):
    """Only headquarters constitutes the national committee."""


class SeatHeld(Conflict):
    """Somebody holds this seat; it must be vacated first."""


class _Chair(NamedTuple):
    """What a command about one seat works with."""

    committee: Committee
    seat: CommitteeSeat
    rules: Definition
    today: date


def constitute_committee(
    session: Session,
    *,
    programme: str,
    cycle: str,
    level: str,
    province: str = "",
    constituted_on: date | None = None,
    committee_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Committee:
    """Create a committee with the vacant seats of the definition's template (R-044, R-046)."""
    if committee_id is not None and (known := session.get(Committee, committee_id)) is not None:
        return queries.get_committee(session, known.id, by=by)
    rules = rules_of(session, tenant=by.tenant, programme=programme, cycle=cycle)
    template = next((each for each in rules.committees if each.level == level), None)
    if template is None:
        raise CommitteeNotInProgramme
    if level == "national" and not by.national:
        raise NationalCommitteeOnly
    place = "" if level == "national" else province
    territory = rules.country if level == "national" else queries.get_home_path(session, province=province, by=by)
    existing = queries.find_committee(
        session, tenant=by.tenant, programme=programme, cycle=cycle, level=level, province=place
    )
    if existing is not None:
        raise CommitteeExists(link=f"/v1/committees/{existing.id}")
    scope = {"tenant": by.tenant, "programme": programme, "cycle": cycle, "province": place, "territory": territory}
    committee = _new_committee(
        template, scope, committee_id=committee_id or new_id(), on=constituted_on or local_day(now, rules.tz)
    )
    session.add(committee)
    _save(session, CommitteeExists)
    session.add_all(_new_seats(template, scope, committee_id=committee.id))
    session.flush()
    return _tell(session, CommitteeConstituted, committee, rules=rules, on=committee.constituted_on, now=now)


def fill_seat(
    session: Session,
    *,
    committee_id: UUID,
    code: str,
    person_id: UUID,
    begins_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Committee:
    """Put a person into a vacant seat; one holder at a time (I-13), a minor without contact points (I-14)."""
    committee, seat, rules, today = _seat_of(session, committee_id, code, expected, by, now)
    if seat.state == SeatState.FILLED:
        raise SeatHeld
    begins = begins_on or today
    candidate = _candidate(session, person_id, by)
    ends = cycle_named(session, tenant=by.tenant, programme=committee.programme, cycle=committee.cycle).to_on
    refuse(may_hold_seat(_rule(seat), candidate) + may_begin(begins, ends, queries.find_last_end(session, seat)))
    seat.become(SeatAction.FILL)
    holding = SeatHolding(
        id=new_id(),
        tenant=seat.tenant,
        programme=seat.programme,
        cycle=seat.cycle,
        province=seat.province,
        territory=seat.territory,
        seat_id=seat.id,
        person_id=person_id,
        minor=candidate.minor,
        begins_on=begins,
    )
    session.add(holding)
    _save(session, SeatHeld)
    return _tell(session, CommitteeSeatFilled, committee, rules=rules, on=begins, now=now, more=_about(seat, holding))


def vacate_seat(
    session: Session,
    *,
    committee_id: UUID,
    code: str,
    ends_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Committee:
    """Let the holder of a seat leave; the last day in it is the day before `ends_on`."""
    committee, seat, rules, today = _seat_of(session, committee_id, code, expected, by, now)
    seat.become(SeatAction.VACATE)
    holding = _holding(session, seat)
    ends = ends_on or today
    refuse(may_vacate(holding.begins_on, ends))
    holding.ends_on = ends
    session.flush()
    return _tell(session, CommitteeSeatVacated, committee, rules=rules, on=ends, now=now, more=_about(seat, holding))


def name_delegate(
    session: Session,
    *,
    committee_id: UUID,
    code: str,
    person_id: UUID,
    begins_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Committee:
    """Let somebody stand in for a seat's holder, where the template allows it (R-045)."""
    committee, seat, rules, today = _seat_of(session, committee_id, code, expected, by, now)
    seat.become(SeatAction.NAME_DELEGATE)
    holding = _holding(session, seat)
    begins = begins_on or today
    refuse(may_name_delegate(_rule(seat), _candidate(session, person_id, by), holding.person_id))
    holding.delegate_id, holding.delegate_from = person_id, begins
    session.flush()
    more = {"person_id": person_id, "from_on": begins, "delegate_for": holding.person_id}
    more = _about(seat, holding) | more
    return _tell(session, CommitteeDelegateNamed, committee, rules=rules, on=begins, now=now, more=more)


def name_secretary(
    session: Session, *, committee_id: UUID, seat: str, expected: int | None, by: Actor, now: datetime
) -> Committee:
    """Give a member's seat the secretary's function, where the definition leaves it open (at most one, I-13)."""
    committee = queries.get_committee(session, committee_id, by=by)
    expect(committee, expected)
    codes = [each.code for each in queries.list_seats(session, committee)]
    fixed = committee.secretary if committee.secretary_fixed else None
    refuse(may_be_secretary(seat, committee.chair, fixed, codes))
    committee.become(Action.NAME_SECRETARY)
    committee.secretary = seat
    session.flush()
    return committee


def _new_committee(template: CommitteeTemplate, scope: dict[str, str], *, committee_id: UUID, on: date) -> Committee:
    return Committee(
        id=committee_id,
        code=template.code,
        level=template.level,
        names=dict(template.names.root),
        state=COMMITTEE.start(Action.CONSTITUTE),
        constituted_on=on,
        chair=template.chair,
        secretary=template.secretary,
        secretary_fixed=template.secretary is not None,
        **scope,
    )


def _new_seats(template: CommitteeTemplate, scope: dict[str, str], *, committee_id: UUID) -> list[CommitteeSeat]:
    return [
        CommitteeSeat(
            id=new_id(),
            committee_id=committee_id,
            code=seat.code,
            ordinal=ordinal,
            names=dict(seat.names.root),
            role=seat.role,
            minor=seat.minor,
            delegate_allowed=seat.delegate,
            state=SEAT.start(SeatAction.CREATE),
            **scope,
        )
        for ordinal, seat in enumerate(template.seats, start=1)
    ]


def _seat_of(session: Session, committee_id: UUID, code: str, expected: int | None, by: Actor, now: datetime) -> _Chair:
    committee = queries.get_committee(session, committee_id, by=by)
    expect(committee, expected)
    if not by.national and committee.province != by.province:
        raise NationalCommitteeOnly
    rules = rules_of(session, tenant=by.tenant, programme=committee.programme, cycle=committee.cycle)
    return _Chair(committee, queries.get_seat(session, committee, code), rules, local_day(now, rules.tz))


def _tell(
    session: Session,
    event: type[CommitteeEvent],
    committee: Committee,
    *,
    rules: Definition,
    on: date,
    now: datetime,
    more: dict[str, Any] | None = None,
) -> Committee:
    said = event(
        fact=header(committee),
        effective_on=on_day(rules, on),
        committee_id=committee.id,
        committee=committee_fact(session, committee),
        **(more or {}),
    )
    emit(session, said, by=committee, now=now)
    return committee


def _about(seat: CommitteeSeat, holding: SeatHolding) -> dict[str, Any]:
    return {
        "seat_code": seat.code,
        "person_id": holding.person_id,
        "from_on": holding.begins_on,
        "to_on": holding.ends_on,
    }


def _candidate(session: Session, person_id: UUID, by: Actor) -> Candidate:
    person = get_person(session, person_id=person_id, by=by)
    return Candidate(person_id=person.id, minor=person.minor, has_contacts=bool(person.email or person.mobile))


def _rule(seat: CommitteeSeat) -> SeatRule:
    return SeatRule(code=seat.code, minor=seat.minor, delegate_allowed=seat.delegate_allowed)


def _holding(session: Session, seat: CommitteeSeat) -> SeatHolding:
    holding = queries.find_open_holding(session, seat)
    if holding is None:
        raise queries.SeatNotFound
    return holding


def _save(session: Session, taken: type[Conflict]) -> None:
    """Write what is pending; when somebody else was first the unique key says so."""
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise taken from error
