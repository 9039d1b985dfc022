"""Wire shapes of accounts and sign-in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.registry.register.accounts.lifecycle import ACCOUNT, Action, State
from services.registry.register.accounts.models import Account
from shared.kernel.auth import Actor
from shared.kernel.wire import Code, Line, Out, Wire


def _writable(value: str) -> str:
    if "\0" in value or any(0xD800 <= ord(char) <= 0xDFFF for char in value):
        raise ValueError("control_character")
    return value


Password = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_writable)]


class SignInIn(Wire):
    """Who signs in where."""

    tenant: Code
    login: Annotated[Line, Field(max_length=200)]
    password: Password


class GrantOut(Out):
    """A role in a place; '*' is the whole country."""

    role: str
    province: str
    organisation_id: UUID | None
    district: str | None


class MeOut(Out):
    """Who the token speaks for."""

    person_id: UUID | None
    tenant: str
    name: str
    roles: list[GrantOut]


class SignedInOut(MeOut):
    """A token and whom it speaks for; it is in the cookie as well."""

    token: str
    expires_at: datetime


class AccountIn(Wire):
    """A login for a person."""

    id: UUID | None = None
    person_id: UUID
    login: Line
    password: Password
    name: Line | None = None


class AccountChangeIn(Wire):
    """Nothing: the address says what is to happen."""


class PasswordIn(Wire):
    """One's old password and the new one."""

    old_password: Password
    new_password: Password


class AccountOut(Out):
    """An account; never its password."""

    id: UUID
    person_id: UUID
    login: str
    name: str
    province: str
    state: str
    open_actions: list[str]
    version: int


def account_out(account: Account) -> AccountOut:
    """The wire shape of an account."""
    values = {name: getattr(account, name) for name in AccountOut.model_fields if name != "open_actions"}
    actions = [str(each) for each in ACCOUNT.open(State(account.state)) if each is not Action.ERASE]
    return AccountOut(**values, open_actions=actions)


def me_out(actor: Actor) -> MeOut:
    """The wire shape of an actor."""
    return MeOut.model_validate(actor)
