"""kill -9 at each step of an e-mail: what is safe is repeated, what nobody can know is shown and never repeated."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.contracts import partnership
from tests.integration.notifications.messages.conftest import House
from tests.support.matters import a_secretariat
from tests.support.messages import DAY, PRINCIPAL

ROOT = Path(__file__).resolve().parents[4]
LEASE_OVER = "UPDATE deliveries SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_until IS NOT NULL"


@pytest.mark.requirement("R-169")
@pytest.mark.parametrize(
    ("step", "arrived", "ends"),
    [("claimed", 2, "sent"), ("greeted", 2, "sent"), ("marked", 1, "unknown"), ("taken", 2, "unknown")],
)
def test_a_killed_sender_loses_nothing_and_says_nothing_twice(house: House, step: str, arrived: int, ends: str) -> None:
    house.hear(
        a_secretariat(
            partnership.SecretariatAppointmentIssued, letter_number="1399/47", person_id=PRINCIPAL, letter_on=DAY
        )
    )

    command = [sys.executable, "-m", "tests.support.killable_sender", step, house.database.url, str(house.mail.port)]
    killed = subprocess.run(command, cwd=ROOT, timeout=60, check=False)
    assert killed.returncode == -9
    house.machine(LEASE_OVER)
    house.sweep()
    house.sweep()

    mails = house.rows(channel="email")
    assert sorted(row.state for row in mails) == sorted(["sent", ends])
    assert len(house.mail.messages) == arrived
    assert len({raw for _, raw in house.mail.messages}) == arrived
    assert [row.reason for row in mails].count("doubt") == (ends == "unknown")
