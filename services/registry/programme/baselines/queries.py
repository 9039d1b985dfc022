"""Questions about baselines."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.programme.baselines.models import Baseline
from shared.kernel.auth import Actor
from shared.kernel.tenancy import within


def find_baseline(session: Session, baseline_id: UUID, *, by: Actor) -> Baseline | None:
    """The baseline with an id, if it is within the actor's reach."""
    return session.scalar(select(Baseline).where(Baseline.id == baseline_id, within(Baseline, by)))


def list_baselines(session: Session, *, by: Actor, after: UUID | None = None, limit: int = 50) -> Sequence[Baseline]:
    """Baselines in order of id, one more than the limit."""
    wanted = select(Baseline).where(within(Baseline, by)).order_by(Baseline.id).limit(limit + 1)
    return session.scalars(wanted.where(Baseline.id > after) if after is not None else wanted).all()
