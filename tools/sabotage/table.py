"""The fifteen errors: each patch, what it plants, and the scenario that must see it."""

from dataclasses import dataclass

from tools.sabotage import scenarios
from tools.sabotage.scenarios import Scenario
from tools.sabotage.twice import planned_twice


@dataclass(frozen=True)
class Sabotage:
    """One planted error; `patch` is the name of its file in tests/sabotage."""

    number: int
    patch: str
    words: str
    scenario: Scenario


SABOTAGES = tuple(
    Sabotage(number, f"{number:02d}-{slug}.patch", words, scenario)
    for number, (slug, words, scenario) in enumerate(
        (
            ("feed-by-row-id", "the feed is read by row id instead of its number", scenarios.late_commit),
            ("gap-skipped", "a gap is skipped instead of refilled", scenarios.hole_in_the_stream),
            ("cursor-first", "the cursor is committed before the facts", scenarios.killed_before_the_cursor),
            ("plus-equals", "figures move outside the cursor's transaction", scenarios.killed_before_the_cursor),
            ("newest-entry", "a new reader starts at the newest entry", scenarios.first_start),
            ("no-for-update", "the cursor is read without FOR UPDATE", scenarios.two_planners),
            ("mark-after-data", "the mark is written after DATA", scenarios.killed_before_the_mark),
            ("lease-unchecked", "the mark does not check the lease", scenarios.frozen_past_its_lease),
            ("short-timeout", "30 s of patience after DATA", scenarios.slow_server),
            ("session-set", "the tenant is set for the session", scenarios.pooled_connection),
            ("key-of-anyone", "idempotency keys are not scoped by principal", scenarios.borrowed_key),
            ("swallowed", "the projector swallows errors and goes on", scenarios.poison),
            ("index-dropped", "deliveries have lost their unique index", planned_twice),
            ("policy-unchecked", "the policy of Redis is not checked at the start", scenarios.wrong_policy),
            ("commit-after-answer", "the commit comes after the answer", scenarios.answer_before_commit),
        ),
        start=1,
    )
)
