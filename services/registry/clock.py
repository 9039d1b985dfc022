"""DUE: everything registry's clock sweeps, gathered from the slices' own `clock` rooms."""

from shared.kernel.clock import Due
from shared.kernel.rooms import rooms


def due_list() -> list[Due]:
    """All (query, command) pairs, in the slices' name order."""
    return [due for module in rooms("services.registry", "clock") if hasattr(module, "DUE") for due in module.DUE]
