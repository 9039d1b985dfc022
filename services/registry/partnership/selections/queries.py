"""Questions about selected agencies, each guarded by the asking actor."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.partnership.selections.lifecycle import SELECTION, State
from services.registry.partnership.selections.models import Selection
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within


class SelectionNotFound(NotFound):
    """This agency was never selected in this plan."""


def get_selection(session: Session, *, plan_id: UUID, agency_id: UUID, by: Actor) -> Selection:
    """The agency's place in a plan; SelectionNotFound (404) when it never had one within the actor's reach."""
    selection = session.scalar(
        select(Selection).where(Selection.plan_id == plan_id, Selection.agency_id == agency_id, within(Selection, by))
    )
    if selection is None:
        raise SelectionNotFound
    return selection


def find_selection(session: Session, *, plan_id: UUID, agency_id: UUID) -> Selection | None:
    """The agency's place in a plan, None when it never had one; callers hold the plan."""
    return session.scalar(select(Selection).where(Selection.plan_id == plan_id, Selection.agency_id == agency_id))


def list_selections(
    session: Session,
    *,
    plan_id: UUID,
    by: Actor,
    state: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Selection]:
    """The agencies of a plan in the order of their ids, one more than the limit."""
    wanted = (
        select(Selection)
        .where(Selection.plan_id == plan_id, within(Selection, by))
        .order_by(Selection.id)
        .limit(limit + 1)
    )
    if state is not None:
        wanted = wanted.where(Selection.state == state)
    return session.scalars(wanted if after is None else wanted.where(Selection.id > after)).all()


def open_actions_of(selection: Selection) -> list[str]:
    """What may be done with the agency's place now."""
    return [str(each) for each in SELECTION.open(State(selection.state))]
