"""Places: territory paths such as 'IR/IR-03/IR-03-07', and the scope every fact carries."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

_SEGMENT = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,12})*")


def checked_path(path: str) -> str:
    """The path itself when each segment is a territory code; ValueError otherwise ('' is the whole tenant)."""
    if path and not all(_SEGMENT.fullmatch(segment) for segment in path.split("/")):
        raise ValueError(f"not a territory path: {path!r}")
    return path


TerritoryPath = Annotated[str, AfterValidator(checked_path)]


def province_of(path: str) -> str:
    """The province code in a territory path, '' for a national path."""
    segments = path.split("/")
    return segments[1] if len(segments) > 1 else ""


def parent_of(path: str) -> str:
    """The path one level up, '' above the country."""
    return path.rpartition("/")[0]


def code_of(path: str) -> str:
    """The last code of a path."""
    return path.rpartition("/")[2]


def lies_within(path: str, outer: str) -> bool:
    """Whether a path is the outer territory or lies below it."""
    return not outer or path == outer or path.startswith(f"{outer}/")


class Scope(BaseModel):
    """Where a fact belongs: tenant, programme, cycle and territory."""

    model_config = ConfigDict(frozen=True)

    tenant: str
    programme: str = ""
    cycle: str = ""
    territory: TerritoryPath = ""

    @property
    def province(self) -> str:
        """The province of the territory, '' when national."""
        return province_of(self.territory)
