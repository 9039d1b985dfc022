"""The first account of a tenant, made by the ordinary commands from the command line."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from services.registry.register.accounts import queries
from services.registry.register.accounts.commands import create_account
from services.registry.register.accounts.models import Account
from services.registry.register.people.commands import ContactPoints, Preferences, register_person
from services.registry.register.people.contacts import normal_email
from services.registry.register.roles.commands import assign_role
from services.registry.register.territories.queries import TerritoryNotFound, list_territories
from shared.kernel.auth import Actor, system_actor
from shared.kernel.clock import know_tenant
from shared.kernel.tenancy import enter

EVER_SINCE = date(2000, 1, 1)
"""Roles given before there is anybody to give them have no first day of their own."""


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
    home = _country(session, by=by) if "*" in places or not places else places[0]
    preferences = Preferences(language="fa", digits=None, channels=[])
    contacts = _contacts(name, login)
    person = register_person(
        session, territory_code=home, contacts=contacts, preferences=preferences, minor=False, by=by, now=now
    )
    for role, province in roles:
        assign_role(
            session,
            person_id=person.id,
            role=role,
            province=province,
            from_on=EVER_SINCE,
            by=by,
            now=now,
        )
    return create_account(session, person_id=person.id, login=login, password=password, name=name, by=by, now=now)


def _contacts(name: str, login: str) -> ContactPoints:
    """What is known of the first person: a name, and an address when the login is one."""
    return ContactPoints(
        display_name=name,
        family_name=None,
        honorific=None,
        email=normal_email(login) if "@" in login else None,
        mobile=None,
        verified=False,
        purposes=[],
        quiet_from=None,
        quiet_to=None,
        guardian_id=None,
    )


def _country(session: Session, *, by: Actor) -> str:
    countries = list_territories(session, by=by, level="country", limit=1)
    if not countries:
        raise TerritoryNotFound
    return countries[0].code
