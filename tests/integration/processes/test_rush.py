"""More requests at once than a process has connections and threads: each waits its turn, none is refused."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx2

from services.registry.app import create_app
from services.registry.settings import RegistrySettings
from tests.conftest import settings_values
from tests.support.database import Database
from tests.support.serving import served


def test_a_rush_is_answered_with_four_connections(registry_database: Database) -> None:
    values = {**settings_values(registry_database, "registry"), "pool_size": 2}
    app = create_app(RegistrySettings(**values))
    limits = httpx2.Limits(max_connections=100)
    with served(app) as url, httpx2.Client(timeout=60, limits=limits) as client, ThreadPoolExecutor(100) as hands:
        seen = Counter(hands.map(lambda _: client.get(f"{url}/readyz").status_code, range(1000)))
    assert seen == {200: 1000}
