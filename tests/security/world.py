"""One of everything in a province, really committed, so that a stranger has something to reach for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.messages.models import Delivery
from services.registry.duty.obligations.models import Obligation
from services.registry.gathering.meetings.commands import draft_meeting, schedule_meeting
from services.registry.gathering.meetings.rules import MeetingDraft
from services.registry.gathering.series.commands import create_series
from services.registry.governance.authorisations.commands import request_authorisation
from services.registry.governance.committees.commands import constitute_committee
from services.registry.partnership.pairings.models import Pairing
from services.registry.register.accounts.commands import create_account
from services.registry.register.roles.models import RoleAssignment
from services.reporting.background import subscriber as facts
from services.reporting.jobs.commands import enqueue_job
from services.reporting.jobs.lifecycle import Kind
from shared.contracts import partnership
from shared.kernel.bus import Consumer
from shared.kernel.clock import know_tenant, set_business_now
from shared.kernel.tenancy import enter
from tests.conftest import NOW
from tests.integration.registry.duty.conftest import hear
from tests.integration.registry.partnership.conftest import prepare
from tests.integration.reporting.history import story
from tests.support.actors import TABRIZ, TENANT
from tests.support.matters import a_secretariat
from tests.support.messages import DAY, PRINCIPAL, Stage
from tests.support.partnership_world import a_letter, a_pairing, a_plan
from tests.support.registry_world import CYCLE, PROGRAMME, a_person

HOME = "IR-03"
HOME_OF = {"registry": HOME, "reporting": HOME, "notifications": "IR-21"}
"""The province whose things a service is given; the samples of notifications live in Yazd."""
NAMES: dict[str, dict[str, UUID | str]] = {
    "registry": {"code": "PR-01", "number": "1"},
    "reporting": {"code": "K-01"},
    "notifications": {"tenant": TENANT},
}
"""What addresses call by name, not by id."""
SCOPE: dict[str, Any] = {"programme": PROGRAMME, "cycle": CYCLE}


def settle_registry(app: FastAPI) -> dict[str, UUID]:
    """One thing of each kind in HOME, by the name its address calls it."""
    sessions: sessionmaker[Session] = app.state.sessions
    with sessions.begin() as session:
        set_business_now(session, now=NOW)
        prepare(session)
        enter(session, tenant=TENANT, province="*")
        pairing = a_pairing(session)
        hear(session)
        return _parts_of(session, pairing) | _meetings(session) | _papers(session, pairing)


def _parts_of(session: Session, pairing: Pairing) -> dict[str, UUID]:
    role = session.scalars(select(RoleAssignment).where(RoleAssignment.role == "principal")).first()
    duty = session.scalars(select(Obligation).where(Obligation.province == HOME)).first()
    person = a_person(session, now=NOW, province=HOME)
    account = create_account(
        session, person_id=person.id, login="home", password="a long pass phrase", by=TABRIZ, now=NOW
    )
    assert role is not None and duty is not None
    return {
        "pairing_id": pairing.id,
        "secretariat_id": pairing.secretariat_id,
        "school_id": pairing.school_id,
        "agency_id": pairing.agency_id,
        "plan_id": a_plan(session).id,
        "assignment_id": role.id,
        "obligation_id": duty.id,
        "person_id": person.id,
        "account_id": account.id,
    }


def _meetings(session: Session) -> dict[str, UUID]:
    draft = MeetingDraft(
        **SCOPE, province=HOME, kind="provincial_quarterly", title="جلسهٔ پاییز", mode="in_person", venue=None, url=None,
        public=True, pairings=(), schools=(), agencies=(), parties=(), invitees=(), series_id=None, edition=None,
    )  # fmt: skip
    meeting = draft_meeting(session, draft=draft, by=TABRIZ, now=NOW)
    begins = datetime(2020, 11, 1, 6, 0, tzinfo=UTC)
    schedule_meeting(
        session, meeting_id=meeting.id, starts_at=begins, ends_at=begins + timedelta(hours=2), expected=meeting.version,
        by=TABRIZ, now=NOW,
    )  # fmt: skip
    series = create_series(
        session, programme=PROGRAMME, code="PQ03", kind="provincial_quarterly", names={"fa": "جلسات استان"},
        province=HOME, by=TABRIZ, now=NOW,
    )  # fmt: skip
    return {"meeting_id": meeting.id, "series_id": series.id}


def _papers(session: Session, pairing: Pairing) -> dict[str, UUID]:
    committee = constitute_committee(session, **SCOPE, level="province", province=HOME, by=TABRIZ, now=NOW)
    permit = request_authorisation(
        session, **SCOPE, province=HOME, kind="committee", body={"fa": "شورا"}, subject="تشکیل کارگروه",
        requested_on=date(2020, 10, 10), by=TABRIZ, now=NOW,
    )  # fmt: skip
    return {
        "committee_id": committee.id,
        "authorisation_id": permit.id,
        "letter_id": a_letter(session, pairing.agency_id).id,
    }


def settle_reporting(app: FastAPI) -> dict[str, UUID]:
    """The figures of three provinces, and an export asked for in HOME."""
    sessions: sessionmaker[Session] = app.state.sessions
    told = story()
    consumer = Consumer(facts(), sessions, told.source, f"peyvand.{told.source}", told)
    while consumer.step():
        continue
    later = datetime(2020, 12, 20, 20, 0, tzinfo=UTC)
    with sessions.begin() as session:
        set_business_now(session, now=later)
        know_tenant(session, TENANT)
        enter(session, tenant=TENANT, province=HOME)
        params = {**SCOPE, "territory": HOME, "codes": ["K-01"], "lang": "fa"}
        return {"export_id": enqueue_job(session, kind=Kind.EXPORT, params=params, by=TABRIZ, now=later).id}


def settle_notifications(app: FastAPI) -> dict[str, UUID]:
    """A message to a principal."""
    sessions: sessionmaker[Session] = app.state.sessions
    with sessions.begin() as session:
        set_business_now(session, now=NOW)
        know_tenant(session, TENANT)
        enter(session, tenant=TENANT, province="*")
        stage = Stage(session)
        stage.settle_people()
        issued = a_secretariat(
            partnership.SecretariatAppointmentIssued, letter_number="1399/47", person_id=PRINCIPAL, letter_on=DAY
        )
        stage.play(issued)
        delivery = session.scalars(select(Delivery).where(Delivery.province == HOME_OF["notifications"])).first()
        assert delivery is not None
        return {"delivery_id": delivery.id}
