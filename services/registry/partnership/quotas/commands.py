"""Verbs of quotas: lay out, take and free a slot, note what is established, judge the minimum."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registry.partnership.quotas import queries
from services.registry.partnership.quotas.models import Quota, QuotaException, Slot
from services.registry.partnership.quotas.rules import Limits, may_grant_exception, next_weekly
from shared.kernel.problems import Refusal, RefusedNow, refuse
from shared.values.ids import new_id


class QuotaMaxReached(RefusedNow):
    """All slots of this quota are in use."""


@dataclass(frozen=True)
class Verdict:
    """A quota whose minimum was just broken or kept again."""

    quota: Quota
    turned: Literal["breached", "restored"]
    holders: int
    limits: Limits


def lay_out(
    session: Session, *, plan_id: UUID, scope: Mapping[str, str], quotas: Iterable[tuple[str, str, Limits]]
) -> None:
    """Make a plan's quotas (code, subject, limits) and slots what its rules say; slots in use always stay."""
    known = {quota.quota_id: quota for quota in queries.list_quotas(session, plan_id)}
    for quota_id, subject, limits in quotas:
        quota = known.get(quota_id) or Quota(id=new_id(), **scope, plan_id=plan_id, quota_id=quota_id)
        quota.subject, quota.min, quota.max = subject, limits.min, limits.max
        session.add(quota)
        session.flush()
        open_slots(session, plan_id=plan_id, scope=scope, subject=subject, up_to=limits.max)


def open_slots(session: Session, *, plan_id: UUID, scope: Mapping[str, str], subject: str, up_to: int) -> None:
    """Make sure the slots 1…`up_to` of a subject exist; those already there stay as they are."""
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "version": 1,
            "sequence": 0,
            "plan_id": plan_id,
            "subject": subject,
            "slot_no": number,
            **scope,
        }
        for number in range(1, up_to + 1)
    ]
    session.execute(insert(Slot).values(rows).on_conflict_do_nothing())


def take_slot(session: Session, *, plan_id: UUID, subject: str, holder_id: UUID, on: date, today: date) -> Slot:
    """Take the first free slot within today's maximum; QuotaMaxReached (409) when there is none (I-03, I-04).

    The row is locked while it is taken: of two takers of the last slot the second waits, finds it taken and is refused.
    """
    most = queries.limits_of(session, queries.get_quota(session, plan_id, subject=subject), today).max
    slot = session.scalar(
        select(Slot)
        .where(Slot.plan_id == plan_id, Slot.subject == subject, Slot.holder_id.is_(None), Slot.slot_no <= most)
        .order_by(Slot.slot_no)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if slot is None:
        raise QuotaMaxReached([Refusal("quota_max_reached", params={"max": most})], max=most, subject=subject)
    slot.holder_id, slot.taken_on, slot.established_on = holder_id, on, None
    session.flush()
    return slot


def free_slot(session: Session, *, plan_id: UUID, subject: str, holder_id: UUID) -> None:
    """Give a slot back (I-06); nothing happens when the holder has none."""
    slot = queries.find_held(session, plan_id=plan_id, subject=subject, holder_id=holder_id)
    if slot is not None:
        slot.holder_id, slot.taken_on, slot.established_on = None, None, None
        session.flush()


def note_established(session: Session, *, plan_id: UUID, subject: str, holder_id: UUID, on: date | None) -> None:
    """Note since when the holder of a slot is established, None when it is not; the minimum counts these (I-06)."""
    slot = queries.find_held(session, plan_id=plan_id, subject=subject, holder_id=holder_id)
    if slot is not None:
        slot.established_on = on
        session.flush()


def grant(
    session: Session,
    *,
    plan_id: UUID,
    scope: Mapping[str, str],
    quota_id: str,
    limits: Limits,
    from_on: date,
    until_on: date,
    reason: str,
) -> QuotaException:
    """Grant other limits until a day and open their slots; those above a lapsed maximum stay, but are not given out."""
    quota = queries.get_quota(session, plan_id, quota_id=quota_id)
    refuse(may_grant_exception(limits=limits, usual=Limits(quota.min, quota.max), today=from_on, until=until_on))
    exception = QuotaException(
        id=new_id(), **scope, plan_id=plan_id, quota_id=quota_id, min=limits.min, max=limits.max,
        from_on=from_on, until_on=until_on, reason=reason,
    )  # fmt: skip
    session.add(exception)
    session.flush()
    open_slots(session, plan_id=plan_id, scope=scope, subject=quota.subject, up_to=limits.max)
    return exception


def judge(session: Session, *, plan_id: UUID, today: date, now: datetime, tz: str) -> list[Verdict]:
    """Compare what is established with the minimum and flip the flags; returns the quotas that turned (I-05)."""
    holdings, verdicts = queries.holdings_of(session, plan_id), list[Verdict]()
    exemptions = queries.exemptions_of(session, plan_id)
    for quota in queries.list_quotas(session, plan_id):
        limits = queries.limits_of(session, quota, today, exemptions)
        holders = sum(1 for each in holdings.get(quota.subject, []) if each.established_on is not None)
        if holders < limits.min and quota.breached_at is None:
            quota.breached_at, quota.reminder_at = now, next_weekly(now, now, tz)
            verdicts.append(Verdict(quota, "breached", holders, limits))
        elif holders >= limits.min and quota.breached_at is not None:
            quota.breached_at, quota.reminder_at, quota.reminders_sent = None, None, 0
            verdicts.append(Verdict(quota, "restored", holders, limits))
    session.flush()
    return verdicts


def silence(session: Session, *, plan_id: UUID) -> None:
    """Stop the weekly reminders of a plan that has ended."""
    for quota in queries.list_quotas(session, plan_id):
        quota.reminder_at = None
    session.flush()


def count_reminder(session: Session, *, quota: Quota, now: datetime, tz: str) -> tuple[str, datetime]:
    """Note that a weekly reminder is said now; returns its step (W1, W2, …) and the instant it was due."""
    due_at = quota.reminder_at or now
    quota.reminders_sent += 1
    quota.reminder_at = next_weekly(due_at, now, tz)
    session.flush()
    return f"W{quota.reminders_sent}", due_at
