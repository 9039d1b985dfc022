"""What the tests of deliveries share: an appointment to tell of, and the states of the ledger."""

import email

from shared.contracts import partnership
from tests.integration.notifications.messages.conftest import House
from tests.support.matters import a_secretariat
from tests.support.messages import AGENCY_NAMES, DAY, PRINCIPAL


def an_appointment(number: str = "1399/47") -> object:
    """Mail and text to the principal, a copy to the secretary, at once."""
    return a_secretariat(
        partnership.SecretariatAppointmentIssued,
        letter_number=number,
        person_id=PRINCIPAL,
        letter_on=DAY,
        agency_names=AGENCY_NAMES,
    )


def states(house: House, **columns: object) -> list[str]:
    """States of all deliveries."""
    return sorted(row.state for row in house.rows(**columns))


def message_id(raw: bytes) -> str:
    """The Message-ID of a received mail."""
    return str(email.message_from_bytes(raw)["Message-ID"])
