"""How far an actor sees: the whole nation, one province, or of the others nothing but the average."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.kpis.cycles import CycleView
from services.reporting.kpis.definition import Level
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import enter
from shared.values.places import code_of

NATION = "IR"
READERS = ("hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer")
"""Roles that read figures; another role of the same person widens nothing."""


class TerritoryNotFound(NotFound):
    """No such territory."""


@dataclass(frozen=True)
class Reach:
    """The provinces of an answer (None: all), whether they are the actor's own, and if only the average may be told."""

    territory: str
    provinces: tuple[str, ...] | None
    own: bool
    average_only: bool


def reach_of(session: Session, *, by: Actor, territory: str | None, level: Level) -> Reach:
    """Where a question may look; a province that is not the actor's own does not exist for them (404)."""
    by = as_reader(by)
    code = code_of(territory) if territory else ""
    nation = nation_code(session, tenant=by.tenant)
    if by.national:
        if code in ("", nation, "*"):
            return Reach(nation, None, own=False, average_only=False)
        if code not in provinces_known(session, tenant=by.tenant):
            raise TerritoryNotFound
        return Reach(code, (code,), own=False, average_only=False)
    if level is not Level.PROVINCE:
        return Reach(nation, None, own=False, average_only=False)
    if code in (nation, "*"):
        return Reach(nation, None, own=False, average_only=True)
    if not by.province or code not in ("", by.province):
        raise TerritoryNotFound
    return Reach(by.province, (by.province,), own=True, average_only=False)


def as_reader(by: Actor) -> Actor:
    """The actor with only those roles that read figures."""
    return replace(by, roles=tuple(grant for grant in by.roles if grant.role in (*READERS, "system")))


def nation_code(session: Session, *, tenant: str) -> str:
    """The code of the country."""
    found = session.execute(
        text("SELECT code FROM territory_facts WHERE tenant = :tenant AND level = 'country' ORDER BY code LIMIT 1"),
        {"tenant": tenant},
    ).scalar()
    return str(found or NATION)


def provinces_known(session: Session, *, tenant: str) -> dict[str, dict[str, str]]:
    """Province code → names, as far as the actor's row-level security lets them see."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (code) code, names FROM territory_facts WHERE tenant = :tenant AND level = 'province' "
            "ORDER BY code, version DESC"
        ),
        {"tenant": tenant},
    )
    found: dict[str, dict[str, str]] = dict(rows.tuples().all())
    plans = session.execute(text("SELECT DISTINCT province FROM plan_facts WHERE tenant = :tenant"), {"tenant": tenant})
    for (code,) in plans:
        found.setdefault(code, {})
    return dict(sorted(found.items()))


def plan_provinces(session: Session, cycle: CycleView, *, tenant: str) -> list[str]:
    """Provinces that take part in a cycle."""
    rows = session.execute(
        text(
            "SELECT DISTINCT province FROM plan_facts WHERE tenant = :tenant AND programme = :programme "
            "AND cycle = :cycle AND state <> 'voided' ORDER BY 1"
        ),
        {"tenant": tenant, "programme": cycle.programme, "cycle": cycle.cycle},
    )
    return [province for (province,) in rows]


@contextmanager
def as_nation(session: Session) -> Iterator[None]:
    """See all provinces for the length of one aggregate, then only what the actor sees again."""
    tenant, province = session.info["reach"]
    enter(session, tenant=tenant, province="*")
    try:
        yield
    finally:
        enter(session, tenant=tenant, province=province)
