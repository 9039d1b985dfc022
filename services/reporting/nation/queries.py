"""Questions of the home pages: the nation today, and one province today."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from services.reporting.kpis.catalogue import KPIS
from services.reporting.kpis.freshness import Source
from services.reporting.kpis.labels import month_names
from services.reporting.kpis.queries import (
    Answer,
    Case,
    CycleView,
    PeriodView,
    Point,
    answer_kpi,
    answer_many,
    count_parked,
    current_cycle,
    explain_kpi,
    kpi_series,
    list_sources,
    local_today,
    province_names,
)
from services.reporting.kpis.selecting import question_of
from services.reporting.nation.attention import Finding, list_findings
from shared.kernel.auth import Actor, Grant, system_actor

HEADLINE = ("K-02", "K-03", "K-31", "K-32", "K-46")
GAUGES = (
    "K-01", "K-02", "K-03", "K-04", "K-05", "K-06", "K-07", "K-08", "K-09", "K-10", "K-17", "K-18", "K-31", "K-32",
    "K-37", "K-45", "K-46", "K-52",
)  # fmt: skip
TRENDS = ("K-01", "K-02", "K-03")
OWN_FIGURES = ("K-01", "K-03", "K-05", "K-07", "K-08", "K-10", "K-17", "K-32", "K-45", "K-46")
ATTENTION_SHOWN = 6
REASONS_SHOWN = 3


@dataclass(frozen=True)
class Reason:
    """Why a province stands where it stands: a code for words, and its numbers."""

    code: str
    params: dict[str, Any]


@dataclass(frozen=True)
class ProvinceToday:
    """One province on the map; counts are None while it has no plan."""

    code: str
    names: dict[str, str]
    secretariats: int | None
    agencies: int | None
    minimum: int
    maximum: int
    status: str
    has_plan: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Attention:
    """One line of "what needs a decision"; positive `days` lie behind its due day."""

    shape: str
    province: str
    names: dict[str, str]
    code: str
    params: dict[str, Any]
    due: date | None
    days: int | None
    kpi: str | None


@dataclass(frozen=True)
class NationToday:
    """Everything headquarters' home shows."""

    cycle: CycleView
    at: date
    known_at: datetime | None
    period: PeriodView | None
    headline: dict[str, Answer]
    provinces: tuple[ProvinceToday, ...]
    histogram: tuple[tuple[int, int, bool], ...]
    gauges: tuple[Answer, ...]
    attention: tuple[Attention, ...]
    attention_total: int
    series: dict[str, list[Point]]
    fresh_to: tuple[Source, ...]
    parked: int


@dataclass(frozen=True)
class ProvincePanel:
    """One province's own home: its standing, its figures beside the national average, what it has to do."""

    province: ProvinceToday
    figures: tuple[tuple[Answer, Decimal | None], ...]
    attention: tuple[Attention, ...]


def nation_today(
    session: Session,
    *,
    tenant: str,
    programme: str,
    cycle: str,
    at: date | None = None,
    known_at: datetime | None = None,
) -> NationToday:
    """The nation at the end of a day (today), for national roles."""
    hq = system_actor(tenant, "nation")
    view = current_cycle(session, tenant=tenant, programme=programme, cycle=cycle)
    day = at or local_today(session, view)
    answers = answer_many(
        session, codes=sorted({*GAUGES, *HEADLINE}), cycle=view, at=day, known_at=known_at, territory=None, by_actor=hq
    )
    findings = _findings(session, view, tenant, day, known_at, None)
    provinces = _provinces(session, view, hq, day, known_at, findings, sorted(province_names(session).items()))
    attention = _attention(provinces, findings, view, day)
    return NationToday(
        cycle=view,
        at=day,
        known_at=known_at,
        period=view.period_at(day),
        headline={code: answers[code] for code in (*HEADLINE, "K-45")},
        provinces=provinces,
        histogram=_histogram(provinces, view),
        gauges=tuple(answers[code] for code in GAUGES),
        attention=attention[:ATTENTION_SHOWN],
        attention_total=len(attention),
        series=_trends(session, view, hq, day, known_at),
        fresh_to=tuple(list_sources(session)),
        parked=count_parked(session, tenant=tenant, provinces=None),
    )


def province_today(
    session: Session, *, tenant: str, programme: str, cycle: str, province: str, at: date | None = None
) -> ProvincePanel:
    """One province at the end of a day, with the national average beside each figure."""
    officer = Actor(person_id=None, tenant=tenant, roles=(Grant("province_officer", province),))
    view = current_cycle(session, tenant=tenant, programme=programme, cycle=cycle)
    day = at or local_today(session, view)
    asked: dict[str, Any] = {"cycle": view, "at": day, "known_at": None, "by_actor": officer, "codes": OWN_FIGURES}
    own = answer_many(session, territory=province, **asked)
    average = answer_many(session, territory="*", **asked)
    findings = _findings(session, view, tenant, day, None, (province,))
    names = province_names(session).get(province, {})
    provinces = _provinces(session, view, officer, day, None, findings, [(province, names)])
    return ProvincePanel(
        province=provinces[0],
        figures=tuple((own[code], average[code].value) for code in OWN_FIGURES),
        attention=_attention(provinces, findings, view, day),
    )


