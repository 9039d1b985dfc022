"""Tenant and province: the guard in queries (first lock) and row-level security (second lock)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, MetaData, Table, and_, false, or_, true
from sqlalchemy.orm import Session

from shared.kernel.auth import Actor
from shared.kernel.connections import HASTY_SCOPE, SCOPE

GUARD_ON = True
"""Tests switch the first lock off to prove that the second alone stops a foreign province."""


def enter(session: Session, *, tenant: str, province: str, durable: bool = True) -> None:
    """Set the scope of this transaction for row-level security; '*' sees all provinces of the tenant.

    Transaction-local on purpose: a pooled connection forgets it at commit. What is not `durable` is committed without
    waiting for the disk: a server that breaks down in the next moment forgets it, whole.
    """
    session.execute(SCOPE if durable else HASTY_SCOPE, {"t": tenant, "p": province})
    session.info["reach"] = (tenant, province)


def within(model: Any, by: Actor) -> ColumnElement[bool]:
    """SQL condition: rows of the actor's tenant that are national or of the own province; none without one."""
    if not GUARD_ON:
        return true()
    if not by.province:
        return false()
    own = model.tenant == by.tenant
    if by.national:
        return and_(own)
    return and_(own, or_(model.province == by.province, model.province == ""))


def scope_of(by: Actor, *, programme: str, cycle: str, province: str, territory: str) -> dict[str, str]:
    """The scope columns of a new row of the actor's tenant."""
    return {
        "tenant": by.tenant,
        "programme": programme,
        "cycle": cycle,
        "province": province,
        "territory": territory,
    }


def is_scoped(table: Table) -> bool:
    """Whether a table carries tenant and province and is thus under row-level security."""
    return "tenant" in table.c and "province" in table.c and table.info.get("row_security", True)


def policies_of(table: str) -> Iterable[str]:
    """The statements that put a scoped table under forced row-level security, for migrations.

    Read: own tenant and (all provinces, or own province, or a national row). Write: own tenant and (all or own
    province).
    An empty `peyvand.province` sees nothing, national rows included.
    """
    tenant = "tenant = current_setting('peyvand.tenant', true)"
    here = "current_setting('peyvand.province', true)"
    read = f"{tenant} AND coalesce({here}, '') <> '' AND ({here} = '*' OR province = {here} OR province = '')"
    write = f"{tenant} AND coalesce({here}, '') <> '' AND ({here} = '*' OR province = {here})"
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    yield f'CREATE POLICY read ON "{table}" FOR SELECT USING ({read})'
    yield f'CREATE POLICY append ON "{table}" FOR INSERT WITH CHECK ({write})'
    yield f'CREATE POLICY change ON "{table}" FOR UPDATE USING ({write}) WITH CHECK ({write})'
    yield f'CREATE POLICY remove ON "{table}" FOR DELETE USING ({write})'


def scoped_tables(metadata: MetaData) -> list[Table]:
    """All tables of a service that row-level security must cover."""
    return [table for table in metadata.sorted_tables if is_scoped(table)]
