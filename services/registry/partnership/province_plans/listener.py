"""What follows for province plans from facts of other slices."""

from sqlalchemy.orm import Session

from services.registry.partnership.province_plans import commands, queries
from services.registry.partnership.province_plans.lifecycle import ACTIVE
from shared.contracts.envelope import Envelope
from shared.contracts.programme import CycleDefinitionAdopted
from shared.kernel.auth import system_actor
from shared.kernel.bus import Subscriber
from shared.kernel.clock import business_now

subscriber = Subscriber("registry")
ALL = 1000


@subscriber.on(CycleDefinitionAdopted)
def on_cycle_definition_adopted(session: Session, event: CycleDefinitionAdopted, envelope: Envelope) -> None:
    """The open plans of the cycle follow the limits of its new rules; twice changes nothing."""
    by = system_actor(envelope.tenant, "listener")
    plans = queries.list_plans(session, by=by, programme=envelope.programme, cycle=envelope.cycle, limit=ALL)
    for plan in plans:
        if plan.state in ACTIVE:
            commands.follow_rules(session, plan_id=plan.id, by=by, now=business_now(session))
