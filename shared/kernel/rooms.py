"""Finds the rooms of a service's slices (`models`, `routes`, `clock`, …): a new slice is wired by existing."""

import importlib
import pkgutil
from types import ModuleType


def rooms(package: str, room: str) -> list[ModuleType]:
    """All modules named `room` below a package, in name order, imported."""
    root = importlib.import_module(package)
    found = [
        module.name
        for module in pkgutil.walk_packages(root.__path__, prefix=f"{package}.")
        if module.name.rsplit(".", 1)[-1] == room
    ]
    return [importlib.import_module(name) for name in sorted(found)]
