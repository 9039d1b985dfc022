"""What a process looks at before it starts; each refusal is one plain line that says how to mend it."""

import json
import sys
from contextlib import closing
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import psycopg
from pydantic import SecretStr, ValidationError

from shared.kernel.migrate import present_revision, revision_of
from shared.kernel.service import RedisPolicyWrong, check_policy, new_bus
from shared.kernel.settings import CommonSettings

S = TypeVar("S", bound=CommonSettings)
REFUSED = 78
"""Exit code of a process that refuses to start (EX_CONFIG)."""
KNOWN_WORDS = {
    "", "admin", "change-me", "changeme", "default", "only-for-tests", "password", "peyvand", "postgres", "redis",
    "root", "secret",
}  # fmt: skip
SHORTEST_SECRET = 12


class RefusedToStart(Exception):
    """This process may not start; the message is one line that says how to mend it."""


def read_settings(kind: type[S], service: str) -> S:
    """The settings from the environment, or the end of the process with a line on what is missing or malformed."""
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"PEYVAND_{'_'.join(str(part) for part in first['loc'][:1]).upper()}"
        what = "is missing" if first["type"] == "missing" else f"is not right ({first['msg']})"
        refuse(service, f"{name} {what}. `./peyvand up` writes it; by hand, set it in the environment.")


def refuse(service: str, words: str) -> NoReturn:
    """End the process with one line."""
    print(f"peyvand {service}: {words}", file=sys.stderr, flush=True)
    raise SystemExit(REFUSED)


def check_boot(settings: CommonSettings, service: str) -> None:
    """Look at secrets, the schema and Redis; ends the process with one line at the first thing that is wrong.

    A database or Redis that is away is no reason to refuse: it is waited for.
    """
    try:
        check_secrets(settings)
        check_schema(settings, service)
        check_redis(settings)
    except RefusedToStart as refusal:
        refuse(service, str(refusal))


def check_secrets(settings: CommonSettings) -> None:
    """In production no secret may be missing, short, or one of the words everybody tries first."""
    if settings.environment in {"demo", "test"}:
        return
    for name, secret in _secrets(settings):
        if is_weak(secret):
            what = "has no secret" if not secret else "has a secret that is short or widely known"
            raise RefusedToStart(
                f"{name} {what}. Use {SHORTEST_SECRET} random characters or more (`openssl rand -base64 24`); "
                "`./peyvand up` makes them itself."
            )
    keys = json.loads(settings.token_public_keys).get("keys", [])
    if not keys:
        raise RefusedToStart("PEYVAND_TOKEN_PUBLIC_KEYS holds no key. Put the public key set of registry there.")
    if any(str(key.get("kid", "")).startswith("demo-") for key in keys):
        raise RefusedToStart("PEYVAND_TOKEN_PUBLIC_KEYS holds a demo's key. Make a key of your own: `./peyvand up`.")
    if settings.failpoints:
        raise RefusedToStart("PEYVAND_FAILPOINTS is on in production. Take it out of the environment.")
    if settings.demo_clock:
        raise RefusedToStart("PEYVAND_DEMO_CLOCK is on in production. Take it out of the environment.")


def is_weak(secret: str) -> bool:
    """Whether a secret is missing, short, or one of the words everybody tries first."""
    return secret.lower() in KNOWN_WORDS or len(secret) < SHORTEST_SECRET


def _secrets(settings: CommonSettings) -> list[tuple[str, str]]:
    """The secrets this process was given, by the name of their variable."""
    found = [("PEYVAND_DATABASE_URL", urlsplit(settings.database).password or "")]
    for field, inner in (
        ("relay_database_url", True), ("owner_database_url", True), ("redis_url", True), ("celery_redis_url", True),
        ("token_private_key", False), ("sms_key", False), ("smtp_password", False),
    ):  # fmt: skip
        value = getattr(settings, field, None)
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            found.append((f"PEYVAND_{field.upper()}", (urlsplit(secret).password or "") if inner else secret))
    if settings.sources:
        given = settings.service_token.get_secret_value() if settings.service_token else ""
        found.append(("PEYVAND_SERVICE_TOKEN", given))
    return found


def check_schema(settings: CommonSettings, service: str) -> None:
    """Refuse an older schema than this code was written for; a newer one is a roll-out on its way (delivery, 3.10)."""
    if settings.environment == "test":
        return  # tests make their tables from the models
    known = revision_of(service)
    try:
        with psycopg.connect(settings.database, connect_timeout=3) as connection:
            present = present_revision(connection)
    except psycopg.OperationalError:
        return
    if not known.behind(present):
        return
    state = "has no tables" if present is None else f"is at {present}, this release needs {known.head}"
    raise RefusedToStart(
        f"the database {state}. Run `python -m services.{service} migrate` with the owner's address "
        "(PEYVAND_OWNER_DATABASE_URL), or `./peyvand up`, which does."
    )


def check_redis(settings: CommonSettings) -> None:
    """Refuse a Redis that may forget keys, as bus and as broker."""
    for secret in (settings.redis_url, settings.celery_redis_url):
        if secret is None:
            continue
        with closing(new_bus(secret.get_secret_value())) as bus:
            try:
                check_policy(bus)
            except RedisPolicyWrong as wrong:
                raise RefusedToStart(f"Redis: {wrong}") from None
