"""What can be done with programmes: publish a definition, and revise it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.programme.programmes.definition import Definition, definition_diff, definition_hash
from services.registry.programme.programmes.lifecycle import PROGRAMME_VERSION, Action
from services.registry.programme.programmes.models import Programme, ProgrammeVersion
from services.registry.programme.programmes.queries import (
    find_programme,
    get_programme,
    get_version,
    list_versions,
    read_version,
)
from services.registry.programme.programmes.rules import may_revise
from shared.contracts.programme import ProgrammeFact, ProgrammePublished, ProgrammeRevised, QuotaRule
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, expect, refuse
from shared.values.ids import derived_id, new_id
from shared.values.texts import fold


class DefinitionUnchanged(Conflict):
    """This definition is published already."""


def publish_programme(session: Session, *, definition: Definition, by: Actor, now: datetime) -> ProgrammeVersion:
    """Put a definition in force for new cycles; the version that holds the same content is returned unchanged."""
    programme = find_programme(session, tenant=by.tenant, code=definition.code)
    if programme is None:
        return _publish_first(session, definition, now=now)
    known = [v for v in list_versions(session, programme=programme) if v.definition_hash == definition_hash(definition)]
    if known:
        return known[0]
    return _publish_next(session, programme, definition, reason=None, now=now)


def revise_programme(
    session: Session,
    *,
    programme_id: UUID,
    expected: int,
    definition: Definition,
    reason: str,
    by: Actor,
    now: datetime,
) -> ProgrammeVersion:
    """Publish a newer version of a programme's rules; running cycles keep theirs until they adopt it (I-01, R-002)."""
    programme = get_programme(session, programme_id, by=by)
    session.refresh(programme, with_for_update=True)
    expect(programme, expected)
    current = read_version(get_version(session, programme=programme, number=programme.current_number))
    refuse(may_revise(current, definition))
    known = {version.definition_hash for version in list_versions(session, programme=programme)}
    if definition_hash(definition) in known:
        raise DefinitionUnchanged
    return _publish_next(session, programme, definition, reason=reason, now=now)


def _publish_first(session: Session, definition: Definition, *, now: datetime) -> ProgrammeVersion:
    programme = Programme(
        id=derived_id(definition.tenant, "programme", definition.code),
        tenant=definition.tenant,
        programme=definition.code,
        names=definition.names.root,
        aliases=list(definition.aliases),
        search_key=_search_key(definition),
        current_number=1,
    )
    session.add(programme)
    session.flush()
    version = _add_version(session, programme, definition, number=1, diff={}, reason=None, now=now)
    event = ProgrammePublished(programme_id=programme.id, programme=programme_fact(programme, definition, version))
    emit(session, event, by=programme, now=now)
    return version


def _publish_next(
    session: Session, programme: Programme, definition: Definition, *, reason: str | None, now: datetime
) -> ProgrammeVersion:
    before = get_version(session, programme=programme, number=programme.current_number)
    diff = definition_diff(read_version(before), definition)
    before.become(Action.SUPERSEDE)
    programme.names, programme.aliases = definition.names.root, list(definition.aliases)
    programme.search_key = _search_key(definition)
    programme.current_number += 1
    version = _add_version(
        session, programme, definition, number=programme.current_number, diff=diff, reason=reason, now=now
    )
    fact = programme_fact(programme, definition, version)
    emit(session, ProgrammeRevised(programme_id=programme.id, programme=fact, diff=diff), by=programme, now=now)
    return version


def _add_version(
    session: Session,
    programme: Programme,
    definition: Definition,
    *,
    number: int,
    diff: dict[str, object],
    reason: str | None,
    now: datetime,
) -> ProgrammeVersion:
    numbered = definition.model_copy(update={"version": number})
    version = ProgrammeVersion(
        id=new_id(),
        tenant=programme.tenant,
        programme=programme.programme,
        programme_id=programme.id,
        number=number,
        definition_hash=definition_hash(definition),
        definition=numbered.model_dump(mode="json", by_alias=True),
        state=PROGRAMME_VERSION.start(Action.PUBLISH),
        reason=reason,
        diff=diff,
        published_at=now,
    )
    session.add(version)
    session.flush()
    return version


def programme_fact(programme: Programme, definition: Definition, version: ProgrammeVersion) -> ProgrammeFact:
    """What readers learn of a version."""
    return ProgrammeFact(
        programme_id=programme.id,
        code=programme.code,
        names=definition.names.root,
        aliases=definition.aliases,
        version=version.number,
        definition_hash=version.definition_hash,
        calendar=definition.system,
        tz=definition.tz,
        weekend=definition.calendar.weekend,
        languages=definition.locale.allowed,
        default_language=definition.locale.default,
        quotas=quota_rules(definition),
        targets=dict(definition.targets),
    )


def quota_rules(definition: Definition) -> tuple[QuotaRule, ...]:
    """The quotas of a definition in the shape events carry."""
    return tuple(
        QuotaRule(id=quota.id, subject=quota.subject, scope=quota.scope, min=quota.min, max=quota.max)
        for quota in definition.quotas
    )


def _search_key(definition: Definition) -> str:
    return "|".join(fold(name) for name in (definition.code, *definition.names.values(), *definition.aliases))
