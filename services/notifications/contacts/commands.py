"""Writing the address book; every command may run twice with the same event and leaves the same rows."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.contacts.models import Contact, Holding, Known
from shared.contracts.envelope import Envelope
from shared.contracts.governance import CommitteeFact
from shared.contracts.register import PersonContactPointsChanged, RoleFact
from shared.values.ids import derived_id


def scope_of(envelope: Envelope) -> dict[str, str]:
    """The scope columns of a row that comes from an event."""
    return {
        "tenant": envelope.tenant,
        "programme": envelope.programme,
        "cycle": envelope.cycle,
        "province": envelope.province,
        "territory": envelope.territory,
    }


def keep_thing(
    session: Session, envelope: Envelope, *, kind: str, key: str, data: Mapping[str, Any], ref: str = ""
) -> None:
    """Keep the newest snapshot of something."""
    values = {**scope_of(envelope), "kind": kind, "key": key, "ref": ref, "data": dict(data)}
    changed = {name: values[name] for name in ("ref", "data", "province", "territory", "programme", "cycle")}
    statement = insert(Known).values(**values)
    session.execute(statement.on_conflict_do_update(index_elements=["tenant", "kind", "key"], set_=changed))


def keep_contact(session: Session, envelope: Envelope, event: PersonContactPointsChanged) -> None:
    """Take over the contact points of a person; an erased person stays erased."""
    found = _contact(session, envelope, event.person_id)
    if found.erased_at is not None:
        return
    found.arrived, found.display_name, found.language = True, event.display_name, event.language
    found.family_name, found.honorific = event.family_name, event.honorific
    if (found.email, found.mobile) != (event.email, event.mobile):
        # New addresses get a new chance: what bounced belonged to the old ones.
        found.blocked = []
    found.email, found.mobile = event.email, event.mobile
    found.minor = found.minor or event.minor
    found.guardian_id = event.guardian_id
    session.flush()


def note_minor(session: Session, envelope: Envelope, *, person_id: UUID, minor: bool) -> None:
    """Remember whether a person is a minor, as the open stream says."""
    _contact(session, envelope, person_id).minor = minor
    session.flush()


def prefer_language(session: Session, envelope: Envelope, *, person_id: UUID, language: str) -> None:
    """Take over the preferred language."""
    _contact(session, envelope, person_id).language = language
    session.flush()


def erase_contact(session: Session, envelope: Envelope, *, person_id: UUID, at: datetime) -> None:
    """Forget names and addresses; the row stays so that nothing ever addresses the person again."""
    found = _contact(session, envelope, person_id)
    found.erased_at, found.display_name, found.language = at, "", ""
    found.family_name = found.honorific = found.email = found.mobile = found.guardian_id = None
    session.flush()


def block_channel(session: Session, contact: Contact, *, channel: str) -> None:
    """Give up a channel of a person after a hard bounce; planning tries the other one."""
    contact.blocked = sorted({*contact.blocked, channel})
    session.flush()


def keep_role(session: Session, envelope: Envelope, role: RoleFact) -> None:
    """Take over a role assignment."""
    _keep_holding(
        session,
        envelope,
        id=role.assignment_id,
        origin_id=role.assignment_id,
        code=role.role,
        place=role.province or "*",
        person_id=role.person_id,
        organisation_id=role.organisation_id,
        from_on=role.from_on,
        to_on=role.to_on,
    )


def keep_committee(session: Session, envelope: Envelope, committee: CommitteeFact) -> None:
    """Take over all seats of a committee as they are now."""
    session.execute(delete(Holding).where(Holding.origin_id == committee.committee_id))
    for seat in committee.seats:
        for holding in seat.holdings:
            if holding.minor:
                note_minor(session, envelope, person_id=holding.person_id, minor=True)
            code = f"{committee.committee_id}/{seat.code}/{holding.person_id}/{holding.from_on}"
            _keep_holding(
                session,
                envelope,
                id=derived_id(envelope.tenant, "seat", code),
                origin_id=committee.committee_id,
                code=seat.code,
                place=envelope.province or "*",
                person_id=holding.person_id,
                organisation_id=None,
                from_on=holding.from_on,
                to_on=holding.to_on,
            )


def _keep_holding(session: Session, envelope: Envelope, **values: Any) -> None:
    row = {**scope_of(envelope), **values}
    statement = insert(Holding).values(**row)
    session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={k: v for k, v in row.items() if k != "id"})
    )


def _contact(session: Session, envelope: Envelope, person_id: UUID) -> Contact:
    """The locked row of a person; two readers of two streams may meet here, so it is made without a race."""
    values = {"person_id": person_id, "blocked": [], **scope_of(envelope)}
    session.execute(insert(Contact).values(**values).on_conflict_do_nothing())
    return session.get_one(Contact, person_id, with_for_update=True, populate_existing=True)


def forget_untouched(session: Session, *, places: Collection[tuple[str, str]]) -> None:
    """After a source's past was heard again in this transaction: forget the roles, seats and things it did not name.

    A row this transaction wrote is no older than the transaction itself.
    """
    for model in (Holding, Known):
        older = text("age(xmin) > age(CAST(pg_current_xact_id() AS xid))")
        session.execute(delete(model).where(tuple_(model.tenant, model.province).in_(places), older))
