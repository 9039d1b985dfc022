"""The first account of a tenant, made by the ordinary commands from the command line."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.registry.register.accounts import queries
from services.registry.register.accounts.commands import create_account
from services.registry.register.accounts.models import Account
from services.registry.register.people.commands import register_person
from services.registry.register.roles.commands import assign_role
from shared.kernel.auth import system_actor
from shared.kernel.clock import know_tenant
from shared.kernel.tenancy import enter


def bootstrap_account(
    session: Session,
    *,
    tenant: str,
    login: str,
    password: str,
    name: str,
    roles: Sequence[tuple[str, str]],
    now: datetime,
) -> Account:
    """Make a person with roles, each (role, province or '*'), and an account; a login that exists is left as it is."""
    know_tenant(session, tenant)
    enter(session, tenant=tenant, province="*")
    known = queries.find_account(session, tenant=tenant, login=login)
    if known is not None:
        return known
    by = system_actor(tenant, name="bootstrap")
    places = [province for _, province in roles]
    home = "" if "*" in places or not places else places[0]
    email = login if "@" in login else None
    person = register_person(session, display_name=name, language="fa", email=email, province=home, by=by, now=now)
    for role, province in roles:
        assign_role(session, person_id=person.id, role=role, province=province, by=by, now=now)
    return create_account(session, person_id=person.id, login=login, password=password, name=name, by=by, now=now)
