"""Schemathesis' hooks: real things in addresses and bodies, the version they have, and a fresh key for each write."""

import json
import os
import random
import re
import uuid
from typing import Any

import schemathesis

KNOWN: dict[str, list[str]] = json.loads(os.environ.get("PEYVAND_FUZZ_KNOWN", "{}"))
OFTEN = 0.75
"""How often something that exists takes the place of something that does not."""
KEY = re.compile("[!-~]{1,200}")
chance = random.Random(int(os.environ.get("PEYVAND_FUZZ_SEED", "1")))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Put what exists in the place of what is merely well formed; what is malformed on purpose stays as it is."""
    del context, kwargs
    names = case.path_parameters or {}
    for name, value in names.items():
        if name in KNOWN and _well_formed(name, value):
            names[name] = chance.choice(KNOWN[name])
    headers = case.headers or {}
    key = next((name for name in headers if name.lower() == "idempotency-key"), None)
    if key and isinstance(headers[key], str) and KEY.fullmatch(headers[key]):
        headers[key] = str(uuid.uuid4())
    if isinstance(case.body, dict):
        _known_in(case.body)


def _well_formed(name: str, value: Any) -> bool:
    if chance.random() > OFTEN or not isinstance(value, str):
        return False
    return _is_id(value) if _is_id(KNOWN[name][0]) else bool(re.fullmatch(r"[\w.:/@+-]{1,80}", value, re.ASCII))


def _is_id(value: Any) -> bool:
    try:
        uuid.UUID(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def _known_in(body: dict[str, Any]) -> None:
    for name, value in body.items():
        if name in KNOWN and isinstance(value, str) and _well_formed(name, value):
            body[name] = chance.choice(KNOWN[name])
