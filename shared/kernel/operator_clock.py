"""The demo clock's routes: they exist only where PEYVAND_DEMO_CLOCK is on."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from pydantic import AwareDatetime
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.clock import business_now, set_business_now
from shared.kernel.http import ActorDep, SessionDep, require
from shared.kernel.wire import Out, Wire

UNNUMBERED = text("SELECT count(*) FROM outbox WHERE feed_seq IS NULL")


class ClockIn(Wire):
    """The business instant to set; `running` lets it flow from there, else it stands still."""

    now: AwareDatetime
    running: bool = False


class ClockOut(Out):
    """Business time, the next instant at which something becomes due, and what is still on its way."""

    now: datetime
    next_due: datetime | None
    lag: int
    unsent_due: int


def clock_router(
    *,
    next_due: Callable[[Session], datetime | None],
    lag: Callable[[], int],
    unsent_due: Callable[[Session, datetime], int] = lambda _session, _now: 0,
) -> APIRouter:
    """GET and POST /operator/v1/clock for operators of a demo."""
    router = APIRouter(prefix="/operator/v1", tags=["operator"])
    roles = ("operator", "hq_officer", "tenant_administrator")

    def state(session: Session, tenant_now: datetime) -> ClockOut:
        waiting = session.execute(UNNUMBERED).scalar_one() + lag()
        return ClockOut(
            now=tenant_now, next_due=next_due(session), lag=waiting, unsent_due=unsent_due(session, tenant_now)
        )

    @router.get("/clock", dependencies=[require(*roles)])
    def read_clock(session: SessionDep, actor: ActorDep) -> ClockOut:
        """What time it is here, and whether everything due has been done."""
        return state(session, business_now(session))

    @router.post("/clock", dependencies=[require(*roles)])
    def set_clock(clock: ClockIn, session: SessionDep, actor: ActorDep) -> ClockOut:
        """Set business time of this service."""
        set_business_now(session, now=clock.now, running=clock.running)
        return state(session, clock.now)

    return router
