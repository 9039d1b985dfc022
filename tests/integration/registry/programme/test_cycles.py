"""Cycles: opened with exact quarters, moved on by the clock, closed at the end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from services.registry.programme.cycles.clock import DUE
from services.registry.programme.cycles.commands import CycleExists, close_cycle, open_cycle
from services.registry.programme.cycles.queries import periods_of_cycle
from services.registry.programme.holidays.queries import holidays_of
from shared.contracts.programme import CycleOpened
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.problems import RefusedNow
from shared.values.ids import derived_id
from tests.support.actors import HQ, TENANT
from tests.support.registry_world import a_world, last_told, told

PERIODS = DUE[0]


def run_clock(session: Session, now: datetime) -> None:
    """Move every period whose instant has come, as the sweep does."""
    while ids := PERIODS.due(session, now, 100):
        for period_id in ids:
            PERIODS.run(session, period_id, now)


class TestOpenCycle:
    @pytest.mark.requirement("R-001")
    @pytest.mark.invariant("I-02")
    def test_cuts_the_year_into_its_four_quarters(self, registry_session: Session, now: datetime) -> None:
        cycle = a_world(registry_session, now=now).cycle
        periods = periods_of_cycle(registry_session, cycle)
        assert [(p.names["fa"], p.from_on.isoformat(), p.to_on.isoformat()) for p in periods] == [
            ("پاییز ۱۳۹۹", "2020-09-22", "2020-12-20"),
            ("زمستان ۱۳۹۹", "2020-12-21", "2021-03-20"),
            ("بهار ۱۴۰۰", "2021-03-21", "2021-06-21"),
            ("تابستان ۱۴۰۰", "2021-06-22", "2021-09-22"),
        ]
        assert (cycle.label, cycle.state, cycle.definition_version) == ("1399-1400", "open", 1)

    def test_has_the_same_id_in_every_registry_of_the_nation(self, registry_session: Session, now: datetime) -> None:
        cycle = a_world(registry_session, now=now).cycle
        assert cycle.id == derived_id(TENANT, "cycle", f"{cycle.programme}/1399-1400")

    def test_tells_windows_months_and_quotas(self, registry_session: Session, now: datetime) -> None:
        cycle = a_world(registry_session, now=now).cycle
        event = CycleOpened.model_validate(last_told(registry_session, cycle.id).data)
        assert (event.cycle.launch_from, event.cycle.launch_to) == (date(2020, 9, 22), date(2020, 10, 21))
        assert [(m.key, m.period_ordinal) for m in event.cycle.months][:4] == [
            ("1399-07", 1),
            ("1399-08", 1),
            ("1399-09", 1),
            ("1399-10", 2),
        ]
        assert [(q.id, q.min, q.max) for q in event.cycle.quotas] == [("Q-SCH", 5, 10), ("Q-AGY", 5, 10)]

    def test_knows_the_days_off_of_its_years(self, registry_session: Session, now: datetime) -> None:
        a_world(registry_session, now=now)
        days = holidays_of(
            registry_session, tenant=TENANT, territory="IR/IR-03", first=date(2021, 3, 19), last=date(2021, 4, 3)
        )
        assert {date(2021, 3, 21) + timedelta(days=n) for n in range(13)} <= days
        assert date(2021, 4, 3) not in days

    def test_opens_once(self, registry_session: Session, now: datetime) -> None:
        world = a_world(registry_session, now=now)
        again = {"programme_id": world.programme.id, "year": 1399, "by": HQ, "now": now}
        assert open_cycle(registry_session, cycle_id=world.cycle.id, **again).id == world.cycle.id
        with pytest.raises(CycleExists) as refused:
            open_cycle(registry_session, **again)
        assert refused.value.link == f"/v1/cycles/{world.cycle.id}"


class TestPeriods:
    def test_move_on_with_the_clock(self, registry_session: Session, now: datetime) -> None:
        cycle = a_world(registry_session, now=now).cycle
        first = periods_of_cycle(registry_session, cycle)[0]
        assert PERIODS.next_at(registry_session) == datetime(2020, 9, 21, 20, 30, tzinfo=UTC)

        run_clock(registry_session, now)
        assert first.state == "open"
        assert PERIODS.next_at(registry_session) == datetime(2020, 12, 20, 20, 30, tzinfo=UTC)

        run_clock(registry_session, datetime(2020, 12, 20, 20, 30, tzinfo=UTC))
        assert (first.state, first.next_at) == ("grace", datetime(2021, 2, 8, 20, 29, 59, 999000, tzinfo=UTC))
        assert [p.state for p in periods_of_cycle(registry_session, cycle)] == ["grace", "open", "upcoming", "upcoming"]

        run_clock(registry_session, datetime(2021, 2, 8, 20, 30, tzinfo=UTC))
        assert (first.state, first.next_at) == ("closed", None)
        assert told(registry_session, cycle.id) == [
            "cycle.opened",
            "period.opened",
            "period.grace_started",
            "period.opened",
            "period.closed",
        ]

    def test_nothing_happens_twice(self, registry_session: Session, now: datetime) -> None:
        cycle = a_world(registry_session, now=now).cycle
        first = periods_of_cycle(registry_session, cycle)[0]
        run_clock(registry_session, now)
        PERIODS.run(registry_session, first.id, now)
        assert told(registry_session, cycle.id) == ["cycle.opened", "period.opened"]


class TestCloseCycle:
    def test_waits_for_its_periods_unless_it_is_forced(self, registry_session: Session, now: datetime) -> None:
        cycle = a_world(registry_session, now=now).cycle
        how = {"cycle_id": cycle.id, "by": HQ, "now": now}
        with pytest.raises(RefusedNow):
            close_cycle(registry_session, expected=cycle.version, reason=None, **how)
        close_cycle(registry_session, expected=cycle.version, reason="the programme was stopped", **how)
        assert (cycle.state, told(registry_session, cycle.id)[-1]) == ("closed", "cycle.closed")
        with pytest.raises(IllegalTransition):
            close_cycle(registry_session, expected=cycle.version, reason="again", **how)
