"""Wire shapes: strict input without control characters, output without defaults."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

_ALLOWED = {"\n", "\t"}


def _no_controls(value: str) -> str:
    """Refuse what a database or a mail header cannot hold: NUL and other control characters, lone surrogates."""
    for char in value:
        if (ord(char) < 32 and char not in _ALLOWED) or ord(char) == 127 or 0xD800 <= ord(char) <= 0xDFFF:
            raise ValueError("control_character")
    return value


def _one_line(value: str) -> str:
    if any(char in value for char in "\n\t\u2028\u2029\x85"):
        raise ValueError("line_break")
    return _no_controls(value)


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_one_line), BeforeValidator(_strip)]
Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(_no_controls), BeforeValidator(_strip)
]
Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/@+-]*$"),
    BeforeValidator(_strip),
]
NamesIn = Annotated[dict[Annotated[str, StringConstraints(pattern=r"^(fa|en|ar|lt)$")], Line], "names"]


class Wire(BaseModel):
    """Input: unknown fields are refused, so a typing error or a field of another's never passes silently."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """Output: an allow-list read from a row's attributes."""

    model_config = ConfigDict(from_attributes=True)
