"""Tokens that were good once, or are good elsewhere; and the table of what the suite tries."""

import json
from collections.abc import Iterator

import pytest
from joserfc.jwk import OKPKey
from starlette.testclient import TestClient

from services.registry.register.accounts.bootstrap import bootstrap_account
from shared.kernel.tenancy import enter
from tests.conftest import NOW
from tests.security.conftest import House, app_on, open_house
from tests.security.routes import SERVICES
from tests.security.test_tokens import DOORS, HOSTILE, answer_to, b64, claims, signed, signing_key
from tests.support.actors import TENANT

SECRET = "a short sentence is good"
PLAN = {
    "none in six spellings": ("alg none", "alg None", "alg NONE", "alg nOnE", "alg NoNe", "alg nonE"),
    "another algorithm": ("hmac with the public key", "rsa of another", "alg missing"),
    "a key that comes along": ("embedded jwk", "jku", "x5u", "own key but jku named"),
    "a key that is pointed at": ("kid of a file", "kid of a query", "kid unknown", "kid a number"),
    "critical headers": ("crit", "crit unknown"),
    "another kind": ("typ JWT", "typ at+jwt", "compressed"),
    "times": ("expired", "no exp", "exp too far", "exp a text", "exp infinite", "nbf ahead", "iat ahead", "no iat"),
    "addressee and issuer": ("wrong aud", "no aud", "wrong iss", "no iss", "no sub", "sub no id", "no jti"),
    "claims": ("no roles", "roles a text", "no tenant", "claims doubled", "of a process"),
    "signatures": (
        "signature stripped",
        "signature of zeros",
        "signature of another token",
        "body changed",
        "another key",
    ),
    "shapes": ("two parts", "five parts", "no base64", "body no object", "header nested deep"),
    "sizes": ("one megabyte", "name of one megabyte"),
}
"""What the security plan asks for (5.4), by the names the suite gives its cases."""


def test_the_suite_tries_everything_the_plan_asks_for() -> None:
    tried = [name for names in PLAN.values() for name in names]
    assert sorted(tried) == sorted(HOSTILE)
    assert len(HOSTILE) + len(ENDED) >= 50
    for kind, names in PLAN.items():
        print(f"{kind:<28} {len(names):>2}  {', '.join(names)}")


ENDED = ("another service's", "rotated key", "renewed after sign-out", "revoked jti", "disabled account", "lost role")


def test_another_services_token_is_refused(houses: dict[str, House]) -> None:
    for wanted in SERVICES:
        token = signed(claims(aud=[wanted]))
        for service in SERVICES:
            expected = (200, "") if service == wanted else (401, "token_refused")
            assert answer_to(houses[service], token) == expected, (wanted, service)


class TestRotation:
    """A key is added, then signs, then the old one is taken away: no sign-in is lost before that."""

    @staticmethod
    def ask(house: House, keys: list[dict[str, object]], token: str) -> int:
        """The answer of the service with other public keys."""
        app = app_on(house.database, house.service, token_public_keys=json.dumps({"keys": keys}))
        with TestClient(app) as client:
            status = client.get(DOORS[house.service], headers={"authorization": f"Bearer {token}"}).status_code
        app.state.engine.dispose()
        return status

    def test_a_rotated_key_opens_nothing(self, houses: dict[str, House]) -> None:
        house = houses["registry"]
        new = OKPKey.generate_key("Ed25519", {"kid": "newer", "use": "sig"}, private=True)
        old_public, new_public = signing_key().as_dict(private=False), new.as_dict(private=False)
        old_token, new_token = signed(), signed(key=new, kid="newer")
        assert self.ask(house, [old_public], old_token) == 200
        assert [self.ask(house, [old_public, new_public], each) for each in (old_token, new_token)] == [200, 200]
        assert [self.ask(house, [new_public], each) for each in (old_token, new_token)] == [401, 200]

    def test_a_new_key_under_the_old_name_opens_nothing_for_old_tokens(self, houses: dict[str, House]) -> None:
        other = OKPKey.generate_key("Ed25519", {"kid": "test", "use": "sig"}, private=True)
        assert self.ask(houses["registry"], [other.as_dict(private=False)], signed()) == 401


class TestRevocation:
    """Registry looks at the session of every token, so what has ended has ended at once."""

    @pytest.fixture(scope="class")
    def house(self) -> Iterator[House]:
        """A registry that checks sessions, with one officer."""
        with open_house("registry", "_revoke") as made:
            app = app_on(made.database, "registry", check_sessions=True)
            with app.state.sessions.begin() as session:
                bootstrap_account(
                    session, tenant=TENANT, login="revoked.officer", password=SECRET, name="x", now=NOW,
                    roles=[("province_officer", "IR-03")],
                )  # fmt: skip
            with TestClient(app, raise_server_exceptions=False) as client:
                yield House("registry", made.database, app, client, made.things, made.document)
            app.state.engine.dispose()

    @staticmethod
    def token(house: House) -> str:
        """A fresh sign-in's."""
        body = {"tenant": TENANT, "login": "revoked.officer", "password": SECRET}
        return str(house.client.post("/v1/sign-in", json=body).json()["token"])

    def test_a_signed_out_token_is_refused_and_not_renewed(self, house: House) -> None:
        token = self.token(house)
        bearer = {"authorization": f"Bearer {token}"}
        house.client.cookies.clear()
        assert house.client.get("/v1/schools", headers=bearer).status_code == 200
        assert house.client.post("/v1/sign-out", headers=bearer).status_code == 204
        assert house.client.get("/v1/schools", headers=bearer).status_code == 401
        assert house.client.post("/v1/session/renew", headers=bearer).status_code == 401

    def test_a_well_signed_token_of_no_session_is_refused(self, house: House) -> None:
        assert answer_to(house, signed()) == (401, "session_ended")

    def test_a_disabled_account_and_a_lost_role_are_obeyed_at_the_next_request(self, house: House) -> None:
        token = self.token(house)
        house.client.cookies.clear()
        bearer = {"authorization": f"Bearer {token}"}
        with house.app.state.sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            session.connection().exec_driver_sql(
                "UPDATE role_assignments SET to_on = '2020-01-01' WHERE province = 'IR-03'"
            )
        assert house.client.post("/v1/schools", json={}, headers=bearer).status_code == 403
        with house.app.state.sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            session.connection().exec_driver_sql(
                "UPDATE accounts SET state = 'disabled' WHERE login = 'revoked.officer'"
            )
        assert house.client.get("/v1/me", headers=bearer).status_code == 401

    def test_a_token_whose_person_was_changed_is_refused(self, house: House) -> None:
        head, body, signature = self.forged_parts()
        assert answer_to(house, f"{head}.{body}.{signature}")[0] == 401

    @staticmethod
    def forged_parts() -> tuple[str, str, str]:
        """A good signature over another body."""
        head, _, signature = signed().split(".")
        return head, b64(claims(sub="0190f0f0-0000-7000-8000-000000000001")), signature
