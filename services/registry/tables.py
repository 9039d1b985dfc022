"""All tables of registry, for migrations and tests: its slices' and the kernel's."""

from sqlalchemy import MetaData

import shared.kernel.clock
import shared.kernel.cursors
import shared.kernel.idempotency
import shared.kernel.outbox
import shared.kernel.relay  # noqa: F401 - each of these declares kernel tables
from services.registry.db import Table
from shared.kernel.db import KernelTable
from shared.kernel.rooms import rooms


def all_metadata() -> list[MetaData]:
    """The metadata of every table of this service's database."""
    rooms("services.registry", "models")
    return [KernelTable.metadata, Table.metadata]
