"""Model of deliveries (I6): hypothesis drives the real ledger between dying workers and providers that lie."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.contacts.models import Contact
from services.notifications.messages import claims, commands, delivery, settling, sweeper
from services.notifications.messages.lifecycle import State
from services.notifications.messages.models import Delivery
from shared.kernel.clock import know_tenant, use_demo_clock
from shared.kernel.db import new_engine, new_sessions
from shared.kernel.tenancy import enter
from tests.integration.notifications.messages.delivery_machine import (
    MOST_REFUSALS,
    PERSONS,
    TENANTS,
    Broken,
    Ground,
    LedgerMachine,
    compose,
)
from tests.integration.notifications.messages.provider_world import Course, MarksLate, TakesDoubtForRefusal
from tests.support.actors import an_actor
from tests.support.database import Database
from tests.support.messages import NOW

SETTINGS = settings(
    max_examples=15,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def ground(notifications_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """Two live tenants with one reachable person each; letters are not written, patience ends at two refusals."""
    use_demo_clock(True)
    monkeypatch.setattr(delivery, "compose", compose)
    monkeypatch.setattr(settling, "MOST_REFUSALS", MOST_REFUSALS)
    engine = new_engine(notifications_database.url, pool_size=4)
    sessions = new_sessions(engine)
    for tenant in TENANTS:
        with sessions.begin() as session:
            _settle(session, tenant)
    with psycopg.connect(notifications_database.owner_url, autocommit=True) as owner:
        yield Ground(owner, sessions)
    engine.dispose()
    notifications_database.truncate()


def _settle(session: Session, tenant: str) -> None:
    know_tenant(session, tenant)
    enter(session, tenant=tenant, province="*")
    by = an_actor("hq_officer", "*", tenant=tenant)
    commands.set_sending(session, tenant=tenant, live=True, reason="test", by=by, now=NOW)
    session.add(
        Contact(
            person_id=PERSONS[tenant],
            tenant=tenant,
            arrived=True,
            email="p@example.org",
            mobile="+989120000000",
            language="fa",
            blocked=[],
        )
    )


def run(ground: Ground, **naive: object) -> None:
    """Let hypothesis look for a history that breaks a promise."""
    run_state_machine_as_test(type("Machine", (LedgerMachine,), {"ground": ground, **naive}), settings=SETTINGS)


def begun(ground: Ground) -> LedgerMachine:
    """A machine to be driven by hand."""
    world: LedgerMachine = type("Machine", (LedgerMachine,), {"ground": ground})()
    world.begin()
    return world


@pytest.mark.requirement("R-169")
def test_every_delivery_ends_honestly_through_any_history(ground: Ground) -> None:
    run(ground)


class TestHistoriesOnceWrong:
    """Short histories in which the ledger was once wrong; each is one the model can draw."""

    def test_a_provider_that_is_away_is_no_refusal(self, ground: Ground) -> None:
        world = begun(ground)
        world.plan([(TENANTS[0], "email", "once", False)], [Course(answer="later")])
        world.time_passes("retries")
        world.work([Course(before="away")])
        world.holds()
        world.teardown()

    def test_what_must_arrive_is_repeated_though_an_earlier_try_never_began(self, ground: Ground) -> None:
        world = begun(ground)
        world.plan([(TENANTS[0], "email", "must_arrive", False)], [Course(before="away")])
        world.time_passes("retries")
        world.work([Course(answer="lost")])
        world.time_passes("doubts")
        world.holds()
        assert [(row.state, row.repeats) for row in world._ledger()] == [("planned", 1)]
        world.teardown()


def _unowned(session: Session, claim: claims.Claim, _states: object, **changes: Any) -> bool:
    """Whoever comes may go on: no lease, no attempt, no state."""
    statement = update(Delivery).where(Delivery.id == claim.delivery_id).values(version=Delivery.version + 1, **changes)
    session.execute(statement.execution_options(synchronize_session=False))
    return True


def _sent_at_the_mark(sessions: sessionmaker[Session], claim: claims.Claim) -> bool:
    """The status flips before the provider was asked."""
    with sessions.begin() as session:
        enter(session, tenant=claim.tenant, province="*")
        return claims._owned(session, claim, (State.CLAIMED,), state="sent", lease_until=None)


def _repeat(_session: Session, row: Delivery, **_: object) -> None:
    """Doubt is taken for failure."""
    row.state, row.lease_until = "planned", None


LINES: dict[str, dict[str, object]] = {
    "mark after sending": {"line": MarksLate},
    "doubt taken for a refusal": {"line": TakesDoubtForRefusal},
}
PATCHES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "lease and attempt unchecked": lambda patch: patch.setattr(claims, "_owned", _unowned),
    "sent before sending": lambda patch: patch.setattr(claims, "mark_data", _sent_at_the_mark),
    "doubt repeated": lambda patch: patch.setattr(sweeper, "doubt", _repeat),
    "lost leases forgotten": lambda patch: patch.setattr(claims, "expired_leases", lambda *_, **__: []),
}


@pytest.mark.parametrize("mistake", [*LINES, *PATCHES])
def test_the_model_finds_a_naive_ledger(ground: Ground, monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    """Seen red: one mistake at a time, and hypothesis finds a history that shows it."""
    if mistake in PATCHES:
        PATCHES[mistake](monkeypatch)
    with pytest.raises(Broken):
        run(ground, **LINES.get(mistake, {}))
