"""What cases with a front door need: programme, territories, an open cycle, somebody signed in, web processes."""

import time
from datetime import UTC, datetime
from uuid import uuid4

import httpx2

from services.registry.background import STREAM
from services.registry.programme.cycles.commands import open_cycle
from services.registry.programme.programmes.models import Programme
from shared.kernel.auth import Actor, Grant, issue_token
from shared.kernel.relay import number_batch
from shared.kernel.tenancy import enter
from shared.values.ids import derived_id
from tools.bench.journal import PROGRAMME, TENANT
from tools.bench.servers import Bench
from tools.demo.children import Recipe
from tools.demo.plan import Plan, python, web_answers
from tools.demo.site import ROOT

NOW = datetime(2020, 10, 12, 6, 0, tzinfo=UTC)
HQ = Actor(derived_id(TENANT, "person", "bench"), TENANT, (Grant("hq_officer", "*"),), "Bench")


def found_nation(bench: Bench) -> None:
    """Programmes, the 31 provinces and an open cycle, by the product's own commands."""
    Plan().load(bench.site)
    with bench.sessions("registry").begin() as session:
        enter(session, tenant=TENANT, province="*")
        programme = session.query(Programme).filter_by(programme=PROGRAMME).one()
        open_cycle(session, programme_id=programme.id, year=1399, by=HQ, now=NOW)


def number_all(bench: Bench) -> None:
    """Number whatever waits in registry's journal."""
    moved = 1
    while moved:
        with bench.sessions("registry", "relay").begin() as session:
            moved = number_batch(session, STREAM)


def token(bench: Bench, actor: Actor = HQ) -> str:
    """A signed token of ten minutes."""
    now = int(time.time())
    given = {"token_id": str(uuid4()), "issued_at": now, "expires_at": now + 600}
    return issue_token(bench.site.keys().private, actor=actor, **given)  # type: ignore[arg-type]


def sign_in(bench: Bench) -> str:
    """The token of headquarters' first account, got at registry's door."""
    first = Plan().accounts(bench.site)[0]
    body = {"tenant": TENANT, "login": first.login, "password": first.password}
    answer = httpx2.post(f"{bench.site.direct('registry')}/v1/sign-in", json=body, timeout=20)
    answer.raise_for_status()
    found: str = answer.json()["token"]
    return found


def web(bench: Bench, name: str, port: int, application: str, environment: dict[str, str]) -> Recipe:
    """A peer's web process with the options of the product's own."""
    options = ["--log-level", "warning", "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "5"]
    words = ["-m", "uvicorn", "--factory", application, "--host", "127.0.0.1", "--port", str(port), *options]
    given = {**bench.site.base_environment(), **environment}
    return Recipe(name, python(*words), given, ROOT, web_answers(f"http://127.0.0.1:{port}/readyz"))
