"""The shape of a programme definition: one frozen value that all rules, deadlines and labels are read from. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import Field, model_validator

from services.registry.programme.programmes.eligibility import Predicate
from services.registry.programme.programmes.parts import (
    CalendarRule,
    CommitteeTemplate,
    DutyTemplate,
    Enforce,
    HolidayRule,
    Item,
    Level,
    Locale,
    PairingRule,
    Part,
    Quota,
    ReportRule,
)
from shared.values.calendars import Calendar
from shared.values.deadlines import DeadlineRule, weekend_of
from shared.values.periods import Cadence, CycleRange, Window, cycle_range
from shared.values.texts import LocalizedText

T = TypeVar("T")
CADENCE_DEADLINE = DeadlineRule()
"""A cadence is due on the last day of its month or quarter and never rolls."""


class Definition(Part):
    """Everything a programme decides; a cycle pins one version of it (I-01)."""

    code: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    tenant: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    version: int = Field(default=1, ge=1)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    names: LocalizedText
    aliases: tuple[str, ...] = ()
    locale: Locale
    calendar: CalendarRule
    holidays: HolidayRule = HolidayRule()
    levels: tuple[Level, ...]
    capabilities: tuple[str, ...] = ()
    quotas: tuple[Quota, ...] = ()
    pairing: PairingRule | None = None
    axes: tuple[Literal["EDU", "PROMO", "FIN"], ...] = ()
    contribution_kinds: tuple[str, ...] = ()
    funding_sources: tuple[str, ...] = ()
    committees: tuple[CommitteeTemplate, ...] = ()
    windows: Mapping[str, Window] = {}
    meeting_kinds: tuple[str, ...] = ()
    cadences: tuple[Cadence, ...] = ()
    reports: tuple[ReportRule, ...] = ()
    duties: tuple[DutyTemplate, ...] = ()
    steps: tuple[DutyTemplate, ...] = ()
    checklist: tuple[Item, ...] = ()
    duty_sheet: tuple[Item, ...] = ()
    policy_goals: tuple[Item, ...] = ()
    acknowledge_days: int = Field(default=3, ge=1)
    eligibility: tuple[Predicate, ...] = ()
    enforce: Mapping[str, Enforce] = {}
    targets: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _hangs_together(self) -> "Definition":
        for committee in self.committees:
            for code in (committee.chair, committee.secretary):
                if code is not None and committee.seat(code) is None:
                    raise ValueError(f"committee {committee.code} has no seat {code}")
        for quota in self.quotas:
            if quota.min > quota.max:
                raise ValueError(f"quota {quota.id} has its minimum above its maximum")
        for template in (*self.duties, *self.steps):
            if template.window is not None and template.window not in self.windows:
                raise ValueError(f"{template.code} names the unknown window {template.window}")
        for codes in ([d.code for d in (*self.duties, *self.steps)], [q.id for q in self.quotas]):
            if len(codes) != len(set(codes)):
                raise ValueError(f"a code is used twice among {codes}")
        return self

    @property
    def tz(self) -> str:
        """The time zone its days are counted in."""
        return self.calendar.tz

    @property
    def system(self) -> Calendar:
        """The calendar its months and days are told in."""
        return self.calendar.system

    @property
    def weekend(self) -> frozenset[int]:
        """Python's weekday numbers of its days off."""
        return weekend_of(self.calendar.weekend)

    @property
    def obliging(self) -> frozenset[str]:
        """Codes of the duties and steps that become obligations."""
        return frozenset(each.code for each in (*self.duties, *self.steps) if each.obliges)

    def quota(self, quota_id: str) -> Quota:
        """The quota with an id, such as 'Q-SCH'; KeyError when the programme has none."""
        return _found(self.quotas, "id", quota_id)

    def quota_of(self, subject: str) -> Quota:
        """The quota of a subject, 'secretariat' or 'linked_agency'; KeyError when the programme has none."""
        return _found(self.quotas, "subject", subject)

    def committee(self, code: str) -> CommitteeTemplate:
        """The committee template, 'HQ' or 'PR'; KeyError when the programme has none."""
        return _found(self.committees, "code", code)

    def duty(self, code: str) -> DutyTemplate:
        """The duty or step with a code, such as 'H2' or 'T3'; KeyError when there is none."""
        return _found((*self.duties, *self.steps), "code", code)

    def report(self, level: str) -> ReportRule:
        """The report of a level; KeyError when there is none."""
        return _found(self.reports, "level", level)

    def cadence(self, kind: str) -> Cadence | None:
        """The cadence of a meeting kind, None when nothing asks for it regularly."""
        return next((cadence for cadence in self.cadences if cadence.kind == kind), None)

    def enforcement(self, rule: str, default: Enforce = "hard") -> Enforce:
        """Whether a rule refuses or only warns in this programme."""
        return self.enforce.get(rule, default)

    def cycle_of(self, year: int) -> CycleRange:
        """The cycle that begins in a year of the programme's calendar."""
        return cycle_range(self.system, year, self.calendar.cycle_start)


def definition_hash(definition: Definition) -> str:
    """The fingerprint of a definition's content, whatever its version number."""
    content = definition.model_dump(mode="json", by_alias=True, exclude={"version"})
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def definition_diff(before: Definition, after: Definition) -> dict[str, Any]:
    """Top-level members that differ: name -> {before, after}."""
    old, new = (each.model_dump(mode="json", by_alias=True, exclude={"version"}) for each in (before, after))
    return {name: {"before": old[name], "after": new[name]} for name in new if old[name] != new[name]}


def _found(items: tuple[T, ...], member: str, wanted: str) -> T:
    for item in items:
        if getattr(item, member) == wanted:
            return item
    raise KeyError(wanted)
