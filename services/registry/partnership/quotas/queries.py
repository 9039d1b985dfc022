"""Questions about quotas and slots; callers hold a plan they were allowed to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registry.partnership.quotas.models import Quota, QuotaException, Slot
from services.registry.partnership.quotas.rules import (
    Exemption,
    Holding,
    Limits,
    fourth_step,
    limits_on,
    third_step,
)
from shared.kernel.problems import NotFound


class QuotaNotFound(NotFound):
    """This plan has no such quota."""


@dataclass(frozen=True)
class SlotsView:
    """One quota of a plan on one day: slots in use, how many of their holders are established, and the limits."""

    quota_id: str
    subject: str
    used: int
    established: int
    min: int
    max: int
    breached: bool


def list_quotas(session: Session, plan_id: UUID) -> Sequence[Quota]:
    """The quotas of a plan in the order of their codes."""
    return session.scalars(select(Quota).where(Quota.plan_id == plan_id).order_by(Quota.quota_id)).all()


def get_quota(session: Session, plan_id: UUID, *, quota_id: str | None = None, subject: str | None = None) -> Quota:
    """The quota of a plan by its code or its subject; QuotaNotFound when the programme has none."""
    for quota in list_quotas(session, plan_id):
        if quota_id in (None, quota.quota_id) and subject in (None, quota.subject):
            return quota
    raise QuotaNotFound


def find_quota(session: Session, row_id: UUID) -> Quota | None:
    """A quota by the id of its row, for the clock."""
    return session.get(Quota, row_id)


def list_exceptions(session: Session, plan_id: UUID) -> Sequence[QuotaException]:
    """The exceptions granted to a plan, oldest first."""
    return session.scalars(
        select(QuotaException).where(QuotaException.plan_id == plan_id).order_by(QuotaException.id)
    ).all()


def exemptions_of(session: Session, plan_id: UUID) -> list[Exemption]:
    """The exceptions of a plan as values, in the order they were granted."""
    return [
        Exemption(each.quota_id, each.min, each.max, each.from_on, each.until_on, each.reason)
        for each in list_exceptions(session, plan_id)
    ]


def limits_of(session: Session, quota: Quota, day: date, exemptions: Sequence[Exemption] | None = None) -> Limits:
    """The limits of a quota on a local day; its plan's exceptions are looked up unless they are at hand."""
    if exemptions is None:
        exemptions = exemptions_of(session, quota.plan_id)
    return limits_on(day, quota.quota_id, Limits(quota.min, quota.max), exemptions)


def list_taken(session: Session, plan_id: UUID) -> Sequence[Slot]:
    """The slots of a plan that are in use, by number."""
    return session.scalars(
        select(Slot).where(Slot.plan_id == plan_id, Slot.holder_id.is_not(None)).order_by(Slot.slot_no)
    ).all()


def find_held(session: Session, *, plan_id: UUID, subject: str, holder_id: UUID) -> Slot | None:
    """The slot somebody holds, None when they hold none."""
    return session.scalar(
        select(Slot).where(Slot.plan_id == plan_id, Slot.subject == subject, Slot.holder_id == holder_id)
    )


def holdings_of(session: Session, plan_id: UUID) -> dict[str, list[Holding]]:
    """The slots in use by subject, as values."""
    taken: dict[str, list[Holding]] = {}
    for slot in list_taken(session, plan_id):
        assert slot.taken_on is not None
        taken.setdefault(slot.subject, []).append(Holding(slot.taken_on, slot.established_on))
    return taken


def slots_of(session: Session, plan_id: UUID, day: date) -> list[SlotsView]:
    """Each quota of a plan with its limits on a day."""
    holdings, exemptions, views = holdings_of(session, plan_id), exemptions_of(session, plan_id), []
    for quota in list_quotas(session, plan_id):
        held, limits = holdings.get(quota.subject, []), limits_of(session, quota, day, exemptions)
        established = sum(1 for each in held if each.established_on is not None)
        breached = quota.breached_at is not None
        views.append(SlotsView(quota.quota_id, quota.subject, len(held), established, limits.min, limits.max, breached))
    return views


def selection_steps(session: Session, plan_id: UUID) -> dict[str, date | None]:
    """T3 and T4 of a plan, by the definition's own minimum; an exception does not move the timetable."""
    holdings = holdings_of(session, plan_id)
    least = {quota.subject: quota.min for quota in list_quotas(session, plan_id)}
    return {
        "T3": third_step(holdings, least),
        "T4": fourth_step(holdings.get("secretariat", []), least.get("secretariat", 1)),
    }


def quotas_to_remind(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Broken quotas whose weekly reminder is due."""
    return session.scalars(
        select(Quota.id).where(Quota.reminder_at <= now).order_by(Quota.reminder_at, Quota.id).limit(limit)
    ).all()


def next_reminder_at(session: Session) -> datetime | None:
    """The next instant at which a weekly reminder is due."""
    return session.scalar(select(func.min(Quota.reminder_at)))
