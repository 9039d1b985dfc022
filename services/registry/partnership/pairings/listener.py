"""What follows for pairings from facts of other slices."""

from typing import Any

from sqlalchemy.orm import Session

from services.registry.partnership.pairings import commands, queries
from services.registry.partnership.pairings.steps import latest_day
from shared.contracts.envelope import Envelope
from shared.contracts.partnership import SecretariatRevoked
from shared.kernel.auth import system_actor
from shared.kernel.bus import Subscriber
from shared.kernel.clock import business_now

subscriber = Subscriber("registry")


@subscriber.on(SecretariatRevoked)
def on_secretariat_revoked(session: Session, event: SecretariatRevoked, envelope: Envelope) -> None:
    """A revoked secretariat's open pairing is dissolved on the same day, for the same reason; twice changes nothing."""
    place: dict[str, Any] = {"tenant": envelope.tenant, "programme": envelope.programme, "cycle": envelope.cycle}
    pairing = queries.find_open_pairing(session, **place, secretariat_id=event.secretariat_id)
    if pairing is None:
        return
    revoked_on = event.secretariat.ended_on or latest_day(pairing)
    commands.dissolve_pairing(
        session,
        pairing_id=pairing.id,
        reason=event.reason or "",
        on=max(revoked_on, latest_day(pairing)),
        expected=None,
        by=system_actor(envelope.tenant, "listener"),
        now=business_now(session),
    )
