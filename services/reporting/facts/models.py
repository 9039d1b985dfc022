"""The fact tables: reporting's own small copy of everything its figures count."""

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.db import Table
from services.reporting.facts.columns import Day, Days, Document, FactVersion, Ids, Key, Line, Lines
from shared.kernel.db import UTC_TIME, Scoped


class ProgrammeVersion(FactVersion, Table):
    """A programme definition: names, calendar, quotas, targets."""

    __tablename__ = "programme_facts"
    code: Mapped[str] = mapped_column(Text, nullable=False)
    names: Mapped[Document]
    calendar: Mapped[Line]
    tz: Mapped[Line]
    weekend: Mapped[Lines]
    quotas: Mapped[Document]
    targets: Mapped[Document]


class CycleVersion(FactVersion, Table):
    """A cycle with its launch window, periods and months; the months are those of the programme's calendar."""

    __tablename__ = "cycle_facts"
    label: Mapped[str] = mapped_column(Text, nullable=False)
    state: Mapped[Line]
    calendar: Mapped[Line]
    tz: Mapped[Line]
    from_on: Mapped[Day]
    to_on: Mapped[Day]
    launch_from: Mapped[Day]
    launch_to: Mapped[Day]
    periods: Mapped[Document]
    months: Mapped[Document]
    quotas: Mapped[Document]


class TerritoryVersion(FactVersion, Table):
    """A territory's code, level and names."""

    __tablename__ = "territory_facts"
    code: Mapped[str] = mapped_column(Text, nullable=False)
    level: Mapped[Line]
    parent_code: Mapped[Line]
    names: Mapped[Document]


class SchoolVersion(FactVersion, Table):
    """A school's profile; counts only."""

    __tablename__ = "school_facts"
    names: Mapped[Document]
    school_kind: Mapped[Line]
    territory_code: Mapped[Line]
    gender: Mapped[Line]
    stages: Mapped[Lines]
    disability_groups: Mapped[Lines]
    state: Mapped[Line]


class AgencyVersion(FactVersion, Table):
    """An agency and the provinces in whose pool it is."""

    __tablename__ = "agency_facts"
    names: Mapped[Document]
    agency_kind: Mapped[Line]
    sector: Mapped[Line]
    pool: Mapped[Lines]
    state: Mapped[Line]


class RoleVersion(FactVersion, Table):
    """Who holds which role where; ids only."""

    __tablename__ = "role_facts"
    person_id: Mapped[Key]
    role: Mapped[Line]
    organisation_id: Mapped[Key]
    held: Mapped[Days]


class PlanVersion(FactVersion, Table):
    """A province's participation: the days it was open, its launch steps, its quota exceptions."""

    __tablename__ = "plan_facts"
    state: Mapped[Line]
    open: Mapped[Days]
    started_on: Mapped[Day]
    launched_on: Mapped[Day]
    steps: Mapped[Document]
    exceptions: Mapped[Document]
    breached: Mapped[Document]


class SelectionVersion(FactVersion, Table):
    """An agency holding a slot of its province."""

    __tablename__ = "selection_facts"
    agency_id: Mapped[Key]
    agency_names: Mapped[Document]
    held: Mapped[Days]
    selected_on: Mapped[Day]
    agency_kind: Mapped[Line]
    sector: Mapped[Line]


class SecretariatVersion(FactVersion, Table):
    """A secretariat; `active` are the days it was established."""

    __tablename__ = "secretariat_facts"
    school_id: Mapped[Key]
    school_names: Mapped[Document]
    state: Mapped[Line]
    selected_on: Mapped[Day]
    appointed_on: Mapped[Day]
    established_on: Mapped[Day]
    ended_on: Mapped[Day]
    active: Mapped[Days]
    gender: Mapped[Line]
    stages: Mapped[Lines]
    disability_groups: Mapped[Lines]


class PairingVersion(FactVersion, Table):
    """A pairing; `active` are the days it was established."""

    __tablename__ = "pairing_facts"
    secretariat_id: Mapped[Key]
    agency_id: Mapped[Key]
    school_names: Mapped[Document]
    agency_names: Mapped[Document]
    state: Mapped[Line]
    invited_on: Mapped[Day]
    answered_on: Mapped[Day]
    established_on: Mapped[Day]
    ended_on: Mapped[Day]
    active: Mapped[Days]
    gender: Mapped[Line]
    agency_kind: Mapped[Line]
    sector: Mapped[Line]


class CommitteeVersion(FactVersion, Table):
    """A committee with its seats and their holders so far."""

    __tablename__ = "committee_facts"
    level: Mapped[Line]
    constituted_on: Mapped[Day]
    seats: Mapped[Document]


class DirectiveVersion(FactVersion, Table):
    """A directive and when each addressed office acknowledged it."""

    __tablename__ = "directive_facts"
    number: Mapped[Line]
    state: Mapped[Line]
    issued_on: Mapped[Day]
    acknowledge_by: Mapped[datetime | None] = mapped_column(UTC_TIME)
    addressees: Mapped[Document]


class LetterVersion(FactVersion, Table):
    """An official letter; its addressees' provinces are copied beside."""

    __tablename__ = "letter_facts"
    number: Mapped[Line]
    subject_code: Mapped[Line]
    state: Mapped[Line]
    sent_on: Mapped[Day]
    answered_on: Mapped[Day]
    about_id: Mapped[Key]
    addressees: Mapped[Document]
    provinces: Mapped[Lines]


class MeetingVersion(FactVersion, Table):
    """A meeting with the pairings it served and the marks of attendance."""

    __tablename__ = "meeting_facts"
    meeting_kind: Mapped[Line]
    title: Mapped[Line]
    state: Mapped[Line]
    mode: Mapped[Line]
    local_on: Mapped[Day]
    held_on: Mapped[Day]
    cadence_key: Mapped[Line]
    pairings: Mapped[Ids]
    attendance: Mapped[Document]


class ObligationVersion(FactVersion, Table):
    """A due instance of a duty."""

    __tablename__ = "obligation_facts"
    template: Mapped[Line]
    title: Mapped[Document]
    level: Mapped[Line]
    roles: Mapped[Lines]
    period_key: Mapped[Line]
    state: Mapped[Line]
    due_on: Mapped[Day]
    fulfilled_on: Mapped[Day]
    late: Mapped[bool | None]


class DeliveryVersion(FactVersion, Table):
    """What became of one message; ids and codes only."""

    __tablename__ = "delivery_facts"
    rule: Mapped[Line]
    channel: Mapped[Line]
    language: Mapped[Line]
    state: Mapped[Line]
    state_on: Mapped[Day]
    code: Mapped[Line]


class EventLag(Scoped, Table):
    """How long after its emission an event was applied; both instants are machine time."""

    __tablename__ = "event_lags"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    epoch: Mapped[str] = mapped_column(Text, primary_key=True)
    feedseq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    emitted_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False, index=True)
    applied_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False)
