"""Real pages in a real browser: services on their test databases, served on a free port, read with Chromium."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.background import subscriber
from shared.kernel.auth import Actor
from shared.kernel.bus import Consumer
from shared.kernel.clock import know_tenant, set_business_now, use_demo_clock
from shared.kernel.tenancy import enter
from tests.integration.reporting.history import at, hijri, story
from tests.support.actors import TENANT, token_for
from tests.support.database import Database
from tests.support.partnership_world import a_secretariat
from tests.support.registry_world import a_world, an_office
from tests.support.serving import served

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BEFORE = at(hijri(7, 1))

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, once per test run."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


def _served(app: FastAPI, database: Database) -> Iterator[str]:
    with served(app) as url:
        yield url
    database.truncate()


@pytest.fixture(scope="module")
def reporting_url(reporting_app: FastAPI, reporting_database: Database) -> Iterator[str]:
    """Reporting on the evening of 30 Azar of the story."""
    sessions: sessionmaker[Session] = reporting_app.state.sessions
    told = story()
    consumer = Consumer(subscriber(), sessions, told.source, f"peyvand.{told.source}", told)
    while consumer.step():
        pass
    with sessions.begin() as session:
        use_demo_clock(True)
        set_business_now(session, now=at(hijri(9, 30), 23))
    yield from _served(reporting_app, reporting_database)


@pytest.fixture(scope="module")
def registry_url(registry_app: FastAPI, registry_database: Database) -> Iterator[str]:
    """Registry on 25 Mehr with an open cycle and one secretariat in East Azerbaijan."""
    sessions: sessionmaker[Session] = registry_app.state.sessions
    with sessions.begin() as session:
        use_demo_clock(True)
        set_business_now(session, now=at(hijri(7, 25)))
        know_tenant(session, TENANT)
        enter(session, tenant=TENANT, province="*")
        a_world(session, now=BEFORE)
        an_office(session, now=BEFORE, province="IR", kind="headquarters")
        an_office(session, now=BEFORE, province="IR-03")
        a_secretariat(session)
    yield from _served(registry_app, registry_database)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a page as somebody, in a language and width; what the console complains about is kept on it."""
    contexts = []

    def opened(
        url: str, path: str, *, actor: Actor | None = None, lang: str = "fa", width: int = 1440, theme: str = "light"
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        cookies = {"peyvand_lang": lang, "peyvand_theme": theme}
        if actor is not None:
            cookies["peyvand_session"] = token_for(actor)
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url + path)
        page.evaluate("document.fonts.ready.then(() => true)")
        assert not complaints, complaints
        return page

    yield opened
    for context in contexts:
        context.close()
