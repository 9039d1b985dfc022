"""Questions about accounts, sessions and attempts; sessions are looked at on every request."""

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from services.registry.register.accounts.lifecycle import State
from services.registry.register.accounts.models import Account, AccountSession, SignInAttempt
from services.registry.register.accounts.rules import WINDOW, Attempts, login_key
from services.registry.register.roles import queries as roles
from shared.kernel.auth import Actor, Grant
from shared.kernel.clock import business_now, machine_now
from shared.kernel.problems import NotFound, Unauthenticated
from shared.kernel.tenancy import enter, within

KNOWN_ADDRESS = timedelta(days=30)


class AccountNotFound(NotFound):
    """No such account."""


class SessionEnded(Unauthenticated):
    """Your sign-in has ended; sign in again."""


def get_account(session: Session, account_id: UUID, *, by: Actor) -> Account:
    """The account, if it is within the actor's reach; AccountNotFound otherwise."""
    found = session.scalar(select(Account).where(Account.id == account_id, within(Account, by)))
    if found is None:
        raise AccountNotFound
    return found


def find_account(session: Session, *, tenant: str, login: str) -> Account | None:
    """The account of a login, compared in its folded form."""
    return session.scalar(select(Account).where(Account.tenant == tenant, Account.login_key == login_key(login)))


def find_account_of(session: Session, *, tenant: str, person_id: UUID) -> Account | None:
    """The account of a person."""
    return session.scalar(select(Account).where(Account.tenant == tenant, Account.person_id == person_id))


def find_session(session: Session, *, tenant: str, token_id: str) -> AccountSession | None:
    """The open session a token belongs to; None when it was revoked, has ended or never was."""
    try:
        session_id = UUID(token_id)
    except ValueError:
        return None
    return session.scalar(
        select(AccountSession)
        .join(Account, Account.id == AccountSession.account_id)
        .where(
            AccountSession.id == session_id,
            AccountSession.tenant == tenant,
            AccountSession.revoked_at.is_(None),
            AccountSession.ends_at > func.clock_timestamp(),
            Account.state == State.ACTIVE,
        )
    )


def grants_of(session: Session, *, tenant: str, person_id: UUID, on: date) -> tuple[Grant, ...]:
    """The roles a person holds on a day, as a token carries them."""
    return tuple(roles.grants_of(session, tenant=tenant, person_id=person_id, on=on))


def get_me(*, by: Actor) -> Actor:
    """Who the actor is: what the token and, in registry, the session of this moment say."""
    return by


def check_actor(session: Session, actor: Actor) -> Actor:
    """The actor with the roles of this very moment; SessionEnded when the session is over or the account disabled."""
    enter(session, tenant=actor.tenant, province="*")
    row = find_session(session, tenant=actor.tenant, token_id=actor.token_id)
    if row is None or row.person_id != actor.person_id:
        raise SessionEnded
    today = business_now(session).date()
    return replace(actor, roles=grants_of(session, tenant=actor.tenant, person_id=row.person_id, on=today))


def attempt_key(tenant: str, login: str) -> str:
    """The name an attempt is counted under; a digest, because people type passwords into the wrong field."""
    return hashlib.sha256(f"{tenant}/{login_key(login)}".encode()).hexdigest()


def count_attempts(session: Session, *, account_key: str, address: str) -> Attempts:
    """Failures of the last quarter of an hour, held still until the transaction ends so that parallel tries add up.

    From an address where this account signed in before only that address's own failures count, so that strangers cannot
    lock its owner out.
    """
    for name in (f"address {address}", f"account {account_key}"):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
    now = machine_now(session)
    failed = select(func.count()).where(SignInAttempt.succeeded.is_(False), SignInAttempt.at > now - WINDOW)
    of_account = failed.where(SignInAttempt.account_key == account_key)
    if _knows(session, account_key=account_key, address=address, since=now - KNOWN_ADDRESS):
        of_account = of_account.where(SignInAttempt.address == address)
    return Attempts(
        of_account=session.scalar(of_account) or 0,
        of_address=session.scalar(failed.where(SignInAttempt.address == address)) or 0,
    )


def _knows(session: Session, *, account_key: str, address: str, since: datetime) -> bool:
    return bool(
        session.scalar(
            select(func.count()).where(
                SignInAttempt.account_key == account_key,
                SignInAttempt.address == address,
                SignInAttempt.succeeded.is_(True),
                SignInAttempt.at > since,
            )
        )
    )
