"""What a backup needs of the place it is made in: its database server, and a way to let the services rest."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from tools.demo.children import Recipe, Watch, run_all
from tools.demo.databases import create_databases
from tools.demo.known import known_site
from tools.demo.plan import python
from tools.demo.postgres import binaries
from tools.demo.site import ROOT, Site
from tools.demo.state import State

START_WITHIN_S = 60.0
Command = tuple[list[str], dict[str, str]]


class NotUp(Exception):
    """The database server did not come up; the message is the end of its log."""


class Keeper(Protocol):
    """One Peyvand whose data is kept."""

    name: str

    def admin_url(self, database: str) -> str:
        """The administrator's address of a database, from here."""
        ...

    def dump(self, service: str, snapshot: str) -> Command:
        """The command that writes a dump of a service's database, as seen by an exported snapshot, to its output."""
        ...

    def load(self, database: str) -> Command:
        """The command that loads a dump from its input into an empty database."""
        ...

    def at_rest(self, *, only_look: bool = False) -> AbstractContextManager[None]:
        """During the block nothing but the database server runs; what ran before runs again after it. A place that
        can be looked at while it runs is not stopped for `only_look`."""
        ...

    def open_doors(self) -> None:
        """Roles, databases and their rights as a first start makes them; those on tables come with a dump."""
        ...

    def run(self, service: str, *words: str) -> None:
        """A command of a service with the owner's rights, to its end."""
        ...


class DemoKeeper:
    """A demo's state folder. A backup is made while it runs; for a restore it must be stopped."""

    def __init__(self, folder: Path) -> None:
        self.state = State(folder)
        self.name = f"demo {self.state.folder}"
        self._site: Site | None = None

    @property
    def site(self) -> Site:
        """The demo's layout, as it was at its last start."""
        if self._site is None:
            self._site = known_site(self.state)
        return self._site

    def admin_url(self, database: str) -> str:
        """See Keeper."""
        parts = urlsplit(self.site.admin_url)
        return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))

    def _command(self, program: str, database: str, *words: str) -> Command:
        parts = urlsplit(self.site.admin_url)
        where = ["-h", str(parts.hostname), "-p", str(parts.port), "-U", str(parts.username), "-d", database]
        kept = dict(self.site.postgres.environment()) if self.site.postgres else {}
        return [str(binaries() / program), *where, *words], {**kept, "PGPASSWORD": str(parts.password)}

    def dump(self, service: str, snapshot: str) -> Command:
        """See Keeper."""
        return self._command("pg_dump", f"peyvand_{service}", "-Fc", f"--snapshot={snapshot}")

    def load(self, database: str) -> Command:
        """See Keeper."""
        return self._command("pg_restore", database, "--exit-on-error")

    @contextmanager
    def at_rest(self, *, only_look: bool = False) -> Iterator[None]:
        """See Keeper."""
        del only_look  # a demo that runs holds the lock of its folder
        self.state.open()
        watch = Watch(self.state.folder / "logs", lambda: None, lambda line: print(line, flush=True))
        try:
            postgres = self.site.postgres
            if postgres:
                postgres.prepare()
                recipe = postgres.recipe()
                watch.start(recipe)
                wait_until_up(watch, recipe)
            yield
        finally:
            watch.stop(list(watch.children))
            self.state.close()

    def open_doors(self) -> None:
        """See Keeper."""
        create_databases(self.site.admin_url, self.site.passwords)

    def run(self, service: str, *words: str) -> None:
        """See Keeper."""
        without_bus = {name: value for name, value in self.site.environment(service).items() if "REDIS" not in name}
        owner = {"PEYVAND_OWNER_DATABASE_URL": self.site.database(service, "owner")}
        run_all({service: python("-m", f"services.{service}", *words)}, {service: without_bus | owner}, ROOT)


def wait_until_up(watch: Watch, recipe: Recipe) -> None:
    """Until the database server answers; raises NotUp after a minute."""
    until = time.monotonic() + START_WITHIN_S
    while not recipe.ready():
        if time.monotonic() > until:
            raise NotUp(f"the database server does not start:\n{watch.last_words(recipe.name)}")
        watch.turn()
        time.sleep(0.1)
