"""Questions about cycles, their periods, and the rules they pinned."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registry.programme.cycles.lifecycle import State
from services.registry.programme.cycles.models import Cycle, CyclePeriod
from services.registry.programme.programmes.definition import Definition
from services.registry.programme.programmes.queries import definition_of
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within


class CycleNotFound(NotFound):
    """No such cycle."""


class PeriodNotFound(NotFound):
    """This cycle has no such period."""


def rules_of(session: Session, *, tenant: str, programme: str, cycle: str = "") -> Definition:
    """The rules a cycle pinned, or a programme's newest rules when no cycle is named (I-01).

    Raises CycleNotFound or ProgrammeNotFound.
    """
    if not cycle:
        return definition_of(session, tenant=tenant, programme=programme)
    pinned = cycle_named(session, tenant=tenant, programme=programme, cycle=cycle).definition_version
    return definition_of(session, tenant=tenant, programme=programme, version=pinned)


def cycle_named(session: Session, *, tenant: str, programme: str, cycle: str) -> Cycle:
    """The cycle with a label such as '1399-1400'; CycleNotFound when there is none."""
    found = find_cycle(session, tenant=tenant, programme=programme, cycle=cycle)
    if found is None:
        raise CycleNotFound
    return found


def find_cycle(session: Session, *, tenant: str, programme: str, cycle: str) -> Cycle | None:
    """The cycle with a label, None when there is none."""
    return session.scalar(
        select(Cycle).where(Cycle.tenant == tenant, Cycle.programme == programme, Cycle.cycle == cycle)
    )


def get_cycle(session: Session, cycle_id: UUID, *, by: Actor) -> Cycle:
    """The cycle, if it is within the actor's reach; CycleNotFound otherwise."""
    found = session.scalar(select(Cycle).where(Cycle.id == cycle_id, within(Cycle, by)))
    if found is None:
        raise CycleNotFound
    return found


def list_cycles(
    session: Session, *, by: Actor, programme: str | None = None, after: UUID | None = None, limit: int = 50
) -> Sequence[Cycle]:
    """Cycles in order of id, one more than the limit."""
    wanted = select(Cycle).where(within(Cycle, by)).order_by(Cycle.id).limit(limit + 1)
    if programme is not None:
        wanted = wanted.where(Cycle.programme == programme)
    return session.scalars(wanted.where(Cycle.id > after) if after is not None else wanted).all()


def open_cycles(session: Session, *, tenant: str) -> Sequence[Cycle]:
    """All running cycles of a tenant."""
    return session.scalars(
        select(Cycle).where(Cycle.tenant == tenant, Cycle.state == State.OPEN).order_by(Cycle.from_on)
    ).all()


def periods_of_cycle(session: Session, cycle: Cycle) -> Sequence[CyclePeriod]:
    """The periods of a cycle in their order."""
    return session.scalars(
        select(CyclePeriod)
        .where(CyclePeriod.tenant == cycle.tenant, CyclePeriod.cycle_id == cycle.id)
        .order_by(CyclePeriod.ordinal)
    ).all()


def get_period(session: Session, cycle: Cycle, period_id: UUID) -> CyclePeriod:
    """One period of a cycle; PeriodNotFound when it is not one of its own."""
    found = next((each for each in periods_of_cycle(session, cycle) if each.id == period_id), None)
    if found is None:
        raise PeriodNotFound
    return found


def periods_to_move(session: Session, now: datetime, limit: int) -> list[UUID]:
    """Periods whose next instant has come, the earliest first."""
    return list(
        session.scalars(
            select(CyclePeriod.id)
            .where(CyclePeriod.next_at <= now)
            .order_by(CyclePeriod.next_at, CyclePeriod.ordinal)
            .limit(limit)
        )
    )


def next_move_of_periods(session: Session) -> datetime | None:
    """The earliest instant at which a period moves on."""
    return session.scalar(select(func.min(CyclePeriod.next_at)))
