"""What can be done with agencies: register, change the profile, merge."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registry.register.agencies.lifecycle import AGENCY, Action
from services.registry.register.agencies.models import Agency
from services.registry.register.agencies.queries import find_agency, find_agency_of_name, get_agency
from services.registry.register.agencies.rules import may_merge, may_pool
from services.registry.register.territories.queries import list_provinces, territory_to_write
from shared.contracts.register import AgencyFact, AgencyMerged, AgencyProfileChanged, AgencyRegistered
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, expect, refuse
from shared.values.ids import new_id
from shared.values.places import province_of
from shared.values.texts import duplicate_key, main_name, name_keys, search_key


class AgencyExists(Conflict):
    """There is an agency of this name here already; open it, or say why this is another one."""


@dataclass(frozen=True)
class AgencyProfile:
    """What is true of an agency; an empty pool means its own province."""

    names: dict[str, str]
    aliases: list[str]
    kind: str
    sector: str
    level: str
    pool_territories: list[str]
    external_ids: list[dict[str, str]]


def register_agency(
    session: Session,
    *,
    agency_id: UUID | None = None,
    territory_code: str,
    profile: AgencyProfile,
    another_because: str | None = None,
    by: Actor,
    now: datetime,
) -> Agency:
    """Make an agency known in its province, or nationally; AgencyExists (409, with the link) for a known name."""
    if agency_id is not None and (existing := find_agency(session, agency_id, by=by)) is not None:
        return existing
    territory = territory_to_write(session, territory_code, by=by)
    province = province_of(territory.path)
    values = _checked(session, profile, province=province, by=by)
    _must_be_new(session, tenant=by.tenant, province=province, names=profile.names, because=another_because)
    agency = Agency(
        id=agency_id or new_id(),
        tenant=by.tenant,
        province=province,
        territory=territory.path,
        territory_code=territory_code,
        state=AGENCY.start(Action.REGISTER),
        reason=another_because,
        search_key=search_key(profile.names, profile.aliases),
        name_keys=name_keys(profile.names, profile.aliases),
        **values,
    )
    session.add(agency)
    event = AgencyRegistered(agency_id=agency.id, agency=agency_fact(agency), reason=another_because)
    emit(session, event, by=agency, now=now)
    return agency


def change_agency_profile(
    session: Session, *, agency_id: UUID, expected: int, profile: AgencyProfile, by: Actor, now: datetime
) -> Agency:
    """Say what is true of an agency now."""
    agency = _to_write(session, agency_id, expected=expected, by=by)
    values = _checked(session, profile, province=agency.province, by=by)
    if duplicate_key(main_name(profile.names)) not in agency.name_keys:
        _must_be_new(session, tenant=by.tenant, province=agency.province, names=profile.names, because=None)
    agency.become(Action.CHANGE_PROFILE)
    for name, value in values.items():
        setattr(agency, name, value)
    agency.search_key = search_key(profile.names, profile.aliases)
    agency.name_keys = name_keys(profile.names, profile.aliases)
    emit(session, AgencyProfileChanged(agency_id=agency.id, agency=agency_fact(agency)), by=agency, now=now)
    return agency


def merge_agency(
    session: Session, *, agency_id: UUID, expected: int, into_id: UUID, reason: str, by: Actor, now: datetime
) -> Agency:
    """Let one record of an agency go into another; its names and pools are found there from now on."""
    agency = _to_write(session, agency_id, expected=expected, by=by)
    into = get_agency(session, into_id, by=by)
    same = into.province == agency.province
    refuse(may_merge(one=agency.id, into=into.id, target_open=into.is_open, same_place=same))
    agency.become(Action.MERGE)
    agency.merged_into, agency.reason = into.id, reason
    into.aliases = sorted({*into.aliases, *agency.names.values(), *agency.aliases} - set(into.names.values()))
    into.pool_territories = sorted({*into.pool_territories, *agency.pool_territories})
    into.search_key = search_key(into.names, into.aliases)
    into.name_keys = name_keys(into.names, into.aliases)
    emit(session, AgencyMerged(agency_id=agency.id, agency=agency_fact(agency), reason=reason), by=agency, now=now)
    event = AgencyProfileChanged(agency_id=into.id, agency=agency_fact(into), reason=reason)
    emit(session, event, by=into, now=now)
    return agency


def _checked(session: Session, profile: AgencyProfile, *, province: str, by: Actor) -> dict[str, object]:
    pool = sorted(set(profile.pool_territories)) or ([province] if province else [])
    elsewhere = set(pool) - {province}
    provinces = [each.code for each in list_provinces(session, tenant=by.tenant)] if elsewhere else pool
    refuse(may_pool(level=profile.level, province=province, pool=pool, provinces=provinces))
    return {**asdict(profile), "pool_territories": pool}


def _to_write(session: Session, agency_id: UUID, *, expected: int, by: Actor) -> Agency:
    agency = get_agency(session, agency_id, by=by)
    territory_to_write(session, agency.territory_code, by=by)
    expect(agency, expected)
    return agency


def _must_be_new(session: Session, *, tenant: str, province: str, names: dict[str, str], because: str | None) -> None:
    key = duplicate_key(main_name(names))
    # Two people who register the same agency at once must not both pass: the second waits here for the first.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"agency/{tenant}/{province}/{key}", 0))))
    twin = find_agency_of_name(session, tenant=tenant, province=province, key=key)
    if twin is not None and because is None:
        raise AgencyExists(link=f"/v1/agencies/{twin.id}", existing_id=str(twin.id))


def agency_fact(agency: Agency) -> AgencyFact:
    """The whole state of an agency, as events carry it."""
    return AgencyFact(
        agency_id=agency.id,
        names=agency.names,
        aliases=tuple(agency.aliases),
        kind=agency.kind,
        sector=agency.sector,
        level=agency.level,
        pool_territories=tuple(agency.pool_territories),
        external_ids=tuple(agency.external_ids),
        state=agency.state,
        merged_into=agency.merged_into,
    )
