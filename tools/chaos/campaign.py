"""A campaign: rounds of faults under load; after each round the load rests and the oracles must become green."""

import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import SubprocessError

import psycopg

from tools.chaos.faults.bench import Bench, Fault
from tools.chaos.faults.deck import FAULTS, deck
from tools.chaos.journal import Journal
from tools.chaos.oracles import o1_writes, o2_feed, o3_figures, o4_messages
from tools.chaos.oracles.finding import Finding
from tools.chaos.stage import set_stage
from tools.chaos.workload import Load
from tools.chaos.world import World
from tools.compose.stack import StackFailed
from tools.operate.errors import Unfit

LANES = 5
ROUND = 200
HEAL_WITHIN_S = 150.0
TRIES = 8
CUT_SHORT = (OSError, SubprocessError, psycopg.Error, KeyError, ValueError, Unfit, StackFailed)
"""What a fault meets when another fault broke its own way."""


@dataclass
class Result:
    """What a campaign found."""

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    heals: list[float] = field(default_factory=list)
    findings: dict[str, Finding] = field(default_factory=dict)
    events: int = 0
    writes: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    gaps: int = 0
    parked: int = 0
    rebuilt_same: bool | None = None
    seconds: float = 0.0

    def heal(self, share: float) -> float:
        """A percentile of the heal times in seconds; the greatest where there are few."""
        ordered = sorted(self.heals) or [0.0]
        return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1)

    def summed(self, name: str) -> int:
        """A count over all oracles."""
        return sum(int(getattr(each, name)) for each in self.findings.values())

    def wire(self) -> dict[str, object]:
        """As JSON."""
        return {
            "faults": self.faults.total(),
            "events": self.events,
            "lost": self.summed("lost") + self.summed("waiting"),
            "duplicates": self.summed("duplicates"),
            "wrong_cells": self.summed("wrong_cells"),
            "unknown": self.summed("unknown"),
            "heal_p99_s": self.heal(0.99),
            "seed": self.seed,
            "other_deviations": self.summed("other"),
            "rebuilt_same": self.rebuilt_same,
            "heals_s": [round(each, 1) for each in self.heals],
            "faults_by_row": dict(sorted(self.rows.items())),
            "faults_by_kind": dict(sorted(self.faults.items())),
            "missed": dict(sorted(self.missed.items())),
            "writes": self.writes,
            "messages": self.messages,
            "gaps": self.gaps,
            "parked": self.parked,
            "seconds": round(self.seconds, 1),
            "lines": [line for each in self.findings.values() for line in each.lines],
        }

    @property
    def good(self) -> bool:
        """Nothing lost, doubled or wrong, and the rebuilt figures are the live ones."""
        return not any(self.summed(name) for name in ("lost", "waiting", "duplicates", "wrong_cells", "other")) and (
            self.rebuilt_same is not False
        )


