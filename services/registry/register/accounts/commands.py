"""Verbs of accounts: open, disable, enable, change the password, sign in, renew, sign out."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.registry.register.accounts import queries
from services.registry.register.accounts.lifecycle import ACCOUNT, Action, State
from services.registry.register.accounts.models import Account, AccountSession, SignInAttempt
from services.registry.register.accounts.passwords import hash_password, matches
from services.registry.register.accounts.rules import (
    SESSION_LIFE,
    TOKEN_LIFE,
    Patience,
    login_key,
    may_have_login,
    may_have_password,
    may_open_account,
    may_try,
)
from services.registry.register.people import queries as people
from shared.kernel.auth import Actor, issue_token, read_token
from shared.kernel.clock import machine_now
from shared.kernel.problems import Conflict, Problem, TooMany, Unauthenticated, expect, refuse
from shared.kernel.tenancy import enter
from shared.values.ids import new_id

IDLE_LIFE = timedelta(hours=1)
USUAL = Patience()


class LoginTaken(Conflict):
    """This login belongs to somebody else."""


class PersonHasAccount(Conflict):
    """This person has an account already."""


class SignInFailed(Unauthenticated):
    """Login or password is not right."""


class TooManyAttempts(TooMany):
    """Too many attempts; try again in a quarter of an hour."""


@dataclass(frozen=True)
class Signer:
    """What tokens are signed and read with: the private key (JWK) and the public keys (JWKS)."""

    private_key: str
    public_keys: dict[str, object]


@dataclass(frozen=True)
class SignedIn:
    """A fresh token and whom it speaks for."""

    token: str
    expires_at: datetime
    actor: Actor


def create_account(
    session: Session,
    *,
    person_id: UUID,
    login: str,
    password: str,
    name: str | None = None,
    account_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Account:
    """Open an account for a person within the actor's reach; 409 when login or person has one already."""
    person = people.get_person(session, person_id, by=by)
    if account_id is not None and (known := session.get(Account, account_id)) is not None:
        return queries.get_account(session, known.id, by=by)
    grants = queries.grants_of(session, tenant=by.tenant, person_id=person_id, on=now.date())
    refuse(
        may_open_account(by.province, person.province, [grant.province for grant in grants])
        + may_have_login(login)
        + may_have_password(password, login)
    )
    if queries.find_account(session, tenant=by.tenant, login=login) is not None:
        raise LoginTaken
    if queries.find_account_of(session, tenant=by.tenant, person_id=person_id) is not None:
        raise PersonHasAccount
    place = {"tenant": by.tenant, "province": person.province, "territory": person.territory}
    account = Account(
        id=account_id or new_id(),
        **place,
        login=login.strip(),
        login_key=login_key(login),
        password_hash=hash_password(password),
        person_id=person_id,
        name=name or "",
        state=ACCOUNT.start(Action.CREATE),
        password_changed_at=machine_now(session),
    )
    session.add(account)
    session.flush()
    return account


def disable_account(session: Session, *, account_id: UUID, expected: int | None, by: Actor, now: datetime) -> Account:
    """Let nobody sign in with it any more, and end its sessions."""
    account = _managed(session, account_id, expected=expected, by=by, now=now)
    account.become(Action.DISABLE)
    _end_sessions(session, account)
    session.flush()
    return account


def enable_account(session: Session, *, account_id: UUID, expected: int | None, by: Actor, now: datetime) -> Account:
    """Let its person sign in again."""
    account = _managed(session, account_id, expected=expected, by=by, now=now)
    account.become(Action.ENABLE)
    session.flush()
    return account


def erase_account(session: Session, *, tenant: str, person_id: UUID, now: datetime) -> None:
    """Erase the login and name of a person who was erased, and end the sessions (I-51); nothing happens twice."""
    account = queries.find_account_of(session, tenant=tenant, person_id=person_id)
    if account is None or account.state == State.ERASED:
        return
    account.become(Action.ERASE)
    account.login = account.login_key = f"erased {account.id}"
    account.name = account.password_hash = ""
    _end_sessions(session, account)
    session.flush()


def change_password(
    session: Session,
    *,
    old_password: str,
    new_password: str,
    address: str,
    patience: Patience = USUAL,
    by: Actor,
    now: datetime,
) -> Problem | None:
    """Change one's own password, end the other sessions; a problem is answered, not raised, so that the try counts."""
    enter(session, tenant=by.tenant, province="*")
    account = queries.find_account_of(session, tenant=by.tenant, person_id=by.person_id) if by.person_id else None
    if account is None:
        raise queries.AccountNotFound
    refuse(may_have_password(new_password, account.login))
    tried = {"login": account.login, "tenant": by.tenant, "password": old_password, "address": address}
    problem = _try(session, account=account, **tried, patience=patience)
    if problem is not None:
        return problem
    account.become(Action.CHANGE_PASSWORD)
    account.password_hash = hash_password(new_password)
    account.password_changed_at = machine_now(session)
    _end_sessions(session, account, but=by.token_id)
    session.flush()
    return None


