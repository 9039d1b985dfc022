"""The one process that starts the demo, keeps it alive and takes it down."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tools.demo.accounts import describe
from tools.demo.children import ChildFailed, Recipe, Watch, spawn
from tools.demo.databases import ServerRefused, create_databases
from tools.demo.plan import Plan
from tools.demo.postgres import PostgresUnavailable
from tools.demo.site import Site
from tools.demo.state import AlreadyRunning, PortTaken, State
from tools.demo.valkey import ValkeyUnavailable

TURN = 0.1  # seconds between two looks at the children
READY_WITHIN = 120.0


class Stopped(Exception):
    """Somebody asked the demo to end."""


class NotReady(Exception):
    """A process did not become ready in time."""


class Supervisor:
    """Runs one site until told to stop. Needs the main thread: children die with the thread that made them."""

    def __init__(self, state: State, plan: Plan, *, port: int | None = None, quiet: bool = False) -> None:
        self.state = state
        self.plan = plan
        self.wanted_port = port
        self.quiet = quiet
        self.began = time.monotonic()
        self.ready = False
        self.site: Site | None = None
        self.watch = Watch(state.folder / "logs", self._remember, self.say)

    def say(self, line: str) -> None:
        """One line of progress."""
        if not self.quiet:
            print(f"[{time.monotonic() - self.began:6.1f} s] {line}", file=sys.stderr, flush=True)

    def run(self) -> int:
        """Start, watch, stop; returns the exit code."""
        try:
            self.state.open()
        except AlreadyRunning as error:
            print(f"peyvand: {error}", file=sys.stderr)
            return 1
        try:
            with stop_signals():
                self._start()
                while True:
                    self.watch.turn()
                    time.sleep(TURN)
        except Stopped:
            self.say("stopping")
            return 0
        except (ChildFailed, NotReady, PortTaken, PostgresUnavailable, ServerRefused, ValkeyUnavailable) as error:
            print(f"peyvand: {error}", file=sys.stderr)
            return 1
        finally:
            self._stop()
            self.state.close()

    def _start(self) -> None:
        self.say(f"state folder {self.state.folder}")
        self.site = site = Site.of(self.state, port=self.wanted_port)
        self._servers(site)
        create_databases(site.admin_url, site.passwords)
        self.say("databases and roles are there")
        for name, step in self.plan.steps(site):
            step()
            self.say(name)
        for group in self.plan.recipes(site):
            for recipe in group:
                self.watch.start(recipe)
            self._wait(group)
        self._announce(site)
        self._fill(site)
        self.ready = True
        self._remember()
        self.say("ready")

    def _servers(self, site: Site) -> None:
        recipes: list[Recipe] = []
        if site.valkey:
            recipes.append(site.valkey.recipe())
            self.watch.start(recipes[-1])
        if site.postgres:
            site.postgres.prepare()
            if site.postgres.note:
                self.say(site.postgres.note)
            recipes.append(site.postgres.recipe())
            self.watch.start(recipes[-1])
        self._wait(recipes)

    def _fill(self, site: Site) -> None:
        """Let the data be entered while the children are watched: they may die meanwhile as at any time."""
        recipe = self.plan.filling(site)
        if recipe is None:
            return
        self.say("entering the demo's data; everything can be looked at meanwhile")
        process = spawn(recipe, self.watch.logs / f"{recipe.name}.log")
        try:
            while process.poll() is None:
                self.watch.turn()
                time.sleep(TURN)
        finally:
            process.kill()
        if process.returncode != 0:
            words = self.watch.last_words(recipe.name)
            self.say(f"the demo's data is not complete; remove {self.state.folder} to begin anew:\n{words}")
            return
        self.plan.filled(site)
        self._announce(site)

    def _wait(self, recipes: list[Recipe]) -> None:
        """Until each of these answers; says so one by one."""
        waiting = {recipe.name: recipe for recipe in recipes}
        until = time.monotonic() + READY_WITHIN
        while waiting:
            self.watch.turn()
            for name in [name for name, recipe in waiting.items() if self._is_ready(recipe)]:
                self.say(f"{name} is up")
                del waiting[name]
            self._give_up(waiting, until)
            time.sleep(TURN if waiting else 0)

    def _is_ready(self, recipe: Recipe) -> bool:
        return self.watch.children[recipe.name].process.poll() is None and recipe.ready()

    def _give_up(self, waiting: dict[str, Recipe], until: float) -> None:
        for name in waiting:
            if self.watch.children[name].deaths >= 4 or time.monotonic() > until:
                words = self.watch.last_words(name)
                raise NotReady(f"{name} does not start; the end of {self.watch.logs / name}.log:\n{words}")

    def _announce(self, site: Site) -> None:
        if self.quiet:
            return
        lines = [
            "",
            f"  Peyvand   {site.url}/",
            f"  Mailbox   {site.url}/mailbox/",
            "",
            describe(self.plan.accounts(site)),
            "",
            "  Ctrl-C stops everything.",
            "",
        ]
        print("\n".join(lines), flush=True)

    def _remember(self) -> None:
        """Write down what runs, for whoever watches from outside."""
        site = self.site
        children = {
            name: {"pid": child.process.pid, "restarts": child.restarts} for name, child in self.watch.children.items()
        }
        content = {"pid": os.getpid(), "ready": self.ready, "children": children}
        if site is not None:
            content |= {
                "url": site.url,
                "ports": site.ports,
                "accounts": [vars(account) for account in self.plan.accounts(site)],
            }
        self.state.write("running.json", content)

    def _stop(self) -> None:
        """In reverse: first the doors and the services together, then the servers they need."""
        self.ready = False
        servers = [name for name in ("valkey", "postgres") if name in self.watch.children]
        self.watch.stop([name for name in reversed(self.watch.children) if name not in servers])
        self.watch.stop(servers)
        (self.state.folder / "running.json").unlink(missing_ok=True)


@contextmanager
def stop_signals() -> Iterator[None]:
    """Turns the first SIGINT, SIGTERM or SIGHUP into Stopped; later ones change nothing."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for name in names:
            signal.signal(name, signal.SIG_IGN)
        raise Stopped

    for name in names:
        signal.signal(name, stop)
    yield
