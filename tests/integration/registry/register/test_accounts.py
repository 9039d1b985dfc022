"""Accounts: signing in, being refused, and obeying a demotion at once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.registry.programme.programmes.load import load_programmes
from services.registry.register.accounts import commands
from services.registry.register.accounts.bootstrap import bootstrap_account
from services.registry.register.accounts.models import Account, AccountSession, SignInAttempt
from services.registry.register.accounts.queries import SessionEnded, check_actor
from services.registry.register.accounts.rules import may_open_account
from services.registry.register.people.queries import PersonNotFound
from services.registry.register.territories.load import load_territories
from shared.kernel.problems import Refused
from shared.kernel.tenancy import enter
from shared.values.ids import new_id
from tests.conftest import NOW
from tests.support.actors import HQ, TENANT, YAZD

SECRET = "a short sentence is good"


@pytest.fixture
def api(registry_app: FastAPI, registry_api: TestClient) -> Iterator[TestClient]:
    """Registry with session checks on, and two accounts."""
    registry_app.state.check_actor = check_actor
    with registry_app.state.sessions.begin() as session:
        load_programmes(session, now=NOW)
        load_territories(session, now=NOW)
        for login, name, roles in (
            ("hq@example.org", "ستاد", [("hq_officer", "*")]),
            ("yazd@example.org", "یزد", [("province_officer", "IR-21")]),
        ):
            bootstrap_account(session, tenant=TENANT, login=login, password=SECRET, name=name, roles=roles, now=NOW)
    yield registry_api
    registry_app.state.check_actor = None


@pytest.fixture
def session(registry_session: Session) -> Session:
    """A session with one national and one provincial account."""
    load_programmes(registry_session, now=NOW)
    load_territories(registry_session, now=NOW)
    for login, roles in (("hq@example.org", [("hq_officer", "*")]), ("yazd", [("province_officer", "IR-21")])):
        bootstrap_account(registry_session, tenant=TENANT, login=login, password=SECRET, name="x", roles=roles, now=NOW)
    return registry_session


def sign_in(api: TestClient, login: str = "hq@example.org", password: str = SECRET, lang: str = "en") -> Response:
    """Try to sign in."""
    body = {"tenant": TENANT, "login": login, "password": password}
    return api.post("/v1/sign-in", json=body, headers={"accept-language": lang})


def me(api: TestClient, token: str) -> Response:
    """Ask who the token speaks for."""
    api.cookies.clear()
    return api.get("/v1/me", headers={"authorization": f"Bearer {token}"})


class TestSignIn:
    """Login and password become a token with roles."""

    def test_gives_a_token_of_ten_minutes_and_a_strict_cookie(self, api: TestClient) -> None:
        answer = sign_in(api, " HQ@example.org ")
        assert answer.status_code == 200, answer.text
        assert answer.json()["roles"] == [
            {"role": "hq_officer", "province": "*", "organisation_id": None, "district": None}
        ]
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie and cookie.startswith("peyvand_session=")
        assert me(api, answer.json()["token"]).json()["name"] == "ستاد"

    def test_says_the_same_to_a_wrong_password_and_to_nobody(self, api: TestClient) -> None:
        wrong, nobody = sign_in(api, password="not the password"), sign_in(api, login="nobody@example.org")
        assert (wrong.status_code, nobody.status_code) == (401, 401)
        assert {**wrong.json(), "trace": ""} == {**nobody.json(), "trace": ""}
        assert sign_in(api, password="still wrong", lang="fa").json()["title"] == "نام کاربری یا گذرواژه درست نیست."

    def test_refuses_malformed_logins_without_failing(self, api: TestClient) -> None:
        assert sign_in(api, login="a\u0000b").status_code == 422
        assert sign_in(api, login="' OR 1=1 --").status_code == 401

    def test_looks_at_five_tries_of_an_account_and_not_at_a_sixth(self, api: TestClient) -> None:
        statuses = [sign_in(api, password="not the password").status_code for _ in range(6)]
        assert statuses == [401] * 5 + [429]
        assert sign_in(api).status_code == 429
        assert sign_in(api, login="yazd@example.org").status_code == 200

    def test_looks_at_twenty_tries_of_an_address(self, api: TestClient) -> None:
        statuses = [sign_in(api, login=f"nobody{n}").status_code for n in range(21)]
        assert statuses == [401] * 20 + [429]


class TestStrangersCannotLockOut:
    """Failures from elsewhere do not count where the owner signed in before."""

    def test_the_owners_address_stays_open(self, session: Session) -> None:
        signer = _signer()
        order: dict[str, Any] = {"tenant": TENANT, "login": "yazd", "signer": signer, "now": NOW}
        assert isinstance(commands.sign_in(session, password=SECRET, address="10.0.0.1", **order), commands.SignedIn)
        for _ in range(6):
            commands.sign_in(session, password="guess", address="10.9.9.9", **order)
        assert isinstance(
            commands.sign_in(session, password=SECRET, address="10.7.7.7", **order), commands.TooManyAttempts
        )
        assert isinstance(commands.sign_in(session, password=SECRET, address="10.0.0.1", **order), commands.SignedIn)

    def test_attempts_are_forgotten_after_a_quarter_of_an_hour(self, session: Session) -> None:
        order: dict[str, Any] = {
            "tenant": TENANT,
            "login": "yazd",
            "signer": _signer(),
            "now": NOW,
            "address": "10.0.0.1",
        }
        for _ in range(5):
            commands.sign_in(session, password="guess", **order)
        session.execute(update(SignInAttempt).values(at=SignInAttempt.at - timedelta(minutes=16)))
        assert isinstance(commands.sign_in(session, password=SECRET, **order), commands.SignedIn)


class TestSession:
    """Every request looks at the session row."""

    def test_ends_with_sign_out(self, api: TestClient) -> None:
        token = sign_in(api).json()["token"]
        assert api.post("/v1/sign-out", headers={"authorization": f"Bearer {token}"}).status_code == 204
        assert me(api, token).status_code == 401

    def test_ends_when_the_account_is_disabled(self, api: TestClient, registry_app: FastAPI) -> None:
        token = sign_in(api, login="yazd@example.org").json()["token"]
        officer = sign_in(api).json()["token"]
        with registry_app.state.sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            account = session.scalars(select(Account).where(Account.login_key == "yazd@example.org")).one()
        headers = {"authorization": f"Bearer {officer}", "idempotency-key": str(new_id()), "if-match": '"1"'}
        assert api.post(f"/v1/accounts/{account.id}/disable", json={}, headers=headers).status_code == 200
        assert me(api, token).status_code == 401
        assert sign_in(api, login="yazd@example.org").status_code == 401

    def test_renews_with_the_roles_of_now(self, api: TestClient) -> None:
        token = sign_in(api).json()["token"]
        api.cookies.clear()
        renewed = api.post("/v1/session/renew", headers={"authorization": f"Bearer {token}"})
        assert renewed.status_code == 200
        assert me(api, renewed.json()["token"]).status_code == 200

    def test_is_not_renewed_after_an_idle_hour(self, session: Session) -> None:
        order: dict[str, Any] = {
            "tenant": TENANT,
            "login": "yazd",
            "signer": _signer(),
            "now": NOW,
            "address": "10.0.0.1",
        }
        signed = commands.sign_in(session, password=SECRET, **order)
        assert isinstance(signed, commands.SignedIn)
        session.execute(update(AccountSession).values(renewed_at=AccountSession.renewed_at - timedelta(minutes=61)))
        session.expire_all()
        with pytest.raises(SessionEnded):
            commands.renew_session(session, token=signed.token, signer=_signer(), now=NOW)


class TestCreateAccount:
    """Who sets a password could act as the person."""

    def test_a_province_cannot_take_over_a_national_person(self, session: Session) -> None:
        national = session.scalars(select(Account).where(Account.login_key == "hq@example.org")).one()
        with pytest.raises(PersonNotFound):
            commands.create_account(
                session, person_id=national.person_id, login="mine", password=SECRET, by=YAZD, now=NOW
            )
        assert may_open_account("IR-21", "IR-21", ["IR-21"]) == []
        assert may_open_account("IR-21", "IR-21", ["*"]) != []

    def test_a_login_and_a_person_have_one_account(self, session: Session) -> None:
        yazd = session.scalars(select(Account).where(Account.login_key == "yazd")).one()
        with pytest.raises(commands.LoginTaken):
            commands.create_account(session, person_id=yazd.person_id, login="YAZD", password=SECRET, by=HQ, now=NOW)
        with pytest.raises(commands.PersonHasAccount):
            commands.create_account(session, person_id=yazd.person_id, login="other", password=SECRET, by=HQ, now=NOW)

    def test_a_short_password_is_refused_with_words(self, session: Session) -> None:
        yazd = session.scalars(select(Account).where(Account.login_key == "yazd")).one()
        with pytest.raises(Refused) as refused:
            commands.create_account(session, person_id=yazd.person_id, login="!", password="x", by=HQ, now=NOW)
        assert [each.code for each in refused.value.refusals] == ["login_malformed", "password_length"]


class TestEraseAccount:
    """Who is erased as a person leaves no login behind."""

    @pytest.mark.invariant("I-51")
    def test_nothing_personal_stays_and_nobody_signs_in(self, session: Session) -> None:
        account = session.scalars(select(Account).where(Account.login_key == "hq@example.org")).one()
        for _ in range(2):
            commands.erase_account(session, tenant=TENANT, person_id=account.person_id, now=NOW)
        assert (account.name, account.password_hash, account.state) == ("", "", "erased")
        assert "example.org" not in account.login + account.login_key
        refused = commands.sign_in(
            session, tenant=TENANT, login=account.login, password="", address="::1", signer=_signer(), now=NOW
        )
        assert isinstance(refused, commands.SignInFailed)


class TestChangePassword:
    """Only with the old one; other sessions end."""

    def test_needs_the_old_password(self, api: TestClient) -> None:
        token, other = sign_in(api).json()["token"], sign_in(api).json()["token"]
        api.cookies.clear()

        def change(old: str) -> int:
            headers = {"authorization": f"Bearer {token}", "idempotency-key": str(new_id())}
            body = {"old_password": old, "new_password": "another good sentence"}
            return int(api.post("/v1/accounts/change-password", json=body, headers=headers).status_code)

        assert change("wrong") == 401
        assert change(SECRET) == 204
        assert (me(api, token).status_code, me(api, other).status_code) == (200, 401)
        assert sign_in(api).status_code == 401
        assert sign_in(api, password="another good sentence").status_code == 200


def _signer() -> commands.Signer:
    import json

    from tests.support.actors import key_pair

    private, public = key_pair()
    return commands.Signer(private, json.loads(public))
