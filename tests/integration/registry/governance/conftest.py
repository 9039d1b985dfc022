"""A cycle with its provinces and offices, as the governance wing's tests need it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.programme.cycles.commands import open_cycle
from services.registry.programme.programmes.load import load_programmes
from services.registry.register.offices.commands import register_office
from services.registry.register.territories.load import load_territories
from shared.kernel.outbox import Outbox
from shared.kernel.tenancy import enter
from shared.values.ids import derived_id
from tests.support.actors import HQ, TENANT

PROGRAMME, CYCLE = "sad-dabirkhaneh", "1399-1400"
SCOPE: dict[str, Any] = {"programme": PROGRAMME, "cycle": CYCLE}
PROVINCES = ("IR-03", "IR-21", "IR-23")
ISSUE_DAY = datetime(2020, 9, 26, 6, 0, tzinfo=UTC)
"""Saturday 5 Mehr 1399, 09:30 in Tehran."""


def prepare(session: Session) -> None:
    """Open the cycle of 1399 and register headquarters and three provincial administrations."""
    before = datetime(2020, 9, 21, 6, 0, tzinfo=UTC)
    load_programmes(session, now=before)
    load_territories(session, now=before)
    enter(session, tenant=TENANT, province="*")
    programme_id = derived_id(TENANT, "programme", PROGRAMME)
    open_cycle(session, programme_id=programme_id, year=1399, by=HQ, now=before)
    names = {"fa": "اداره", "en": "Administration"}
    register_office(
        session, code="HQ", kind="headquarters", territory_code="IR", names=names, external_ids=[], by=HQ, now=before
    )
    for code in PROVINCES:
        register_office(
            session,
            code=f"PA-{code}",
            kind="provincial_administration",
            territory_code=code,
            names=names,
            external_ids=[],
            by=HQ,
            now=before,
        )


@pytest.fixture
def session(registry_session: Session) -> Session:
    """A session in which the cycle is open."""
    prepare(registry_session)
    return registry_session


def said(session: Session, noun: str) -> list[str]:
    """What was emitted about a noun, in order: the participles."""
    session.flush()
    types = session.scalars(select(Outbox.type).where(Outbox.type.like(f"peyvand.{noun}.%")).order_by(Outbox.id))
    return [each.split(".")[2] for each in types]


def last_said(session: Session, event_type: str) -> dict[str, Any]:
    """The data of the latest event of a type."""
    found: dict[str, Any] | None = session.scalars(
        select(Outbox.data).where(Outbox.type == event_type).order_by(Outbox.id.desc())
    ).first()
    assert found is not None
    return found
