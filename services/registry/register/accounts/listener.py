"""What registry's own facts mean for accounts: a person who is erased has no login any more."""

from sqlalchemy.orm import Session

from services.registry.register.accounts.commands import erase_account
from shared.contracts.envelope import Envelope
from shared.contracts.register import PersonErased
from shared.kernel.bus import Subscriber
from shared.kernel.clock import business_now

subscriber = Subscriber("registry")


@subscriber.on(PersonErased)
def on_person_erased(session: Session, event: PersonErased, envelope: Envelope) -> None:
    """Erase the account of an erased person."""
    erase_account(session, tenant=envelope.tenant, person_id=event.person_id, now=business_now(session))
