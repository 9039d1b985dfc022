"""A minimal speaker and reader for kernel tests: one aggregate kind, one event, a table of what was heard."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.contracts.envelope import Envelope
from shared.contracts.register import PersonRegistered
from shared.kernel.bus import Subscriber

DDL = """
CREATE TABLE IF NOT EXISTS probes (id uuid PRIMARY KEY,
  version int NOT NULL DEFAULT 1, sequence int NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS heard (n bigserial PRIMARY KEY,
  feedseq bigint NOT NULL, subject uuid NOT NULL, sequence text NOT NULL);
CREATE TABLE IF NOT EXISTS counted (subject uuid PRIMARY KEY, total int NOT NULL);
GRANT ALL ON probes, heard, counted TO peyvand_test_app; GRANT USAGE ON SEQUENCE heard_n_seq TO peyvand_test_app;
"""


class Probe:
    """An aggregate row handled by hand: emit needs its scope and counters only."""

    __tablename__ = "probes"

    def __init__(self, session: Session, probe_id: UUID) -> None:
        self._session = session
        self.id = probe_id
        self.tenant, self.programme, self.cycle = "ir-seo", "", ""
        self.province, self.territory = "IR-03", "IR/IR-03"
        session.execute(text("INSERT INTO probes (id) VALUES (:i) ON CONFLICT DO NOTHING"), {"i": probe_id})
        self._sequence = session.execute(
            text("UPDATE probes SET version = version + 1 WHERE id = :i RETURNING sequence"), {"i": probe_id}
        ).scalar_one()

    @property
    def sequence(self) -> int:
        return int(self._sequence)

    @sequence.setter
    def sequence(self, value: int) -> None:
        self._sequence = value
        self._session.execute(text("UPDATE probes SET sequence = :s WHERE id = :i"), {"s": value, "i": self.id})


def said(probe: Probe) -> PersonRegistered:
    """The probe's event."""
    return PersonRegistered(person_id=probe.id, minor=False)


def hearing() -> Subscriber:
    """A reader that writes down what it hears and counts per aggregate."""
    subscriber = Subscriber("probe")

    @subscriber.on(PersonRegistered)
    def on_person_registered(session: Session, event: PersonRegistered, envelope: Envelope) -> None:
        params: dict[str, Any] = {"f": envelope.feedseq, "s": event.person_id, "q": envelope.sequence}
        session.execute(text("INSERT INTO heard (feedseq, subject, sequence) VALUES (:f, :s, :q)"), params)
        session.execute(
            text("INSERT INTO counted VALUES (:s, 1) ON CONFLICT (subject) DO UPDATE SET total = counted.total + 1"),
            params,
        )

    return subscriber
