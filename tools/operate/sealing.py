"""Files of a backup, sealed with a passphrase by the machine's own openssl, and their hashes."""

import hashlib
import hmac
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

CIPHER = ("-aes-256-ctr", "-pbkdf2", "-iter", "600000", "-md", "sha256")
"""Secrecy alone; that nothing was changed is said by the hashes, and for the list of hashes by its own seal."""


class SealFailed(Exception):
    """A file could not be written, or not be opened; the message says why and what to do."""


def _openssl(*words: str) -> list[str]:
    found = shutil.which("openssl")
    if found is None:
        raise SealFailed("openssl is needed for an encrypted backup; on Debian: apt-get install openssl")
    return [found, "enc", *words, *CIPHER, "-pass", "env:PEYVAND_BACKUP_PASSPHRASE"]


def _environment(passphrase: str) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PEYVAND_BACKUP_PASSPHRASE": passphrase}


def start_writing(
    command: Sequence[str], environment: Mapping[str, str], file: Path, *, passphrase: str
) -> list["subprocess.Popen[bytes]"]:
    """Start a command whose output goes into a new file, sealed when there is a passphrase."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if not passphrase:
            return [subprocess.Popen(command, env=environment, stdout=handle, stderr=subprocess.PIPE)]
        source = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        sealed = subprocess.Popen(
            _openssl("-e", "-salt"),
            env=_environment(passphrase),
            stdin=source.stdout,
            stdout=handle,
            stderr=subprocess.PIPE,
        )
        assert source.stdout is not None
        source.stdout.close()
        return [source, sealed]
    finally:
        os.close(handle)


def start_reading(
    command: Sequence[str], environment: Mapping[str, str], file: Path, *, passphrase: str
) -> list["subprocess.Popen[bytes]"]:
    """Start a command that is fed a file, opened with the passphrase when there is one."""
    with file.open("rb") as content:
        if not passphrase:
            return [subprocess.Popen(command, env=environment, stdin=content, stderr=subprocess.PIPE)]
        opened = subprocess.Popen(
            _openssl("-d"), env=_environment(passphrase), stdin=content, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        reader = subprocess.Popen(command, env=environment, stdin=opened.stdout, stderr=subprocess.PIPE)
        assert opened.stdout is not None
        opened.stdout.close()
        return [opened, reader]


def finish(processes: Sequence["subprocess.Popen[bytes]"], what: str) -> None:
    """Wait for a chain; raises SealFailed with the last words of whichever failed."""
    words = [process.communicate()[1] for process in reversed(processes)][::-1]
    for process, said in zip(processes, words, strict=True):
        if process.returncode != 0:
            last = (said or b"").decode(errors="replace").strip().splitlines()
            raise SealFailed(f"{what}: {last[-1] if last else f'ended with {process.returncode}'}")


def hash_of(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def seal_of(content: bytes, *, passphrase: str, salt: bytes) -> str:
    """The seal of the manifest: nobody without the passphrase can make another one."""
    key = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**14, r=8, p=1)
    return hmac.new(key, content, hashlib.sha256).hexdigest()
