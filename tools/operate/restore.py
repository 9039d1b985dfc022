"""./peyvand restore: a set comes back beside what is there, is compared, takes its place, and begins a new epoch."""

import argparse
import hmac
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from tools.compose.stack import StackFailed
from tools.demo.children import ChildFailed
from tools.demo.databases import ServerRefused
from tools.demo.state import AlreadyRunning
from tools.operate.backup import MANIFEST, SEAL
from tools.operate.errors import Unfit
from tools.operate.keeper import Keeper, NotUp
from tools.operate.manifest import Manifest, Saved, ahead, differences, measure
from tools.operate.place import CALLER, keeper_of, passphrase_of
from tools.operate.sealing import SealFailed, finish, hash_of, seal_of, start_reading

SERVICES = ("registry", "reporting", "notifications")
HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
Say = Callable[[str], None]


class Broken(Exception):
    """This set is not what was written, or does not come back as it was; nothing was changed."""


REFUSALS = (Unfit, Broken, SealFailed, NotUp, ChildFailed, StackFailed, ServerRefused, psycopg.Error, OSError)


def read_set(folder: Path, *, passphrase: str) -> Manifest:
    """The manifest of a set whose files are all as they were written; raises Broken, Unfit."""
    try:
        content = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise Broken(f"{folder} holds no {MANIFEST}: the backup did not end well; take another set") from None
    manifest = Manifest.of(json.loads(content))
    if manifest.sealed:
        if not passphrase:
            raise Unfit("this set is sealed: set PEYVAND_BACKUP_PASSPHRASE, or give --passphrase-file")
        seal = seal_of(content, passphrase=passphrase, salt=bytes.fromhex(manifest.salt))
        if not hmac.compare_digest(seal, (folder / SEAL).read_text().strip()):
            raise Broken(
                "the passphrase is another one, or the manifest was changed; take the right one or another set"
            )
    for saved in manifest.saved:
        if hash_of(folder / saved.file) != saved.sha256:
            raise Broken(f"{saved.file} is not the file that was written; take another copy of this set")
    if bad := ahead(manifest):
        raise Broken(f"these files are not of one backup: {bad[0]}")
    return manifest


def restore(
    keeper: Keeper, folder: Path, *, passphrase: str = "", verify: bool = True, drill: bool = False, say: Say = print
) -> Manifest:
    """Bring a set back. Until everything is loaded (and with `verify` compared) nothing of what is there is touched.

    With `drill` it ends there: the copies are compared and dropped, the services never stopped (for a demo, they are).
    """
    manifest = read_set(folder, passphrase=passphrase)
    say(f"the set of {manifest.began_at} is whole")
    with keeper.at_rest(only_look=drill):
        began = time.monotonic()
        keeper.open_doors()
        for saved in manifest.saved:
            _load(keeper, saved, folder, passphrase, verify=verify or drill)
            how = "loaded, and as it was" if verify or drill else "loaded"
            say(f"{saved.service} is {how} ({time.monotonic() - began:.1f} s)")
        if drill:
            _drop(keeper, [_scratch(saved.service) for saved in manifest.saved])
            return manifest
        _swap(keeper, [saved.service for saved in manifest.saved])
        keeper.open_doors()
        for service in SERVICES:
            keeper.run(service, "migrate")
        for service in SERVICES:
            keeper.run(service, "begin-epoch")
        say(f"a new epoch has begun ({time.monotonic() - began:.1f} s); readers go on, nobody is told twice")
    return manifest


def _scratch(service: str) -> str:
    return f"peyvand_{service}_coming"


def _load(keeper: Keeper, saved: Saved, folder: Path, passphrase: str, *, verify: bool) -> None:
    database = _scratch(saved.service)
    owner = sql.Identifier(f"{saved.service}_owner")
    with psycopg.connect(keeper.admin_url("postgres"), autocommit=True) as admin:
        name = sql.Identifier(database)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
        admin.execute(create.format(name, owner))
    command, environment = keeper.load(database)
    reading = start_reading(command, environment, folder / saved.file, passphrase=passphrase)
    finish(reading, f"loading {saved.service}")
    if not verify:
        return
    with psycopg.connect(keeper.admin_url(database)) as connection:
        bad = differences(saved.measured, measure(connection))
    if bad:
        raise Broken(f"{saved.service} did not come back as it was: {bad[0]} ({len(bad)} differences)")


def _swap(keeper: Keeper, services: list[str]) -> None:
    """Put the loaded databases in place; what was there before stays beside as peyvand_SERVICE_before."""
    _drop(keeper, [f"peyvand_{service}_before" for service in services])
    with psycopg.connect(keeper.admin_url("postgres"), autocommit=True) as admin:
        for service in services:
            for name, new in (
                (f"peyvand_{service}", f"peyvand_{service}_before"),
                (_scratch(service), f"peyvand_{service}"),
            ):
                admin.execute(HANG_UP, [name])
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                admin.execute(rename.format(sql.Identifier(name), sql.Identifier(new)))


def _drop(keeper: Keeper, names: list[str]) -> None:
    with psycopg.connect(keeper.admin_url("postgres"), autocommit=True) as admin:
        for name in names:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def main(words: list[str]) -> int:
    """Bring one set back; 1 when it was refused, and then nothing was changed."""
    parser = argparse.ArgumentParser(prog="peyvand restore")
    parser.add_argument("folder", type=lambda word: CALLER / word, help="the set, as ./peyvand backup wrote it")
    parser.add_argument("--state", type=lambda word: CALLER / word, default=None, help="state folder of up or demo")
    parser.add_argument("--verify", action="store_true", help="compare every table with what the backup counted")
    parser.add_argument("--drill", action="store_true", help="load and compare only; change nothing")
    parser.add_argument("--passphrase-file", type=lambda word: CALLER / word, default=None)
    chosen = parser.parse_args(words)
    try:
        passphrase = passphrase_of(chosen.passphrase_file)
        keeper = keeper_of(chosen.state)
        restore(keeper, chosen.folder, passphrase=passphrase, verify=chosen.verify, drill=chosen.drill)
    except AlreadyRunning as error:
        print(f"peyvand: {error}; a restore needs it stopped", file=sys.stderr)
        return 1
    except REFUSALS as error:
        print(f"peyvand: not restored: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 1
    print("the copies were as they should be; nothing was changed" if chosen.drill else f"{keeper.name} is restored")
    return 0
