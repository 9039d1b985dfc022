"""Events of the register wing: territories, offices, schools, agencies, people, roles."""

from datetime import date, datetime
from uuid import UUID

from shared.contracts.base import Event, Names, Part


class TerritoryFact(Part):
    """A place of the territorial tree."""

    territory_id: UUID
    code: str
    level: str
    parent_code: str | None = None
    path: str
    names: Names
    valid_from: date | None = None
    merged_into: str | None = None


class TerritoryRegistered(Event, type="peyvand.territory.registered.v1", subject="territory_id"):
    """A territory is known."""

    territory_id: UUID
    territory: TerritoryFact


class TerritoryChanged(Event, type="peyvand.territory.changed.v1", subject="territory_id"):
    """Names, parent or validity of a territory changed."""

    territory_id: UUID
    territory: TerritoryFact


class OfficeFact(Part):
    """An office: headquarters, provincial administration, district office, unit."""

    office_id: UUID
    kind: str
    level: str
    territory_code: str
    names: Names
    external_ids: tuple[dict[str, str], ...] = ()


class OfficeRegistered(Event, type="peyvand.office.registered.v1", subject="office_id"):
    """An office is known."""

    office_id: UUID
    office: OfficeFact


class OfficeChanged(Event, type="peyvand.office.changed.v1", subject="office_id"):
    """An office's names or place changed."""

    office_id: UUID
    office: OfficeFact


class SchoolFact(Part):
    """A school's profile as of a day; counts only, never a pupil."""

    school_id: UUID
    names: Names
    aliases: tuple[str, ...] = ()
    kind: str
    territory_code: str
    gender: str
    stages: tuple[str, ...] = ()
    disability_groups: tuple[str, ...] = ()
    enrolment: int | None = None
    capacities: tuple[str, ...] = ()
    as_of: date
    state: str
    successor_id: UUID | None = None


class SchoolEvent(Event):
    """Base of the school's events."""

    school_id: UUID
    school: SchoolFact
    reason: str | None = None


class SchoolRegistered(SchoolEvent, type="peyvand.school.registered.v1", subject="school_id"):
    """A school is known."""


class SchoolProfileChanged(SchoolEvent, type="peyvand.school.profile_changed.v1", subject="school_id"):
    """A school's profile is different from a day on."""


class SchoolMerged(SchoolEvent, type="peyvand.school.merged.v1", subject="school_id"):
    """A school went into its successor."""


class SchoolClosed(SchoolEvent, type="peyvand.school.closed.v1", subject="school_id"):
    """A school closed."""


class AgencyFact(Part):
    """An agency and the provinces whose pool it is in."""

    agency_id: UUID
    names: Names
    aliases: tuple[str, ...] = ()
    kind: str
    sector: str
    level: str
    pool_territories: tuple[str, ...] = ()
    external_ids: tuple[dict[str, str], ...] = ()
    state: str
    merged_into: UUID | None = None


class AgencyEvent(Event):
    """Base of the agency's events."""

    agency_id: UUID
    agency: AgencyFact
    reason: str | None = None


class AgencyRegistered(AgencyEvent, type="peyvand.agency.registered.v1", subject="agency_id"):
    """An agency is in a province's pool."""


class AgencyProfileChanged(AgencyEvent, type="peyvand.agency.profile_changed.v1", subject="agency_id"):
    """An agency's profile changed."""


class AgencyMerged(AgencyEvent, type="peyvand.agency.merged.v1", subject="agency_id"):
    """Two records of one agency became one."""


class PersonRegistered(Event, type="peyvand.person.registered.v1", subject="person_id"):
    """A person is known by id; names and addresses travel on the restricted stream only."""

    person_id: UUID
    minor: bool


class PersonContactPointsChanged(
    Event, type="peyvand.person.contact_points_changed.v1", subject="person_id", sensitive=True
):
    """The whole current contact data of a person."""

    person_id: UUID
    display_name: str
    family_name: str | None = None
    honorific: str | None = None
    language: str
    email: str | None = None
    mobile: str | None = None
    verified: bool = False
    purposes: tuple[str, ...] = ()
    quiet_from: str | None = None
    quiet_to: str | None = None
    minor: bool = False
    guardian_id: UUID | None = None


class PersonPreferencesChanged(Event, type="peyvand.person.preferences_changed.v1", subject="person_id"):
    """Language, digits or channels a person prefers."""

    person_id: UUID
    language: str
    digits: str | None = None
    channels: tuple[str, ...] = ()


class PersonErased(Event, type="peyvand.person.erased.v1", subject="person_id"):
    """Names and contacts of a person are erased everywhere."""

    person_id: UUID
    erased_at: datetime


class RoleFact(Part):
    """Who holds which role where, from when to when."""

    assignment_id: UUID
    person_id: UUID
    role: str
    province: str
    """'*' for a national role, else the province code."""
    organisation_id: UUID | None = None
    organisation_kind: str | None = None
    from_on: date
    to_on: date | None = None


class RoleAssigned(Event, type="peyvand.role.assigned.v1", subject="assignment_id"):
    """A person holds a role from a day on."""

    assignment_id: UUID
    role: RoleFact


class RoleEnded(Event, type="peyvand.role.ended.v1", subject="assignment_id"):
    """A person no longer holds a role."""

    assignment_id: UUID
    role: RoleFact
    reason: str | None = None
