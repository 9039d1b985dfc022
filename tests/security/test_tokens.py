"""Hostile tokens: none opens a door, none makes the service stumble."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

from shared.kernel.auth import AUDIENCE, ISSUER, Actor, Grant
from shared.values.ids import new_id
from tests.security.conftest import House
from tests.security.routes import SERVICES
from tests.support.actors import HQ, TENANT, key_pair, token_for

Claims = dict[str, Any]
DAY_S = 86_400


@cache
def signing_key() -> Any:
    """The key the service trusts."""
    return OKPKey.import_key(json.loads(key_pair()[0]))


@cache
def other_key() -> Any:
    """A key of the same kind, and with the same name, that nobody trusts."""
    return OKPKey.generate_key("Ed25519", {"kid": "test", "use": "sig"}, private=True)


def b64(data: bytes | dict[str, Any]) -> str:
    """One part of a token."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changes: Any) -> Claims:
    """What a good token says; None leaves a claim out."""
    now = int(time.time())
    good: Claims = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": str(HQ.person_id), "jti": str(new_id()), "iat": now, "exp": now + 600,
        "tenant": TENANT, "name": "Test", "service": False, "roles": [{"role": "hq_officer", "province": "*"}],
    }  # fmt: skip
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(said: Claims | None = None, key: Any = None, **header: Any) -> str:
    """A token with a signature that is right for its key; the header may say anything."""
    head = {"alg": "Ed25519", "typ": "peyvand+jwt", "kid": "test"} | header
    body = f"{b64(head)}.{b64(claims() if said is None else said)}"
    raw = (key or signing_key()).raw_value.sign(body.encode())
    return f"{body}.{b64(raw)}"


def unsigned(alg: str) -> str:
    """A token that says it needs no signature."""
    return f"{b64({'alg': alg, 'typ': 'peyvand+jwt', 'kid': 'test'})}.{b64(claims())}."


def confused() -> str:
    """HMAC with the public key as the secret."""
    body = f"{b64({'alg': 'HS256', 'typ': 'peyvand+jwt', 'kid': 'test'})}.{b64(claims())}"
    secret = base64.urlsafe_b64decode(json.loads(key_pair()[1])["keys"][0]["x"] + "=")
    return f"{body}.{b64(hmac.new(secret, body.encode(), sha256).digest())}"


def doubled() -> str:
    """A body that names its issuer and its expiry twice."""
    text = json.dumps(claims())
    twice = text[:-1] + ', "exp": 1, "iss": "somebody", "sub": "x"}'
    head = b64({"alg": "Ed25519", "typ": "peyvand+jwt", "kid": "test"})
    body = f"{head}.{b64(twice.encode())}"
    return f"{body}.{b64(signing_key().raw_value.sign(body.encode()))}"


def other_algorithm(alg: str) -> str:
    """An RSA signature of somebody's own key."""
    key = RSAKey.generate_key(2048, {"kid": "test"}, private=True)
    return jwt.encode({"alg": alg, "typ": "peyvand+jwt", "kid": "test"}, claims(), key, algorithms=[alg])


def of_a_process() -> str:
    """A good token of a process: it reads feeds and opens no door of people."""
    reader = Actor(None, TENANT, (Grant("hq_officer", "*"), Grant("feed:read:x", "*")), "reader", service=True)
    return token_for(reader)


def ago(seconds: int) -> int:
    """Epoch seconds of the past; negative seconds lie ahead."""
    return int(time.time()) - seconds


