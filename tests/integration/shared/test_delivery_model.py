"""Model of delivery (I2 to I5): hypothesis drives the real kernel among neighbours that drop, double, lie and die."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel import bus, relay
from shared.kernel.db import new_engine, new_sessions
from tests.integration.shared.delivery_machine import DeliveryMachine, Ground
from tests.integration.shared.delivery_oracle import Broken
from tests.integration.shared.delivery_world import DDL
from tests.integration.shared.naive_kernel import PARTS, PATCHES
from tests.support.database import Database

PATIENCE = 80
"""How many histories a mistake may hide in; a found one ends the search at once."""
SETTINGS = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _sessions(url: str, setting: str, opened: list[object]) -> sessionmaker[Session]:
    engine = new_engine(url, pool_size=8)

    @event.listens_for(engine, "connect")
    def set_patience(connection: psycopg.Connection, _record: object) -> None:
        connection.execute(f"SET {setting}")
        connection.commit()

    opened.append(engine)
    return new_sessions(engine)


@pytest.fixture
def ground(probe_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """The probe's database with the model's tables; small batches, so that a few events fill several."""
    monkeypatch.setattr(bus, "BATCH", 5)
    monkeypatch.setattr(bus, "POISON_AFTER", 1)
    monkeypatch.setattr(relay, "TAIL", 2)
    monkeypatch.setattr(relay, "LOOK_S", -1.0)
    engines: list[object] = []
    with psycopg.connect(probe_database.owner_url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS model_heard, model_counted")
        owner.execute(DDL)
        forever = "idle_in_transaction_session_timeout = 0"
        yield Ground(
            owner,
            sessions=_sessions(probe_database.url, forever, engines),
            impatient=_sessions(probe_database.url, "lock_timeout = 20", engines),
            relay_sessions=_sessions(probe_database.relay_url, forever, engines),
        )
        for engine in engines:
            engine.dispose()  # type: ignore[attr-defined]
    probe_database.truncate()


def machine(ground: Ground, **naive: object) -> type[DeliveryMachine]:
    """The state machine on this ground, with parts of the kernel replaced by naive ones."""
    return type("Machine", (DeliveryMachine,), {"ground": ground, **naive})


def run(ground: Ground, *, mistaken: bool = False, **naive: object) -> None:
    """Let hypothesis look for a history that breaks a promise."""
    patience = settings(SETTINGS, max_examples=PATIENCE) if mistaken else SETTINGS
    run_state_machine_as_test(machine(ground, **naive), settings=patience)


def begun(ground: Ground, events: list[tuple[int, list[str]]]) -> DeliveryMachine:
    """A machine whose first reader has taken its epoch, with events numbered and published after that."""
    world = machine(ground)()
    world.begin()
    world._write(3, ["heard", "personal"], "commit")
    world._relay(0, "", 0)
    world._read("first", "", "", "")
    world._read("personal", "", "", "")
    for who, kinds in events:
        world._write(who, kinds, "commit")
    world._relay(0, "", 0)
    return world


class TestHistoriesOnceWrong:
    """Short histories that a reader or the relay did not survive before; each is one the model can draw."""

    @pytest.mark.parametrize("trick", ["garble", "drop", "double", "shuffle", "silence"])
    def test_a_bus_that_lies_before_a_poisonous_event(self, ground: Ground, trick: str) -> None:
        world = begun(ground, [(0, ["heard", "heard"]), (1, ["heard"]), (0, ["heard"])])
        world._befall("poison", 1)
        for _ in range(6):
            world._read("first", trick, "", "")
            world.holds()
        world.teardown()

    def test_a_page_of_the_old_epoch_reaches_a_reader_made_anew(self, ground: Ground) -> None:
        world = machine(ground)()
        world.begin()
        world._read("north", "", "", "")
        world._write(0, ["heard"] * 3, "commit")
        world._relay(0, "", 0)
        world._read("north", "", "", "restore")
        assert world.oracle.stale() == set()
        world.teardown()

    def test_an_erasure_on_an_otherwise_quiet_stream(self, ground: Ground) -> None:
        world = begun(ground, [(0, ["personal"])])
        world._befall("erase", 0)
        world.teardown()


def test_every_promise_holds_through_any_history(ground: Ground) -> None:
    run(ground)


@pytest.mark.parametrize("mistake", [*PARTS, *PATCHES])
def test_the_model_finds_a_naive_kernel(ground: Ground, monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    """Seen red: one mistake at a time, and hypothesis finds a history that shows it."""
    if mistake in PATCHES:
        PATCHES[mistake](monkeypatch)
    with pytest.raises(Broken):
        run(ground, mistaken=True, **PARTS.get(mistake, {}))
