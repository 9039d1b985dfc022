"""A cycle with people, schools and agencies of Yazd, as the gathering wing's tests need it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from tests.integration.registry.governance.conftest import prepare

NOW = datetime(2020, 10, 12, 6, 0, tzinfo=UTC)
"""Monday 21 Mehr 1399, 09:30 in Tehran."""
START = datetime(2020, 10, 20, 5, 30, tzinfo=UTC)
END = datetime(2020, 10, 20, 7, 30, tzinfo=UTC)
"""Tuesday 29 Mehr 1399, 09:00 to 11:00 in Tehran."""


@pytest.fixture
def session(registry_session: Session) -> Session:
    """A session in which the cycle of 1399 is open."""
    prepare(registry_session)
    return registry_session
