"""Limits hold without Redis, answer with words and a time to wait, and cannot be turned against anybody."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.registry.register.accounts.bootstrap import bootstrap_account
from shared.kernel.limits import KEPT, Window
from shared.values.ids import new_id
from tests.conftest import NOW
from tests.security.conftest import House, app_on, open_house
from tests.support.actors import TABRIZ, TENANT, YAZD, an_actor, headers_for

SECRET = "a short sentence is good"
VICTIM, STRANGER = "10.1.1.1", "10.9.9.9"
LOGIN = "limited.officer"


@pytest.fixture(scope="module")
def registry() -> Iterator[House]:
    """A registry of its own with one account more; no Redis is configured, as in all applications here."""
    with open_house("registry", "_limits") as house:
        assert house.app.state.settings.redis is None
        with house.app.state.sessions.begin() as session:
            for login in (LOGIN, "second.officer"):
                bootstrap_account(
                    session, tenant=TENANT, login=login, password=SECRET, name="x", now=NOW,
                    roles=[("province_officer", "IR-03")],
                )  # fmt: skip
        yield house


@pytest.fixture(scope="module")
def reporting() -> Iterator[House]:
    """A reporting of its own."""
    with open_house("reporting", "_limits") as house:
        yield house


def sign_in(house: House, address: str, login: str, password: str, lang: str = "fa") -> Any:
    """One attempt from an address."""
    body = {"tenant": TENANT, "login": login, "password": password}
    client = TestClient(house.app, client=(address, 5000), raise_server_exceptions=False)
    return client.post("/v1/sign-in", json=body, headers={"accept-language": lang})


def refused_politely(answer: Any, title: str) -> bool:
    """429 as problem+json in the reader's words, with the seconds to wait."""
    plain = answer.headers["content-type"] == "application/problem+json" and int(answer.headers["retry-after"]) > 0
    return plain and answer.status_code == 429 and title in answer.json()["title"]


class TestSignIn:
    def test_five_failures_of_an_account_are_enough(self, registry: House) -> None:
        seen = [sign_in(registry, f"10.2.0.{n}", LOGIN, "wrong") for n in range(6)]
        assert [each.status_code for each in seen] == [401] * 5 + [429]
        assert refused_politely(seen[-1], "تلاش‌ها")
        assert refused_politely(sign_in(registry, "10.2.0.9", LOGIN, SECRET, "en"), "Too many")

    def test_a_login_nobody_has_is_answered_alike(self, registry: House) -> None:
        known = [sign_in(registry, f"10.3.0.{n}", "second.officer", "wrong") for n in range(6)]
        nobody = [sign_in(registry, f"10.4.0.{n}", "no.such.officer", "wrong") for n in range(6)]
        for one, other in zip(known, nobody, strict=True):
            assert one.status_code == other.status_code
            same = ({k: v for k, v in each.json().items() if k != "trace"} for each in (one, other))
            assert next(same) == next(same)

    def test_twenty_failures_of_an_address_are_enough(self, registry: House) -> None:
        seen = [sign_in(registry, STRANGER, f"guess-{n}", "wrong").status_code for n in range(21)]
        assert seen == [401] * 20 + [429]

    def test_a_victim_is_not_locked_out_where_they_signed_in_before(self, registry: House) -> None:
        with registry.app.state.sessions.begin() as session:
            roles = [("province_officer", "IR-03")]
            bootstrap_account(session, tenant=TENANT, login="victim", password=SECRET, name="x", roles=roles, now=NOW)
        assert sign_in(registry, VICTIM, "victim", SECRET).status_code == 200
        attack = [sign_in(registry, f"10.5.{n // 200}.{n % 200}", "victim", "wrong").status_code for n in range(12)]
        assert attack[5:] == [429] * 7
        assert sign_in(registry, VICTIM, "victim", SECRET).status_code == 200

    def test_the_numbers_are_settings(self, registry: House) -> None:
        app = app_on(registry.database, "registry", failed_sign_ins_per_account=2)
        client = TestClient(app, client=("10.6.0.1", 1))
        body = {"tenant": TENANT, "login": "another.nobody", "password": "wrong"}
        assert [client.post("/v1/sign-in", json=body).status_code for _ in range(3)] == [401, 401, 429]
        app.state.engine.dispose()


class TestSearch:
    def test_sixty_in_a_minute_per_person(self, registry: House) -> None:
        by = headers_for(an_actor("province_officer", "IR-05"), lang="fa")
        seen = [registry.client.get("/v1/schools", params={"q": "x"}, headers=by) for _ in range(61)]
        assert [each.status_code for each in seen] == [200] * 60 + [429]
        assert refused_politely(seen[-1], "جست‌وجوها")
        plain = registry.client.get("/v1/schools", headers=by)
        other = registry.client.get("/v1/schools", params={"q": "x"}, headers=headers_for(YAZD))
        assert (plain.status_code, other.status_code) == (200, 200)

    def test_a_window_slides(self) -> None:
        now = [0.0]
        window = Window(2, 60, clock=lambda: now[0])
        assert [window.take("a"), window.take("a"), window.take("a"), window.take("b")] == [0, 0, 60, 0]
        now[0] = 59.0
        assert window.take("a") == 1.0
        now[0] = 60.0
        assert window.take("a") == 0

    def test_a_window_forgets_who_is_quiet(self) -> None:
        now = [0.0]
        window = Window(1, 60, clock=lambda: now[0])
        for n in range(KEPT + 1):
            window.take(str(n))
        now[0] = 61.0
        window.take("new")
        assert len(window._taken) == 1


class TestExports:
    def test_ten_in_an_hour_per_person(self, reporting: House) -> None:
        wanted, by = (
            {"territory": "IR-03", "codes": ["K-01"]},
            an_actor("province_officer", "IR-03", person_id=new_id()),
        )
        seen = [
            reporting.client.post("/v1/exports", json=wanted, headers=headers_for(by, lang="en")) for _ in range(11)
        ]
        assert [each.status_code for each in seen] == [202] * 10 + [429]
        assert refused_politely(seen[-1], "Only 10 exports")
        assert 3000 < int(seen[-1].headers["retry-after"]) <= 3600

    def test_nobody_else_waits_for_it(self, reporting: House) -> None:
        other = {"territory": "IR-21", "codes": ["K-01"]}
        assert reporting.client.post("/v1/exports", json=other, headers=headers_for(YAZD)).status_code == 202


def test_what_is_written_is_never_held_back(registry: House) -> None:
    """Only signing in, searching and exporting are counted; an office may enter a hundred schools in one go."""
    for n in range(80):
        body = {"territory_code": "IR-03", "names": {"fa": f"مدرسهٔ شماره {n}"}, "gender": "girls"}
        assert registry.client.post("/v1/schools", json=body, headers=headers_for(TABRIZ)).status_code == 201
