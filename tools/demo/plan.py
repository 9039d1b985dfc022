"""What a demo consists of: the one-off steps before the start and the processes, in their order."""

import hashlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2

from shared.kernel.databases import grant_tables
from tools.demo.accounts import Account
from tools.demo.children import Recipe, run_all
from tools.demo.databases import SERVICES
from tools.demo.site import ROOT, Site

TENANT = "ir-seo"
FIRST_LOGIN = "hq.officer"
FIRST_NAME = "دفتر ستادی"
FIRST_ROLES = ("hq_officer:*", "tenant_administrator:*", "operator:*")
Step = tuple[str, Callable[[], None]]


def python(*arguments: str) -> list[str]:
    """A command line of this environment's Python."""
    return [sys.executable, *arguments]


def web_answers(url: str) -> Callable[[], bool]:
    """A question: does this address answer 200 now?"""

    def ask() -> bool:
        try:
            return httpx2.get(url, timeout=3.0).status_code == 200
        except httpx2.HTTPError:
            return False

    return ask


def fingerprint(*places: Path) -> str:
    """One word that changes when any file below these places changes."""
    digest = hashlib.sha256()
    for place in places:
        for path in sorted(place.rglob("*") if place.is_dir() else [place]):
            if path.is_file() and path.suffix in {".py", ".yaml"}:
                digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