HOSTILE: dict[str, Callable[[], str]] = {
    **{f"alg {alg}": (lambda alg=alg: unsigned(alg)) for alg in ("none", "None", "NONE", "nOnE", "NoNe", "nonE")},
    "hmac with the public key": confused,
    "rsa of another": lambda: other_algorithm("RS256"),
    "alg missing": lambda: f"{b64({'typ': 'peyvand+jwt'})}.{b64(claims())}.{b64(b'x' * 64)}",
    "embedded jwk": lambda: signed(key=other_key(), jwk=other_key().as_dict(private=False)),
    "jku": lambda: signed(key=other_key(), jku="https://example.org/keys.json"),
    "x5u": lambda: signed(key=other_key(), x5u="https://example.org/cert.pem"),
    "own key but jku named": lambda: signed(jku="https://example.org/keys.json"),
    "kid of a file": lambda: signed(key=other_key(), kid="../../../../dev/null"),
    "kid of a query": lambda: signed(key=other_key(), kid="x' UNION SELECT 'key"),
    "kid unknown": lambda: signed(kid="someone-else"),
    "kid a number": lambda: signed(kid=7),
    "crit": lambda: signed(crit=["exp"]),
    "crit unknown": lambda: signed(crit=["b64"], b64=False),
    "typ JWT": lambda: signed(typ="JWT"),
    "typ at+jwt": lambda: signed(typ="at+jwt"),
    "compressed": lambda: signed(zip="DEF"),
    "another key": lambda: signed(key=other_key()),
    "expired": lambda: signed(claims(iat=ago(1200), exp=ago(600))),
    "no exp": lambda: signed(claims(exp=None)),
    "exp too far": lambda: signed(claims(exp=ago(-DAY_S))),
    "exp a text": lambda: signed(claims(exp="tomorrow")),
    "exp infinite": lambda: signed(claims(exp=float("inf"))),
    "nbf ahead": lambda: signed(claims(nbf=ago(-3600))),
    "iat ahead": lambda: signed(claims(iat=ago(-3600), exp=ago(-3900))),
    "no iat": lambda: signed(claims(iat=None)),
    "wrong aud": lambda: signed(claims(aud=["elsewhere"])),
    "no aud": lambda: signed(claims(aud=None)),
    "wrong iss": lambda: signed(claims(iss="somebody")),
    "no iss": lambda: signed(claims(iss=None)),
    "no sub": lambda: signed(claims(sub=None)),
    "sub no id": lambda: signed(claims(sub="1 OR 1=1")),
    "no jti": lambda: signed(claims(jti=None)),
    "no roles": lambda: signed(claims(roles=None)),
    "roles a text": lambda: signed(claims(roles="hq_officer")),
    "no tenant": lambda: signed(claims(tenant=None)),
    "claims doubled": doubled,
    "of a process": of_a_process,
    "signature stripped": lambda: signed().rpartition(".")[0] + ".",
    "signature of zeros": lambda: signed().rpartition(".")[0] + "." + b64(bytes(64)),
    "signature of another token": lambda: signed().rpartition(".")[0] + "." + signed().rpartition(".")[2],
    "body changed": lambda: ".".join([signed().split(".")[0], b64(claims(tenant="other")), signed().split(".")[2]]),
    "two parts": lambda: "a.b",
    "five parts": lambda: "a.b.c.d.e",
    "no base64": lambda: "@@@.@@@.@@@",
    "body no object": lambda: (
        f"{b64({'alg': 'Ed25519', 'typ': 'peyvand+jwt', 'kid': 'test'})}.{b64(b'[]')}.{b64(bytes(64))}"
    ),
    "header nested deep": lambda: f"{b64(b'[' * 3000)}.{b64(claims())}.{b64(bytes(64))}",
    "one megabyte": lambda: "a" * 1_000_000 + ".b.c",
    "name of one megabyte": lambda: signed(claims(name="x" * 1_000_000)),
}
DOORS = {"registry": "/v1/schools", "reporting": "/v1/kpis", "notifications": "/v1/deliveries"}


def answer_to(house: House, token: str) -> tuple[int, str]:
    """Status and problem type of a request with a token."""
    seen = house.client.get(DOORS[house.service], headers={"authorization": f"Bearer {token}"})
    return seen.status_code, seen.json().get("type", "").rpartition("/")[2]


class TestTokens:
    def test_a_good_one_made_the_same_way_is_let_in(self, houses: dict[str, House]) -> None:
        assert [answer_to(houses[service], signed())[0] for service in SERVICES] == [200, 200, 200]

    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_hostile_one_is_refused(self, name: str, houses: dict[str, House]) -> None:
        token = HOSTILE[name]()
        for service in SERVICES:
            assert answer_to(houses[service], token) == (401, "token_refused")

    def test_a_cookie_is_read_as_strictly(self, houses: dict[str, House]) -> None:
        client = houses["registry"].client
        for token in (unsigned("none"), signed(key=other_key())):
            seen = client.get("/v1/schools", headers={"cookie": f"peyvand_session={token}"})
            assert seen.status_code == 401

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic dXNlcjpwYXNz", "bearer\tx", "Token x"])
    def test_other_schemes_are_no_sign_in(self, header: str, houses: dict[str, House]) -> None:
        assert houses["registry"].client.get("/v1/schools", headers={"authorization": header}).status_code == 401

    def test_a_token_of_another_tenant_sees_nothing(self, houses: dict[str, House]) -> None:
        foreign = signed(claims(tenant="merat"))
        for service, path in (("registry", "/v1/pairings"), ("notifications", "/v1/deliveries")):
            seen = houses[service].client.get(path, headers={"authorization": f"Bearer {foreign}"})
            assert (seen.status_code, seen.json()["items"]) == (200, [])

    def test_a_reader_that_trusts_any_key_would_be_seen(self) -> None:
        decoded = jwt.decode(signed(key=other_key()), other_key(), algorithms=["Ed25519"])
        assert decoded.claims["iss"] == ISSUER
