"""One file per case, in the order of the table; a case gives its ROWS and `run`, which measures them."""

from importlib import import_module
from types import ModuleType

NAMES = (
    "publish",
    "projection",
    "dashboard",
    "rebuild",
    "growth",
    "latency",
    "partitions",
    "mails",
    "pairing",
    "bulk",
    "stack",
)


def find(only: str = "") -> dict[str, ModuleType]:
    """The cases by name, in order; `only` picks one. Raises LookupError for a name nobody has."""
    if only and only not in NAMES:
        raise LookupError(f"no case '{only}'; there are: {', '.join(NAMES)}")
    return {name: import_module(f"tools.bench.cases.{name}") for name in NAMES if not only or name == only}