def _findings(
    session: Session,
    view: CycleView,
    tenant: str,
    day: date,
    known_at: datetime | None,
    provinces: Sequence[str] | None,
) -> list[Finding]:
    question = question_of(KPIS["K-01"], view, tenant=tenant, at=day, known_at=known_at, provinces=provinces)
    return [_with_month(each, view.calendar) for each in list_findings(session, question)]


def _with_month(finding: Finding, calendar: str) -> Finding:
    """A month is told by its name, not by its key."""
    if "month" not in finding.params:
        return finding
    return replace(finding, params={**finding.params, "month": month_names(finding.params["from"], calendar)})


def _provinces(
    session: Session, view: CycleView, by: Actor, day: date, known_at: datetime | None, findings: Sequence[Finding],
    places: Sequence[tuple[str, dict[str, str]]],
) -> tuple[ProvinceToday, ...]:  # fmt: skip
    asked: dict[str, Any] = {
        "tenant": by.tenant, "programme": view.programme, "cycle": view.cycle, "at": day, "known_at": known_at,
        "by_actor": by,
    }  # fmt: skip
    quota = {case.province: case for case in explain_kpi(session, code="K-02", **asked).counted}
    agencies = _per_province(answer_kpi(session, code="K-03", by=("prv",), **asked))
    low, high = view.quotas.get("Q-SCH", (0, 0))
    found = []
    for code, names in places:
        case = quota.get(code)
        own = [each for each in findings if each.province == code]
        held = _number(case, "held")
        minimum, maximum = (_number(case, "min"), _number(case, "max")) if case else (low, high)
        status = _status(case, held, minimum, maximum, low)
        reasons = [Reason(each.code, each.params) for each in own]
        if status == "below":
            reasons.insert(0, Reason("below_minimum", {"held": held, "min": minimum, "missing": minimum - held}))
        found.append(
            ProvinceToday(
                code=code, names=names, secretariats=held if case else None,
                agencies=agencies.get(code, 0) if case else None, minimum=low if status == "exception" else minimum,
                maximum=maximum, status=status, has_plan=case is not None, reasons=tuple(reasons[:REASONS_SHOWN]),
            )
        )  # fmt: skip
    return tuple(found)


def _status(case: Case | None, held: int, minimum: int, maximum: int, regular: int) -> str:
    if case is None:
        return "none"
    if held > maximum:
        return "above"
    if held < minimum:
        return "below"
    return "exception" if held < regular else "within"


def _number(case: Case | None, name: str) -> int:
    return int(str(case.details.get(name) or 0)) if case else 0


def _per_province(answer: Answer) -> dict[str, int]:
    return {str(split.by["prv"]): int(split.value or 0) for split in answer.splits}


def _attention(
    provinces: Sequence[ProvinceToday], findings: Sequence[Finding], view: CycleView, day: date
) -> tuple[Attention, ...]:
    names = {each.code: each.names for each in provinces}
    lines = [
        Attention(each.shape, each.province, names.get(each.province, {}), each.code, each.params, each.due,
                  (day - each.due).days if each.due else None, each.kpi)
        for each in findings
    ]  # fmt: skip
    for each in provinces:
        if each.status == "below" and day > view.launch_to:
            params = {
                "held": each.secretariats,
                "min": each.minimum,
                "missing": each.minimum - (each.secretariats or 0),
            }
            days = (day - view.launch_to).days
            lines.append(
                Attention("late", each.code, each.names, "below_minimum", params, view.launch_to, days, "K-02")
            )
    return tuple(sorted(lines, key=lambda line: (line.due or date.max, line.province, line.code)))


def _histogram(provinces: Sequence[ProvinceToday], view: CycleView) -> tuple[tuple[int, int, bool], ...]:
    low, high = view.quotas.get("Q-SCH", (0, 0))
    counts = [each.secretariats for each in provinces if each.secretariats is not None]
    return tuple((n, counts.count(n), low <= n <= high) for n in range(max([high, *counts]) + 1))


def _trends(
    session: Session, view: CycleView, by: Actor, day: date, known_at: datetime | None
) -> dict[str, list[Point]]:
    if day < view.from_on:
        return {}
    scope: dict[str, Any] = {
        "programme": view.programme,
        "cycle": view.cycle,
        "tenant": by.tenant,
        "known_at": known_at,
    }
    return {
        code: kpi_series(
            session, code=code, frm=view.from_on, to=min(day, view.to_on), step="week", by_actor=by, **scope
        )[1]
        for code in TRENDS
    }