def sign_in(
    session: Session,
    *,
    tenant: str,
    login: str,
    password: str,
    address: str,
    patience: Patience = USUAL,
    signer: Signer,
    now: datetime,
) -> SignedIn | Problem:
    """Sign a person in; a failure is answered, not raised, so that the attempt is counted with the transaction."""
    enter(session, tenant=tenant if tenant.isprintable() else "", province="*")
    account = None if may_have_login(login) else queries.find_account(session, tenant=tenant, login=login)
    tried = {"login": login, "tenant": tenant, "password": password, "address": address}
    problem = _try(session, account=account, **tried, patience=patience)
    if problem is not None or account is None:
        return problem or SignInFailed()
    moment = machine_now(session)
    row = AccountSession(
        id=new_id(),
        tenant=tenant,
        province=account.province,
        territory=account.territory,
        account_id=account.id,
        person_id=account.person_id,
        began_at=moment,
        renewed_at=moment,
        ends_at=moment + SESSION_LIFE,
    )
    session.add(row)
    session.flush()
    return _signed(session, row, account=account, signer=signer, now=now)


def renew_session(session: Session, *, token: str, signer: Signer, now: datetime) -> SignedIn:
    """A fresh token with the roles of today; the old one may have run out up to an hour ago, the session may not."""
    old = read_token(token, dict(signer.public_keys), audience="registry", now=_issued_at(token))
    enter(session, tenant=old.tenant, province="*")
    row = queries.find_session(session, tenant=old.tenant, token_id=old.token_id)
    moment = machine_now(session)
    if row is None or moment - row.renewed_at > IDLE_LIFE:
        raise queries.SessionEnded
    row.renewed_at = moment
    account = session.get_one(Account, row.account_id)
    session.flush()
    return _signed(session, row, account=account, signer=signer, now=now)


def sign_out(session: Session, *, by: Actor, now: datetime) -> None:
    """End the session this actor's token belongs to."""
    enter(session, tenant=by.tenant, province="*")
    row = queries.find_session(session, tenant=by.tenant, token_id=by.token_id)
    if row is not None:
        row.revoked_at = machine_now(session)
        session.flush()


def _managed(session: Session, account_id: UUID, *, expected: int | None, by: Actor, now: datetime) -> Account:
    account = queries.get_account(session, account_id, by=by)
    expect(account, expected)
    grants = queries.grants_of(session, tenant=by.tenant, person_id=account.person_id, on=now.date())
    refuse(may_open_account(by.province, account.province, [grant.province for grant in grants]))
    return account


def _try(
    session: Session,
    *,
    account: Account | None,
    login: str,
    tenant: str,
    password: str,
    address: str,
    patience: Patience,
) -> Problem | None:
    key = queries.attempt_key(tenant, login)
    if may_try(queries.count_attempts(session, account_key=key, address=address), patience):
        return TooManyAttempts()
    good = matches(password, account.password_hash if account else None)
    good = good and account is not None and account.state == State.ACTIVE
    session.add(SignInAttempt(id=new_id(), account_key=key, address=address, succeeded=good))
    session.flush()
    return None if good else SignInFailed()


def _signed(session: Session, row: AccountSession, *, account: Account, signer: Signer, now: datetime) -> SignedIn:
    grants = queries.grants_of(session, tenant=row.tenant, person_id=row.person_id, on=now.date())
    moment = machine_now(session)
    expires = min(moment + TOKEN_LIFE, row.ends_at)
    actor = Actor(person_id=row.person_id, tenant=row.tenant, roles=grants, name=account.name, token_id=str(row.id))
    token = issue_token(
        signer.private_key,
        actor=actor,
        token_id=str(row.id),
        issued_at=int(moment.timestamp()),
        expires_at=int(expires.timestamp()),
    )
    return SignedIn(token=token, expires_at=expires, actor=actor)


def _issued_at(token: str) -> int:
    """What the token says of its own beginning; believed only together with its signature."""
    try:
        body = token.split(".")[1]
        return int(json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))["iat"])
    except (IndexError, ValueError, KeyError, TypeError):
        return 0


def _end_sessions(session: Session, account: Account, *, but: str = "") -> None:
    open_ones = update(AccountSession).where(
        AccountSession.account_id == account.id, AccountSession.revoked_at.is_(None)
    )
    if but:
        open_ones = open_ones.where(AccountSession.id != UUID(but))
    session.execute(open_ones.values(revoked_at=machine_now(session)), execution_options={"synchronize_session": False})
