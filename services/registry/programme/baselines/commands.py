"""What can be done with baselines: record one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.programme.baselines.models import Baseline
from services.registry.programme.baselines.queries import find_baseline
from services.registry.programme.programmes.queries import ProgrammeNotFound, find_programme
from shared.contracts.programme import BaselineRecorded
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.values.amounts import Qualifier
from shared.values.ids import new_id


def record_baseline(
    session: Session,
    *,
    baseline_id: UUID | None = None,
    programme: str,
    label: str,
    value: str,
    qualifier: Qualifier,
    as_of: str | None,
    origin: str,
    by: Actor,
    now: datetime,
) -> Baseline:
    """Keep a figure that nobody can break down any more; `origin` says where it was read."""
    if baseline_id is not None and (existing := find_baseline(session, baseline_id, by=by)) is not None:
        return existing
    if find_programme(session, tenant=by.tenant, code=programme) is None:
        raise ProgrammeNotFound
    baseline = Baseline(
        id=baseline_id or new_id(),
        tenant=by.tenant,
        programme=programme,
        label=label,
        value=value,
        qualifier=qualifier,
        as_of=as_of,
        origin=origin,
    )
    session.add(baseline)
    session.flush()
    event = BaselineRecorded(
        baseline_id=baseline.id, label=label, value=value, qualifier=qualifier, as_of=as_of, origin=origin
    )
    emit(session, event, by=baseline, now=now)
    return baseline
