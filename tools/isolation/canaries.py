"""A word for each province that stands in all of its texts; who reads another province's word has found a leak."""

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TERRITORIES = ROOT / "services" / "registry" / "register" / "territories" / "data" / "iran-provinces.json"
PATTERN = re.compile(rb"(?i)cnry(\d\d)x[0-9a-f]{8}|98912(\d\d)77\d{3}")


def province_codes() -> list[str]:
    """The 31 provinces of Iran, by their codes."""
    return sorted(each["code"] for each in json.loads(TERRITORIES.read_text(encoding="utf-8")))


def canary_of(code: str) -> str:
    """The word of a province: `IR-03` → `cnry03x` and eight digits that nobody guesses."""
    return f"cnry{code[-2:]}x{hashlib.sha256(code.encode()).hexdigest()[:8]}"


def mobile_of(code: str, n: int) -> str:
    """A mobile number that can only be this province's."""
    return f"+98912{code[-2:]}77{n:03d}"


ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def ids_in(data: bytes) -> set[str]:
    """Every id that stands in some bytes."""
    return {each.decode() for each in ID.findall(data)}


def seen_in(data: bytes) -> dict[str, int]:
    """The provinces whose words stand in some bytes, each with the number of bytes."""
    found: dict[str, int] = {}
    for match in PATTERN.finditer(data):
        code = f"IR-{(match[1] or match[2]).decode()}"
        found[code] = found.get(code, 0) + len(match[0])
    return found
