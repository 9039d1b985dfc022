"""How a meeting comes to be: references checked in the actor's reach, people invited, its cadence found (I-32)."""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.gathering.meetings import rules
from services.registry.gathering.meetings.definition import cadence_key
from services.registry.gathering.meetings.lifecycle import MEETING, Action
from services.registry.gathering.meetings.models import Invitation, Meeting
from services.registry.gathering.series.commands import take_edition
from services.registry.partnership.pairings.queries import get_pairing
from services.registry.programme.cycles.queries import cycle_named, periods_of_cycle, rules_of
from services.registry.register.agencies.queries import get_agency
from services.registry.register.offices.queries import list_offices
from services.registry.register.people.queries import people_named
from services.registry.register.schools.queries import get_school
from services.registry.register.territories.queries import territory_to_write
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound, Refusal, refuse
from shared.values.calendars import Calendar, from_gregorian
from shared.values.ids import new_id
from shared.values.partial_dates import PartialDate


def new_meeting(session: Session, *, draft: rules.MeetingDraft, meeting_id: UUID | None, by: Actor) -> Meeting:
    """Return a meeting made from a draft whose place, kind and references fit; refused (422) with all reasons else."""
    definition = rules_of(session, tenant=by.tenant, programme=draft.programme, cycle=draft.cycle)
    found = rules.may_draft(draft.kind, draft.province, allowed=definition.meeting_kinds, pairings=len(draft.pairings))
    place = territory_to_write(session, draft.province or definition.country, by=by)
    pairings, schools, agencies = _partners(session, draft, by=by)
    if not by.has("hq_officer", "province_officer", "system"):
        found += rules.may_convene(
            draft.kind, own_schools=by.organisations("principal", "secretariat_officer"), schools=schools
        )
    refuse(found)
    return Meeting(
        id=meeting_id or new_id(),
        tenant=by.tenant,
        programme=draft.programme,
        cycle=draft.cycle,
        province=draft.province,
        territory=place.path,
        level="province" if draft.province else "national",
        kind=draft.kind,
        title=draft.title,
        state=MEETING.start(Action.DRAFT),
        mode=draft.mode,
        venue=draft.venue,
        url=draft.url,
        public=draft.public,
        tz=definition.tz,
        calendar=definition.system.value,
        pairings=pairings,
        schools=schools,
        agencies=agencies,
        parties=_parties(session, draft, by=by),
        series_id=draft.series_id,
        edition=take_edition(session, series_id=draft.series_id, edition=draft.edition, kind=draft.kind, by=by),
        ics_sequence=0,
        reminded=[],
        version=1,
        sequence=0,
    )


def invite(session: Session, meeting: Meeting, invitees: Iterable[rules.Invitee], *, by: Actor) -> None:
    """Invite people of the tenant, each once; refused when one is unknown."""
    wanted = {one.person_id: one for one in invitees}
    known = people_named(session, person_ids=list(wanted), tenant=by.tenant) if wanted else {}
    refuse(rules.missing(wanted, known, "invitees"))
    session.add_all(
        Invitation(
            meeting_id=meeting.id,
            person_id=one.person_id,
            category=one.category,
            organisation_id=one.organisation_id,
            organisation_kind=one.organisation_kind,
            **scope_of(meeting),
        )
        for one in wanted.values()
    )
    session.flush()


def scope_of(meeting: Meeting) -> dict[str, str]:
    """Return the scope columns of a row that belongs to the meeting."""
    return {name: getattr(meeting, name) for name in ("tenant", "programme", "cycle", "province", "territory")}


def held_in(session: Session, meeting: Meeting, held: PartialDate) -> None:
    """Note when it was held and which cadence that counts for; an incomplete date counts where it surely falls."""
    meeting.held_on = held.model_dump(mode="json")
    meeting.local_on = held.greg
    meeting.next_at = None
    put_in_cadence(session, meeting)


def put_in_cadence(session: Session, meeting: Meeting) -> None:
    """Find the one cadence the meeting counts towards: by its kind and its day, in the programme's calendar (I-32)."""
    held = PartialDate.model_validate(meeting.held_on) if meeting.held_on else None
    first, last = (held.earliest, held.latest) if held else (meeting.local_on, meeting.local_on)
    meeting.cadence_key = None
    if first is None or last is None:
        return
    months = {_month_key(Calendar(meeting.calendar), day) for day in (first, last)}
    cycle = cycle_named(session, tenant=meeting.tenant, programme=meeting.programme, cycle=meeting.cycle)
    quarters = [one.ordinal for one in periods_of_cycle(session, cycle) if one.from_on <= first and last <= one.to_on]
    within_cycle = cycle.from_on <= first and last <= cycle.to_on
    meeting.cadence_key = cadence_key(
        meeting.kind,
        province=meeting.province,
        month=months.pop() if len(months) == 1 and within_cycle else None,
        period=quarters[0] if quarters else None,
    )


def _month_key(calendar: Calendar, day: date) -> str:
    year, month, _ = from_gregorian(calendar, day)
    return f"{year}-{month:02d}"


def _partners(session: Session, draft: rules.MeetingDraft, *, by: Actor) -> tuple[list[UUID], list[UUID], list[UUID]]:
    """The pairings, schools and agencies of a draft; a pairing brings its school and its agency along."""
    pairings, unknown = _known(draft.pairings, lambda one: get_pairing(session, one, by=by), "pairings")
    elsewhere = [one for one in pairings if one.province != draft.province or one.cycle != draft.cycle]
    unknown += [Refusal("reference_unknown", field="pairings", params={"id": str(one.id)}) for one in elsewhere]
    schools, more = _known(draft.schools, lambda one: get_school(session, one, by=by), "schools")
    agencies, others = _known(draft.agencies, lambda one: get_agency(session, one, by=by), "agencies")
    refuse(unknown + more + others)
    return (
        sorted(one.id for one in pairings),
        sorted({one.id for one in schools} | {one.school_id for one in pairings}),
        sorted({one.id for one in agencies} | {one.agency_id for one in pairings}),
    )


def _known(ids: Collection[UUID], get: Callable[[UUID], Any], field: str) -> tuple[list[Any], list[Refusal]]:
    found, unknown = [], []
    for one in dict.fromkeys(ids):
        try:
            found.append(get(one))
        except NotFound:
            unknown.append(Refusal("reference_unknown", field=field, params={"id": str(one)}))
    return found, unknown


def _parties(session: Session, draft: rules.MeetingDraft, *, by: Actor) -> list[dict[str, Any]]:
    """The parties named; without an organiser the office of the place is it."""
    parties = [dict(party) for party in draft.parties]
    if any(party["role"] == "organiser" for party in parties):
        return parties
    kind = "provincial_administration" if draft.province else "headquarters"
    offices = list_offices(session, by=by, kind=kind, province=draft.province or None)
    own = [
        {"role": "organiser", "kind": "office", "id": str(one.id), "names": _names(one.names)} for one in offices[:1]
    ]
    return own + parties


def _names(names: Any) -> dict[str, str]:
    """Names as a plain mapping of language to text."""
    return dict(getattr(names, "root", names))
