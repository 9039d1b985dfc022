"""How full the disk is: bulk work is refused before the database runs out of room."""

import shutil

from fastapi import Depends, Request

from shared.kernel.problems import Unavailable
from shared.kernel.settings import CommonSettings


class DiskFull(Unavailable):
    """The disk is nearly full; imports and exports wait until there is room again."""


def used_share(path: str) -> float:
    """The used share of the disk a folder lies on, 0 to 1, as `df` tells it: of what we may use at all."""
    room = shutil.disk_usage(path)
    return room.used / (room.used + room.free)


def disk_is_full(settings: CommonSettings) -> bool:
    """Whether the limit of the settings is reached."""
    return used_share(settings.disk_path) >= settings.disk_refuse_at


def refuse_when_full(request: Request) -> None:
    """503 with DiskFull at the doors of bulk work; ordinary writes go on (delivery promises, 3.9)."""
    settings: CommonSettings = request.app.state.settings
    if disk_is_full(settings):
        raise DiskFull(retry_after=60, used_percent=round(100 * used_share(settings.disk_path)))


needs_room = Depends(refuse_when_full, scope="function")
"""The lock at the door of an import or export."""
