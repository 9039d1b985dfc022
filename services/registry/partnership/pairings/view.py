"""What the page of one pairing shows: both parties equal, what happened, how it stands."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from services.registry.desk import (
    STORIES,
    Happening,
)
from services.registry.partnership.pairings.lifecycle import State
from services.registry.partnership.pairings.models import Pairing
from services.registry.register.agencies.queries import get_agency
from services.registry.register.people.queries import people_named
from services.registry.register.roles.queries import holders_of
from services.registry.register.schools.queries import get_school
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.web.pages import Speech


def school_of(session: Session, speech: Speech, pairing: Pairing, actor: Actor, on: date) -> SimpleNamespace:
    """The school's half of the header: profile and principal."""
    lines: list[Any] = []
    try:
        school = get_school(session, school_id=pairing.school_id, by=actor)
        stages = [str(speech.t(f"stage.{each}")) for each in school.stages]
        pupils = str(speech.t("school.pupils", count=school.enrolment)) if school.enrolment else ""
        lines.append(
            " · ".join(
                part for part in (str(speech.t(f"gender.{school.gender}")), str(speech.join(stages)), pupils) if part
            )
        )
    except NotFound:
        lines.append("")
    holders = holders_of(session, tenant=actor.tenant, role="principal", on=on, organisation_id=pairing.school_id)
    lines.append(_contact(session, speech, actor, "role.principal", holders))
    return SimpleNamespace(role=speech.t("pairing.party.school"), name=speech.names(pairing.school_names), lines=lines)


def agency_of(session: Session, speech: Speech, pairing: Pairing, actor: Actor, on: date) -> SimpleNamespace:
    """The agency's half of the header: sector, kind and manager."""
    lines: list[Any] = []
    try:
        agency = get_agency(session, agency_id=pairing.agency_id, by=actor)
        lines.append(f"{speech.t(f'sector.{agency.sector}')} · {speech.t(f'agency.kind.{agency.kind}')}")
    except NotFound:
        lines.append("")
    holders = holders_of(session, tenant=actor.tenant, role="agency_manager", on=on, organisation_id=pairing.agency_id)
    lines.append(_contact(session, speech, actor, "role.agency_manager", holders))
    return SimpleNamespace(role=speech.t("pairing.party.agency"), name=speech.names(pairing.agency_names), lines=lines)


def _contact(session: Session, speech: Speech, actor: Actor, role: str, holders: Any) -> str:
    names = people_named(session, person_ids=list(holders), tenant=actor.tenant)
    people = speech.join([speech.digits(name) for name in names.values()]) or speech.t("pairing.nobody")
    return f"{speech.t(role)}: {people}"


def story_of(session: Session, speech: Speech, pairing: Pairing, actor: Actor) -> list[Happening]:
    """Newest first; what is still ahead stands on top."""
    known = (
        (pairing.proposed_on, "us", "proposed"),
        (pairing.invited_on, "us", "invited"),
        (pairing.answered_on, "them", "declined" if pairing.state == State.DECLINED else "accepted"),
        (pairing.established_on, "both", "established"),
        (pairing.ended_on if pairing.state != State.DECLINED else None, "both", "ended"),
    )
    story = [Happening(on, side, speech.t(f"pairing.story.{what}")) for on, side, what in known if on is not None]
    for add in STORIES["pairing"]:
        story += add(session, speech, pairing.id, actor)
    order = {"us": 0, "them": 1, "both": 2}
    return [
        each
        for _, each in sorted(
            enumerate(story), key=lambda pair: (pair[1].on, order[pair[1].side], pair[0]), reverse=True
        )
    ]


def health_of(speech: Speech, pairing: Pairing, story: list[Happening], today: date) -> SimpleNamespace:
    """A word of judgement and its signals; never a score."""
    meetings = [
        each for each in story if each.side == "both" and each.shape in ("done", "half") and each.ahead is not None
    ]
    held = [each for each in story if each.shape == "done" and each.side == "both"][: len(meetings)]
    joint = max(0, len(held) - (1 if pairing.established_on else 0))
    ahead = any(each.ahead for each in story)
    established = pairing.state == State.ESTABLISHED
    signals = [
        (
            "done" if pairing.answered_on else "wait",
            speech.t("pairing.signal.answer"),
            speech.date(pairing.answered_on),
        ),
        ("done" if established else "ring", speech.t("pairing.signal.link"), speech.date(pairing.established_on)),
        (
            "done" if joint else "half" if ahead else "ring",
            speech.t("pairing.signal.meetings"),
            speech.t("pairing.signal.held", count=joint),
        ),
    ]
    word = "good" if established and (joint or ahead) else "new" if established else "coming"
    return SimpleNamespace(
        word=speech.t(f"pairing.health.{word}"), signals=signals, next=speech.t(f"pairing.next.{pairing.state}")
    )
