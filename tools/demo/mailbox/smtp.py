"""The e-mail door: takes everything from everybody, and answers 250 only when the message is on the disk."""

from aiosmtpd.smtp import SMTP, Envelope, Session

from tools.demo.mailbox.store import Store

LARGEST = 20 * 1024 * 1024
REFUSALS = {"bounce": "550 5.1.1 No such mailbox", "defer": "451 4.3.0 Try again later"}


class Door:
    """aiosmtpd's hooks. Addresses beginning with `bounce` or `defer` are refused, to see what the product does then."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_RCPT(  # noqa: N802 — aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient."""
        for word, refusal in REFUSALS.items():
            if address.startswith(word):
                return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a message."""
        content = envelope.original_content or b""
        kept = self.store.add_mail(content, sender=envelope.mail_from or "", recipients=list(envelope.rcpt_tos))
        return f"250 2.0.0 kept as {kept.id}"


def protocol(store: Store) -> SMTP:
    """One connection's protocol."""
    return SMTP(Door(store), data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="mailbox.peyvand.example")
