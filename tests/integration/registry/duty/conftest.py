"""A cycle whose facts registry hears itself, and a clock that visits every due instant."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.duty.obligations.clock import DUE as OBLIGATIONS
from services.registry.duty.obligations.listener import subscriber
from services.registry.duty.obligations.models import Obligation
from services.registry.gathering.meetings.clock import DUE as MEETINGS
from shared.contracts.envelope import Envelope
from shared.kernel.clock import Clock, set_business_now, use_demo_clock
from shared.kernel.outbox import Outbox
from shared.values.ids import new_id
from tests.integration.registry.governance.conftest import prepare

OPENED = datetime(2020, 9, 21, 6, 0, tzinfo=UTC)


def hear(session: Session) -> None:
    """Let registry hear what was said since the last time; what it says then it hears as well."""
    session.flush()
    while True:
        last = session.info.get("heard", 0)
        rows = session.scalars(select(Outbox).where(Outbox.id > last).order_by(Outbox.id)).all()
        if not rows:
            return
        session.info["heard"] = rows[-1].id
        subscriber.apply(session, [an_envelope(row) for row in rows])
        session.flush()


def an_envelope(row: Outbox) -> Envelope:
    """The envelope of an outbox row, numbered by its id."""
    return Envelope(
        id=row.event_id,
        type=row.type,
        source="/peyvand/registry/test",
        subject=row.aggregate_id,
        time=row.occurred_at,
        tenant=row.tenant,
        programme=row.programme,
        cycle=row.cycle,
        territory=row.territory,
        province=row.province,
        sequence=str(row.sequence),
        feedseq=row.id,
        epoch=new_id(),
        emittedat=row.emitted_at,
        data=row.data,
    )


def go_to(session: Session, until: datetime) -> None:
    """Let business time run to an instant, stopping wherever something becomes due, as the demo's clock does."""
    hear(session)
    dues = [*OBLIGATIONS, *MEETINGS]
    while instants := [at for due in dues if (at := due.next_at(session)) is not None and at <= until]:
        now = min(instants)
        set_business_now(session, now=now)
        for due in dues:
            for row_id in due.due(session, now, 500):
                due.run(session, row_id, now)
                session.flush()
        hear(session)
    set_business_now(session, now=until)


def the(session: Session, template: str, *, period: str = "cycle", province: str = "") -> Obligation:
    """The one obligation of a template, period and place."""
    wanted = Obligation.template == template, Obligation.period_key == period, Obligation.province == province
    return session.scalars(select(Obligation).where(*wanted).execution_options(populate_existing=True)).one()


def told(session: Session, obligation: Obligation) -> list[tuple[str, str]]:
    """What was said of an obligation: participle, and step where there is one."""
    session.flush()
    rows = session.scalars(select(Outbox).where(Outbox.aggregate_id == obligation.id).order_by(Outbox.id))
    data: list[tuple[str, dict[str, Any]]] = [(row.type.split(".")[2], row.data or {}) for row in rows]
    return [(participle, str(each.get("step", ""))) for participle, each in data]


@pytest.fixture
def session(registry_session: Session) -> Iterator[Session]:
    """A session in which the cycle of 1399 was opened on 31 Shahrivar, and whose business time is set by the test."""
    before = Clock.demo
    use_demo_clock(True)
    set_business_now(registry_session, now=OPENED)
    prepare(registry_session)
    yield registry_session
    use_demo_clock(before)