class Plan:
    """The real demo: three services, their workers, the mailbox and the proxy."""

    def __init__(self, *, demo_data: bool = True) -> None:
        self.demo_data = demo_data

    def steps(self, site: Site) -> list[Step]:
        """One-off steps between the databases and the processes; those a second start may skip are left out."""
        done = site.state.read("done.json")
        steps: list[Step] = []
        for name, places, run in self._one_offs(site):
            word = fingerprint(*places)
            if done.get(name) != [site.admin_url, word]:
                steps.append((name, self._remembering(site, name, word, run)))
        return steps

    def _one_offs(self, site: Site) -> list[tuple[str, list[Path], Callable[[], None]]]:
        migrations = [ROOT / "services" / service / "migrations" for service in SERVICES]
        tables = [*migrations, ROOT / "shared" / "kernel", ROOT / "shared" / "contracts"]
        registry = ROOT / "services" / "registry"
        programmes, territories = registry / "programme", registry / "register" / "territories"
        return [
            (
                "database tables are up to date",
                tables,
                lambda: self.migrate(site),
            ),
            ("territories and programmes are loaded", [territories, programmes], lambda: self.load(site)),
            ("the first account exists", [], lambda: self.bootstrap_account(site)),
        ]

    @staticmethod
    def _remembering(site: Site, name: str, word: str, run: Callable[[], None]) -> Callable[[], None]:
        def step() -> None:
            run()
            site.state.write("done.json", {**site.state.read("done.json"), name: [site.admin_url, word]})

        return step

    def migrate(self, site: Site) -> None:
        """Bring the three databases to the newest tables, side by side."""
        run_all(
            {service: python("-m", f"services.{service}", "migrate") for service in SERVICES},
            {service: site.owner_environment(service) for service in SERVICES},
            ROOT,
        )
        for service in SERVICES:
            grant_tables(site.database(service, "owner"), service)

    def load(self, site: Site) -> None:
        """Load what registry knows from files; the two do not need each other."""
        names = ("load-territories", "load-programmes")
        environment = site.environment("registry")
        run_all(
            {name: python("-m", "services.registry", name) for name in names}, dict.fromkeys(names, environment), ROOT
        )

    def bootstrap_account(self, site: Site) -> None:
        """Make the account with which everything else is entered through the public interfaces."""
        account = self.accounts(site)[0]
        who = ["--tenant", TENANT, "--login", account.login, "--name", FIRST_NAME]
        roles = [word for role in FIRST_ROLES for word in ("--role", role)]
        environment = {**site.environment("registry"), "PEYVAND_PASSWORD": account.password}
        command = python("-m", "services.registry", "bootstrap-account", *who, *roles)
        run_all({"registry": command}, {"registry": environment}, ROOT)

    def accounts(self, site: Site) -> list[Account]:
        """Who can sign in: the first account, and those the demo data brought along."""
        first = Account(FIRST_LOGIN, site.state.secret("account"), "headquarters officer")
        known = site.state.read("accounts.json").get("accounts", [])
        return [first, *(Account(**entry) for entry in known)]

    def filling(self, site: Site) -> Recipe | None:
        """The process that enters the demo's data through the public interfaces; None when that is done."""
        if not self.demo_data or site.state.read("done.json").get("data"):
            return None
        account = self.accounts(site)[0]
        environment = {**site.base_environment(), "PEYVAND_PASSWORD": account.password}
        out = str(site.state.path("accounts.json"))
        words = ["-m", "tools.demo.fill", "--url", site.url, "--login", account.login, "--out", out]
        return self._python(site, "demo-data", environment, *words)

    @staticmethod
    def filled(site: Site) -> None:
        """Remember that the data is there."""
        site.state.write("done.json", {**site.state.read("done.json"), "data": True})

    def recipes(self, site: Site) -> list[list[Recipe]]:
        """The processes in groups; a group starts together once the one before it is ready."""
        doors = [self._mailbox(site), self._proxy(site)]
        webs = [self._web(site, service) for service in SERVICES]
        works = [self._work(site, service) for service in SERVICES]
        workers = [self._celery(site, service) for service in ("reporting", "notifications")]
        return [[*webs, *doors, *works], workers]

    def _web(self, site: Site, service: str) -> Recipe:
        return self._python(
            site,
            f"{service}-web",
            {**site.environment(service), "PEYVAND_DRAIN_SECONDS": "0"},
            *("-m", f"services.{service}", "api", "--port", str(site.ports[service])),
            ready=web_answers(f"{site.direct(service)}/readyz"),
        )

    def _work(self, site: Site, service: str) -> Recipe:
        """Ready when it has turned its loops for the first time."""
        name = f"{service}-work"
        beat = site.state.path("heartbeats", name)
        beat.unlink(missing_ok=True)
        environment = {**site.environment(service), "PEYVAND_HEARTBEAT_FILE": str(beat)}
        return self._python(site, name, environment, "-m", f"services.{service}", "work", ready=beat.exists)

    def _celery(self, site: Site, service: str) -> Recipe:
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
        words = ["-m", "celery", "-A", f"services.{service}.worker", "worker", "-c", "1", "--pool", "solo", *quiet]
        beat = site.state.path("heartbeats", f"{service}-worker")
        beat.unlink(missing_ok=True)
        environment = {**site.environment(service), "PEYVAND_HEARTBEAT_FILE": str(beat)}
        return self._python(site, f"{service}-worker", environment, *words)

    def _mailbox(self, site: Site) -> Recipe:
        ports = ["--port", str(site.ports["mailbox"]), "--smtp-port", str(site.ports["smtp"])]
        folder = ["--folder", str(site.state.path("mailbox", "x").parent)]
        environment = {**site.base_environment(), "PEYVAND_SMS_KEY": site.state.secret("sms_key")}
        ready = web_answers(f"{site.direct('mailbox')}/readyz")
        return self._python(site, "mailbox", environment, "-m", "tools.demo.mailbox", *ports, *folder, ready=ready)

    def _proxy(self, site: Site) -> Recipe:
        known = [f"{name}={site.ports[name]}" for name in (*SERVICES, "mailbox")]
        words = ["-m", "tools.demo.proxy", "--port", str(site.port), *known]
        ready = web_answers(f"{site.url}/mailbox/readyz")
        return self._python(site, "proxy", site.base_environment(), *words, ready=ready)

    @staticmethod
    def _python(
        site: Site, name: str, environment: dict[str, str], *words: str, ready: Callable[[], bool] = lambda: True
    ) -> Recipe:
        return Recipe(name, python(*words), environment, ROOT, ready, stop=signal.SIGTERM)