class Campaign:
    """One campaign on one world."""

    def __init__(
        self,
        world: World,
        *,
        faults: int,
        seed: int,
        rate: float,
        say: Callable[[str], None],
        kinds: Sequence[Fault] = FAULTS,
    ) -> None:
        self.world, self.seed, self.say, self.kinds = world, seed, say, kinds
        self.cards = deck(faults, seed, kinds)
        self.dice = random.Random(seed + 1)
        self.bench = Bench(world)
        self.journal = Journal(world.folder / "journal.jsonl")
        self.load = Load(world, self.journal, seed, rate)
        self.sink = o4_messages.Sink(world.kept_mail())
        self.result = Result(seed)
        self._lock = threading.Lock()

    def run(self) -> Result:
        """Stage, rounds, verdict."""
        began = time.monotonic()
        set_stage(self.world)
        self.say("the stage is set")
        self.load.start()
        wanted, number = len(self.cards), 0
        while self.cards or self.result.faults.total() < wanted:
            if not self.cards:
                missing = wanted - self.result.faults.total()
                self.cards = deck(
                    missing, self.seed + number + 100, [f for f in self.kinds if f.name not in self.result.missed]
                )
            number += 1
            cards, self.cards = self.cards[:ROUND], self.cards[ROUND:]
            self._round(cards)
            self._heal(f"round {number}: {self.result.faults.total()} of {wanted} faults")
        self.load.stop()
        self._finish()
        self.result.seconds = time.monotonic() - began
        return self.result

    def _round(self, cards: list[Fault]) -> None:
        """Faults in several lanes at once, in the order of the deck."""
        self.load.go_on()
        waiting = iter([(fault, random.Random(self.dice.getrandbits(64))) for fault in cards])

        def lane(_number: int) -> None:
            while True:
                with self._lock:
                    card = next(waiting, None)
                if card is None:
                    return
                self._inject(*card)

        with ThreadPoolExecutor(LANES) as pool:
            list(pool.map(lane, range(LANES)))

    def _inject(self, fault: Fault, dice: random.Random) -> None:
        for _try in range(TRIES):
            time.sleep(dice.uniform(0.1, 0.6))
            with self.bench.alone(fault.locks or fault.name) as mine:
                try:
                    met = mine and fault.run(self.bench, dice)
                except CUT_SHORT:
                    met = False  # the fault's own way was cut by another fault; it is tried again
            if met:
                with self._lock:
                    self.result.faults[fault.name] += 1
                    self.result.rows[fault.row] += 1
                return
        with self._lock:
            self.result.missed[fault.name] += 1

    def _heal(self, what: str) -> None:
        """Every wire whole; then, from the last fault on, wait until the oracles are green."""
        for link in self.world.links:
            self.world.order(link, "clear")
        last_fault = time.monotonic()
        rested = self.load.pause()
        findings = self._judge()
        while not all(each.green for each in findings.values()) or not rested:
            if time.monotonic() - last_fault > HEAL_WITHIN_S:
                break
            time.sleep(1.0)
            findings, rested = self._judge(), rested or not self.load.busy
        seconds = time.monotonic() - last_fault
        self.result.heals.append(seconds)
        self.result.findings = findings
        state = "green" if all(each.green for each in findings.values()) else "NOT green"
        self.say(f"{what}; {state} after {seconds:.1f} s; {self.journal.answers}")
        for each in findings.values():
            for line in each.lines[:5]:
                self.say(f"    {line}")

    def _judge(self) -> dict[str, Finding]:
        """All oracles, once; one that cannot look yet is not green."""
        try:
            writes, _ = o1_writes.read_journal(self.journal.path)
            dsns = self.world.dsns
            self.world.kept_mail()
            found = {
                "O2": o2_feed.judge(dsns),
                "O4": o4_messages.judge(writes.values(), self.sink, dsns),
                "O3": o3_figures.judge(dsns),
                "O1": o1_writes.judge(self.journal.path, dsns["registry"]),
            }
        except (psycopg.OperationalError, OSError, SubprocessError, IndexError, Unfit, StackFailed):
            return {"all": Finding("all", waiting=1)}
        if found["O2"].waiting or found["O4"].waiting:
            # What is on its way moves cells while it is looked at: not wrong, but not green either.
            found["O3"] = Finding("O3", waiting=1)
        return found

    def _finish(self) -> None:
        """Totals, and figures rebuilt from the feeds that must be the live ones."""
        from tools.chaos.rebuild import rebuilt_same, shown_unknown

        result, sql = self.result, self.world.sql
        result.events = sum(sql(service, "SELECT count(*) FROM outbox")[0][0] for service in self.world.dsns)
        result.writes = dict(self.journal.answers)
        result.messages = len(self.sink.mails) + len(self.sink.texts)
        cursors = "SELECT coalesce(sum(gaps), 0)::int FROM consumer_cursors"
        result.gaps = sum(sql(service, cursors)[0][0] for service in self.world.dsns)
        result.parked = sum(sql(service, "SELECT count(*) FROM dead_letters")[0][0] for service in self.world.dsns)
        result.rebuilt_same = rebuilt_same(self.world)
        hidden = result.findings["O4"].unknown - shown_unknown(self.world) if "O4" in result.findings else 0
        if hidden:
            result.findings["O4"].say("other", f"{hidden} unknown deliveries are not on the operator's list")
        self.journal.close()


def logs_of(world: World, to: Path) -> None:
    """Keep the bench's logs and journal, for a look at what went wrong."""
    to.mkdir(parents=True, exist_ok=True)
    world.keep_logs(to / "logs")
    shutil.copy(world.folder / "journal.jsonl", to / "journal.jsonl")
