"""./peyvand backup: the three databases, readers before the feeds they read, each exactly as one snapshot saw it."""

import argparse
import json
import os
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import IsolationLevel

from tools.compose.stack import StackFailed
from tools.operate.errors import Unfit
from tools.operate.keeper import Keeper
from tools.operate.manifest import ORDER, Manifest, Saved, ahead, measure
from tools.operate.place import CALLER, ROOT, keeper_of, passphrase_of
from tools.operate.sealing import SealFailed, finish, hash_of, seal_of, start_writing

MANIFEST, SEAL = "manifest.json", "manifest.seal"


def backup(keeper: Keeper, folder: Path, *, passphrase: str = "") -> Manifest:
    """Write a whole set into a new folder; raises SealFailed or psycopg.Error, and then leaves no manifest.

    The counts and hashes in the manifest are those of the very snapshot that was dumped.
    """
    folder.mkdir(parents=True, mode=0o700)
    began = _now()
    saved = [_save(keeper, service, folder, passphrase) for service in ORDER]
    salt = secrets.token_hex(16)
    manifest = Manifest(began_at=began, ended_at=_now(), sealed=bool(passphrase), saved=saved, salt=salt)
    if bad := ahead(manifest):
        raise SealFailed(f"this set would not fit together: {bad[0]}")
    content = json.dumps(manifest.wire, indent=1).encode()
    (folder / MANIFEST).write_bytes(content)
    if passphrase:
        (folder / SEAL).write_text(seal_of(content, passphrase=passphrase, salt=bytes.fromhex(salt)))
    return manifest


def _save(keeper: Keeper, service: str, folder: Path, passphrase: str) -> Saved:
    began = time.monotonic()
    file = folder / f"{service}.dump{'.enc' if passphrase else ''}"
    with psycopg.connect(keeper.admin_url(f"peyvand_{service}"), connect_timeout=5) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        command, environment = keeper.dump(service, str(row[0]))
        writing = start_writing(command, environment, file, passphrase=passphrase)
        measured = measure(connection)
        finish(writing, f"the dump of {service}")
    size, seconds = file.stat().st_size, round(time.monotonic() - began, 2)
    return Saved(service, file.name, hash_of(file), size, seconds, measured)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def save_secrets(keeper_folder: Path, file: Path, *, passphrase: str, apart_from: Path) -> None:
    """The secrets of a state folder in a sealed file of their own, never beside the data they open."""
    if not passphrase:
        raise Unfit("secrets are only written sealed: set PEYVAND_BACKUP_PASSPHRASE, or give --passphrase-file")
    if file.resolve().is_relative_to(apart_from.resolve()):
        raise Unfit("secrets and data in one place protect nobody: give --secrets another folder, best another medium")
    names = [name for name in ("secrets.json", "keys.json", "secrets", "env.json") if (keeper_folder / name).exists()]
    command = ["tar", "-C", str(keeper_folder), "-c", *names]
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}
    finish(start_writing(command, environment, file, passphrase=passphrase), "the secrets")


def main(words: list[str]) -> int:
    """Make one backup; 1 when it failed, and then it is worth nothing."""
    parser = argparse.ArgumentParser(prog="peyvand backup")
    parser.add_argument("--state", type=lambda word: CALLER / word, default=None, help="state folder of up or demo")
    parser.add_argument("--to", type=lambda word: CALLER / word, default=None, help="new folder for the set")
    parser.add_argument("--passphrase-file", type=lambda word: CALLER / word, default=None)
    parser.add_argument("--secrets", type=lambda word: CALLER / word, default=None, help="sealed file for the secrets")
    chosen = parser.parse_args(words)
    folder = chosen.to or ROOT / ".peyvand" / "backups" / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        passphrase = passphrase_of(chosen.passphrase_file)
        keeper = keeper_of(chosen.state)
        manifest = backup(keeper, folder, passphrase=passphrase)
        if chosen.secrets:
            save_secrets(keeper.state.folder, chosen.secrets, passphrase=passphrase, apart_from=folder)
    except FileExistsError:
        print(f"peyvand: {folder} is there already; a set is never written over: choose another --to", file=sys.stderr)
        return 1
    except (Unfit, SealFailed, StackFailed, psycopg.Error, OSError) as error:
        print(f"peyvand: no backup was made: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 1
    for each in manifest.saved:
        rows = sum(count for count, _ in each.measured.tables.values())
        print(f"{each.service:<14} {each.size / 2**20:8.1f} MiB {rows:>10} rows  {each.seconds:6.1f} s  {each.file}")
    kept = "sealed" if manifest.sealed else "NOT sealed: set PEYVAND_BACKUP_PASSPHRASE"
    print(f"{folder} ({kept}); the secrets are not in it, keep those of {keeper.state.folder} apart")
    return 0
