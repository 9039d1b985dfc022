"""Identities: time-ordered ids, derived ids, and ids other bodies gave."""

import secrets
import time
from typing import Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

NAMESPACE = UUID("7b0c9f5e-52a1-5d0f-9f0e-5e3a4f0f6d11")
_MASK_B = (1 << 62) - 1


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, then random bits (Python 3.11 has none of its own)."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= (random >> 62) << 64
    value |= 0b10 << 62
    value |= random & _MASK_B
    return UUID(int=value)


def derived_id(tenant: str, kind: str, code: str) -> UUID:
    """The UUIDv5 every machine gives to the same thing, for rows that come from reference data."""
    return uuid5(NAMESPACE, f"{tenant}/{kind}/{code}")


class ExternalId(BaseModel):
    """A number another body gave to a person, school or organisation."""

    model_config = ConfigDict(frozen=True)

    scheme: str
    value: str
    issuer: str | None = None
    state: Literal["verified", "unverified", "malformed"] = "unverified"
