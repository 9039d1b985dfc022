"""Actors and tokens for tests."""

import json
import time
from functools import cache
from uuid import UUID

from joserfc.jwk import OKPKey

from shared.kernel.auth import Actor, Grant, issue_token
from shared.values.ids import derived_id, new_id

TENANT = "ir-seo"


@cache
def key_pair() -> tuple[str, str]:
    """A signing key for this test run: (private JWK, public JWKS)."""
    key = OKPKey.generate_key("Ed25519", parameters={"kid": "test", "use": "sig"})
    return json.dumps(key.as_dict(private=True)), json.dumps({"keys": [key.as_dict(private=False)]})


def an_actor(
    role: str = "hq_officer",
    province: str = "*",
    *,
    tenant: str = TENANT,
    person_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> Actor:
    """A person with one role; the same role and province give the same person."""
    return Actor(
        person_id=person_id or derived_id(tenant, "person", f"{role}@{province}"),
        tenant=tenant,
        roles=(Grant(role=role, province=province, organisation_id=organisation_id),),
        name="Test",
    )


HQ = an_actor("hq_officer", "*")
YAZD = an_actor("province_officer", "IR-21")
TABRIZ = an_actor("province_officer", "IR-03")


def token_for(actor: Actor, *, life_s: int = 600) -> str:
    """A valid token for an actor."""
    now = int(time.time())
    return issue_token(key_pair()[0], actor=actor, token_id=str(new_id()), issued_at=now, expires_at=now + life_s)


def headers_for(
    actor: Actor, *, version: int | None = None, key: str | None = None, lang: str = "en"
) -> dict[str, str]:
    """Request headers of an actor: token, a fresh idempotency key, the version meant, the language."""
    headers = {
        "authorization": f"Bearer {token_for(actor)}",
        "idempotency-key": key or str(new_id()),
        "accept-language": lang,
    }
    return headers | ({"if-match": f'"{version}"'} if version is not None else {})
