"""Puts the programme files that ship with the product in force."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from services.registry.programme.programmes.catalogue import catalogue
from services.registry.programme.programmes.commands import publish_programme
from services.registry.programme.programmes.definition import Definition
from services.registry.programme.programmes.models import ProgrammeVersion
from shared.kernel.auth import system_actor
from shared.kernel.clock import know_tenant
from shared.kernel.tenancy import enter


def load_programmes(
    session: Session, *, now: datetime, definitions: Iterable[Definition] | None = None
) -> list[ProgrammeVersion]:
    """Publish every definition whose content is not published yet; running it again changes nothing.

    Enters the scope of each definition's tenant.
    """
    published = []
    for definition in catalogue() if definitions is None else definitions:
        know_tenant(session, definition.tenant)
        enter(session, tenant=definition.tenant, province="*")
        by = system_actor(definition.tenant, name="load-programmes")
        published.append(publish_programme(session, definition=definition, by=by, now=now))
    return published
