"""What the product stands on: processes, databases, Redis, clocks, mail, texts, disks, keys."""

import json
import shutil
import smtplib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import redis
from cryptography import x509
from joserfc import jws

from shared.kernel.disk import used_share
from shared.kernel.migrate import present_revision, revision_of
from shared.kernel.tenancy import scoped_tables
from tools.doctor.finding import Finding, graded, safely
from tools.doctor.place import Mail, Place

ALARM_AT, REFUSE_AT = 0.8, 0.9
SKEW_WARN_S, SKEW_FAIL_S = 2.0, 30.0
"""Tokens are believed 60 seconds too early or too late; half of that is too much."""
UNFORCED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relname = ANY(%s) AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
"""
POWERFUL = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"


def parts(place: Place) -> Iterator[Finding]:
    """Everything is up and makes progress."""
    for part in place.parts:
        logs = place.logs.format(part=part.name)
        if not part.up:
            yield Finding("FAIL", part.name, f"does not run ({part.detail})", f"look at {logs}, then {place.restart}")
        elif part.progresses is False:
            yield Finding(
                "FAIL", part.name, "runs but makes no progress", f"look at {logs}; it may wait for a neighbour"
            )
    bad = sum(1 for part in place.parts if not part.up or part.progresses is False)
    yield graded("processes", f"{len(place.parts) - bad} of {len(place.parts)} up and at work", warn=False, fail=False)


def webs(place: Place) -> Iterator[Finding]:
    """Each web process is ready, by its own words."""
    for name, url in place.webs.items():
        yield from safely(
            f"{name} web",
            lambda name=name, url=url: _web(name, url),  # type: ignore[misc]
            expected=(httpx2.HTTPError, OSError),
            todo=f"start it: {place.restart}",
        )


def _web(name: str, url: str) -> Iterator[Finding]:
    answer = httpx2.get(f"{url}/readyz", timeout=5, headers={"accept-language": "en"})
    ready = answer.status_code == 200
    said = "ready" if ready else answer.json().get("title", answer.status_code)
    yield graded(
        f"{name} web", str(said), warn=False, fail=not ready, todo="mend what it says; it is ready again by itself"
    )


def databases(place: Place) -> Iterator[Finding]:
    """Reachable as the application, at the newest schema, guarded by forced row-level security."""
    for service, url in place.databases.items():
        yield from safely(
            f"{service} database",
            lambda service=service, url=url: _database(service, url),  # type: ignore[misc]
            expected=(psycopg.Error, OSError),
            todo=f"is PostgreSQL up, and is the password the one it knows? {place.restart}",
        )


def _database(service: str, url: str) -> Iterator[Finding]:
    check = f"{service} database"
    known = revision_of(service)
    tables = [
        table.name
        for each in import_module(f"services.{service}.tables").all_metadata()
        for table in scoped_tables(each)
    ]
    with psycopg.connect(url, connect_timeout=3) as connection:
        present = present_revision(connection)
        said = f"schema {present or 'without tables'}, newest {known.head}"
        todo = f"python -m services.{service} migrate (./peyvand up does it)"
        yield graded(check, said, warn=False, fail=known.behind(present), todo=todo)
        bare = [str(each[0]) for each in connection.execute(UNFORCED, [tables])]
        what = f"row-level security forced on {len(tables) - len(bare)} of {len(tables)} tables"
        todo = (
            f"ALTER TABLE {', '.join(bare[:3])} FORCE ROW LEVEL SECURITY, as the owner; then find out who took it off"
        )
        yield graded(check, what, warn=False, fail=bool(bare), todo=todo)
        strong = bool((connection.execute(POWERFUL).fetchone() or (True,))[0])
        if strong:
            yield Finding(
                "FAIL",
                check,
                "the application's role stands above row-level security",
                "ALTER ROLE … NOSUPERUSER NOBYPASSRLS",
            )


def clocks(place: Place) -> Iterator[Finding]:
    """Machine and database agree on the time: tokens, leases and reminders rest on it."""
    for service, url in place.databases.items():
        yield from safely(
            f"clock of {service}",
            lambda service=service, url=url: _clock(service, url),  # type: ignore[misc]
            expected=(psycopg.Error, OSError),
            todo="see its database above",
        )


def _clock(service: str, url: str) -> Iterator[Finding]:
    with psycopg.connect(url, connect_timeout=3) as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        here = datetime.now(UTC)
    assert row is not None
    skew = abs((here - row[0]).total_seconds())
    yield graded(
        f"clock of {service}", f"{skew:.1f} s from this machine's",
        warn=skew > SKEW_WARN_S, fail=skew > SKEW_FAIL_S, todo="start time synchronisation (chrony) on both machines",
    )  # fmt: skip


def redis_policy(place: Place) -> Iterator[Finding]:
    """Reachable, and never forgetting a key by itself."""
    for purpose, url in place.redis.items():
        yield from safely(
            f"redis ({purpose})",
            lambda purpose=purpose, url=url: _redis(purpose, url),  # type: ignore[misc]
            expected=(redis.RedisError, OSError),
            todo=f"start it: {place.restart}; meanwhile everything works from the database, more slowly",
        )


def _redis(purpose: str, url: str) -> Iterator[Finding]:
    client = redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3, protocol=2)
    try:
        memory = client.info("memory")
    finally:
        client.close()
    policy, most, used = memory["maxmemory_policy"], int(memory["maxmemory"]), int(memory["used_memory"])
    todo = "CONFIG SET maxmemory-policy noeviction, and the same in its configuration"
    yield graded(f"redis ({purpose})", f"maxmemory-policy {policy}", warn=False, fail=policy != "noeviction", todo=todo)
    if most and used > 0.8 * most:
        yield Finding("warn", f"redis ({purpose})", f"{used * 100 // most} % of its memory used", "raise maxmemory")


def mail(place: Place) -> Iterator[Finding]:
    """The mail server greets and knows us."""
    if place.mail is None:
        yield Finding("warn", "mail", "no mail server is configured", "set PEYVAND_SMTP_HOST; no mail leaves")
        return
    server = place.mail
    where = f"{server.host}:{server.port}"
    yield from safely(
        "mail",
        lambda: _mail(server, where),
        expected=(smtplib.SMTPException, OSError),
        todo=f"is the mail server at {where} up and reachable from here? messages wait and none is lost",
    )


def _mail(server: Mail, where: str) -> Iterator[Finding]:
    context = ssl.create_default_context()
    opened = (
        smtplib.SMTP_SSL(server.host, server.port, timeout=5, context=context)
        if server.security == "tls"
        else smtplib.SMTP(server.host, server.port, timeout=5)
    )
    with opened as line:
        if server.security == "starttls":
            line.starttls(context=context)
        code, _words = line.ehlo()
        if server.user:
            line.login(server.user, server.password)
    yield graded(
        "mail", f"{where} greets with {code}", warn=False, fail=code != 250, todo="ask the mail server's keeper"
    )


def text_gateway(place: Place) -> Iterator[Finding]:
    """The text gateway answers at all; a refusal of this bare request is an answer."""
    if not place.text_gateway:
        yield Finding("warn", "text gateway", "none is configured", "set PEYVAND_SMS_ADAPTER; texts are held back")
        return
    yield from safely(
        "text gateway",
        lambda: _gateway(place.text_gateway),
        expected=(httpx2.HTTPError, OSError),
        todo=f"is {place.text_gateway} reachable from here? texts wait, mails go on",
    )


def _gateway(url: str) -> Iterator[Finding]:
    status = httpx2.get(url, timeout=5).status_code
    yield graded(
        "text gateway", f"answers ({status})", warn=status in (500, 502, 503, 504), todo="ask the provider; texts wait"
    )


def disks(place: Place) -> Iterator[Finding]:
    """Room for data: alarm at 80 %, at 90 % imports and exports are refused."""
    for what, path in place.disks.items():
        room, share = shutil.disk_usage(path), used_share(path)
        yield graded(
            f"disk of {what}", f"{share:.0%} used, {room.free / 2**30:.1f} GiB free",
            warn=share >= ALARM_AT, fail=share >= REFUSE_AT,
            todo=f"make room on the disk of {path}: old logs and backups first; exports are refused from 90 %",
        )  # fmt: skip


def keys(place: Place) -> Iterator[Finding]:
    """Who signs can be verified, service tokens live on, certificates too."""
    kid = place.private_key.get("kid", "")
    known = {key.get("kid") for key in place.public_keys.get("keys", [])}
    todo = "put the public part of the signing key into PEYVAND_TOKEN_PUBLIC_KEYS of all services"
    yield graded(
        "signing key",
        f"{kid or 'none'}; verified by {len(known)} public key(s)",
        warn=False,
        fail=kid not in known,
        todo=todo,
    )
    now = datetime.now(UTC)
    for service, token in place.tokens.items():
        claims = _claims(token)
        header = jws.extract_compact(token.encode()).protected if token else {}
        days = (float(claims.get("exp", 0)) - now.timestamp()) / 86400
        what = f"{days:.0f} days to live" if header.get("kid") in known else "signed by a key nobody knows"
        fail = days <= 0 or header.get("kid") not in known
        yield graded(f"token of {service}", what, warn=days < 30, fail=fail, todo=f"issue a new one: {place.restart}")
    for what, path in place.certificates.items():
        left = (x509.load_pem_x509_certificate(Path(path).read_bytes()).not_valid_after_utc - now).days
        yield graded(f"certificate of {what}", f"{left} days to live", warn=left < 30, fail=left < 1, todo="renew it")


def _claims(token: str) -> dict[str, Any]:
    """What a token says; its signature is the services' matter."""
    if not token:
        return {}
    claims: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
    return claims
