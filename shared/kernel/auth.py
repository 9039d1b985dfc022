"""Who acts: a signed token becomes an Actor; `require` is the lock at the door."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.kernel.problems import Unauthenticated

ALGORITHMS = ["Ed25519"]
ISSUER = "peyvand-registry"
AUDIENCE = ["registry", "reporting", "notifications"]
LEEWAY_S = 60
MAX_LIFE_S = 600
MAX_TOKEN_BYTES = 8192
PLATFORM = "operator"
"""Who runs the platform: their role opens no domain data, wherever it is held."""
MEMBERS = (
    "hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer", "principal",
    "secretariat_officer", "agency_manager", "agency_contact", "tenant_administrator",
)  # fmt: skip
"""Everybody who takes part in a programme."""


class TokenRefused(Unauthenticated):
    """Your sign-in has ended; sign in again."""


@dataclass(frozen=True)
class Grant:
    """A role in a place: `province` is '*' for the whole country; organisation and district narrow it."""

    role: str
    province: str
    organisation_id: UUID | None = None
    district: str | None = None


@dataclass(frozen=True)
class Actor:
    """The person or process on whose behalf something is done."""

    person_id: UUID | None
    tenant: str
    roles: tuple[Grant, ...]
    name: str = ""
    token_id: str = ""
    service: bool = False

    @property
    def national(self) -> bool:
        """Whether any role covers the whole country."""
        return any(grant.province == "*" and grant.role != PLATFORM for grant in self.roles)

    @property
    def province(self) -> str:
        """'*' for a national actor, else the one province all roles lie in ('' when there is none: nothing is seen)."""
        if self.national:
            return "*"
        return next((grant.province for grant in self.roles if grant.role != PLATFORM), "")

    def has(self, *roles: str) -> bool:
        """Whether the actor holds one of these roles anywhere."""
        return any(grant.role in roles for grant in self.roles)

    def only(self, *roles: str) -> "Actor":
        """The same person with none but these roles."""
        return replace(self, roles=tuple(grant for grant in self.roles if grant.role in roles))

    def organisations(self, *roles: str) -> set[UUID]:
        """Organisations in which the actor holds one of these roles."""
        return {g.organisation_id for g in self.roles if g.role in roles and g.organisation_id is not None}

    @property
    def principal(self) -> str:
        """Stable name of the actor for idempotency keys and audit."""
        return f"{self.tenant}/{self.person_id or self.name}"

    @property
    def wire(self) -> dict[str, str]:
        """What an event says of its actor: an id and a role, never a name."""
        role = self.roles[0].role if self.roles else "none"
        return (
            {"person_id": str(self.person_id), "role": role} if self.person_id else {"role": role, "process": self.name}
        )


def system_actor(tenant: str, name: str = "clock") -> Actor:
    """A process of the product itself acting within one tenant."""
    return Actor(person_id=None, tenant=tenant, roles=(Grant(role="system", province="*"),), name=name)


def issue_token(
    private_key: str,
    *,
    actor: Actor,
    token_id: str,
    issued_at: int,
    expires_at: int,
    audience: Iterable[str] = AUDIENCE,
) -> str:
    """Sign a token for an actor; times are epoch seconds of machine time."""
    key = OKPKey.import_key(json.loads(private_key))
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": list(audience),
        "sub": str(actor.person_id) if actor.person_id else actor.name,
        "jti": token_id,
        "iat": issued_at,
        "exp": expires_at,
        "tenant": actor.tenant,
        "name": actor.name,
        "service": actor.service,
        "roles": [_wire_grant(grant) for grant in actor.roles],
    }
    return jwt.encode({"alg": "Ed25519", "typ": "peyvand+jwt", "kid": key.kid}, claims, key, algorithms=ALGORITHMS)


def read_token(token: str, keys: dict[str, Any], *, audience: str, now: int) -> Actor:
    """The actor a token speaks for; raises TokenRefused for anything but a valid one of ours.

    One algorithm, our `typ`, all of iss, aud, sub, jti, iat and exp present, lifetime at most ten minutes (service
    tokens
    live as long as their exp says).
    """
    if len(token) > MAX_TOKEN_BYTES:
        raise TokenRefused
    try:
        decoded = _verified(token, json.dumps(keys))
        claims = decoded.claims
        if decoded.header.get("typ") != "peyvand+jwt" or set(decoded.header) - {"alg", "typ", "kid"}:
            raise TokenRefused
        jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            jti={"essential": True},
        ).validate(claims)
        if not claims.get("service") and claims["exp"] - claims["iat"] > MAX_LIFE_S:
            raise TokenRefused
        return _actor_of(claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TokenRefused from error


@lru_cache(maxsize=256)
def _verified(token: str, keys: str) -> jwt.Token:
    """A token whose signature is right; that stays so, while its times are looked at anew with each use."""
    return jwt.decode(token, KeySet.import_key_set(json.loads(keys)), algorithms=ALGORITHMS)


def _actor_of(claims: dict[str, Any]) -> Actor:
    service = bool(claims.get("service"))
    return Actor(
        person_id=None if service else UUID(claims["sub"]),
        tenant=str(claims["tenant"]),
        roles=tuple(_read_grant(each) for each in claims["roles"]),
        name=str(claims.get("name", "")),
        token_id=str(claims["jti"]),
        service=service,
    )


def _wire_grant(grant: Grant) -> dict[str, str]:
    wire = {"role": grant.role, "province": grant.province}
    if grant.organisation_id:
        wire["organisation_id"] = str(grant.organisation_id)
    if grant.district:
        wire["district"] = grant.district
    return wire


def _read_grant(wire: dict[str, str]) -> Grant:
    organisation = wire.get("organisation_id")
    return Grant(
        role=wire["role"],
        province=wire["province"],
        organisation_id=UUID(organisation) if organisation else None,
        district=wire.get("district"),
    )
