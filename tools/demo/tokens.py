"""The demo's signing key and the long-lived tokens with which its services read each other's feeds."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from joserfc.jwk import OKPKey

from shared.kernel.auth import Actor, Grant, issue_token
from tools.demo.state import State

LIFE = timedelta(days=365)


@dataclass(frozen=True)
class Keys:
    """One Ed25519 key pair as the settings take it: a private JWK and a public JWK set, both JSON."""

    private: str
    public: str


def keys_of(state: State, *, prefix: str = "demo") -> Keys:
    """The key pair of this state folder, made at the first start; `prefix` begins its name (kid)."""
    known = state.read("keys.json")
    if not known:
        key = OKPKey.generate_key("Ed25519", {"kid": f"{prefix}-{uuid.uuid4().hex[:8]}", "use": "sig"}, private=True)
        known = {"private": key.as_dict(private=True), "public": {"keys": [key.as_dict(private=False)]}}
        state.write("keys.json", known)
    return Keys(json.dumps(known["private"]), json.dumps(known["public"]))


def service_token(keys: Keys, *, name: str, scopes: Sequence[str], issued_at: int, tenant: str = "*") -> str:
    """A token for a process. `issued_at`: epoch seconds of machine time; it lives for a year."""
    actor = Actor(
        person_id=None,
        tenant=tenant,
        roles=tuple(Grant(role=scope, province="*") for scope in scopes),
        name=name,
        service=True,
    )
    ends = issued_at + int(LIFE.total_seconds())
    return issue_token(keys.private, actor=actor, token_id=str(uuid.uuid4()), issued_at=issued_at, expires_at=ends)
