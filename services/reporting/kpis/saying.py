"""Answers as JSON values, written by hand because figures are read far more often than anything else."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.reporting.kpis.answers import Answer, Case, Figured, Point, Why
from services.reporting.kpis.behaviours import on_target
from services.reporting.kpis.definition import Kpi


def number(value: Decimal | None) -> float | int | None:
    """A JSON number: whole when it is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def kpi_out(kpi: Kpi) -> dict[str, Any]:
    """A definition as JSON values."""
    return {
        "code": kpi.code, "names": dict(kpi.names), "unit": kpi.unit, "grain": kpi.grain, "dimensions": kpi.dimensions,
        "behaviour": kpi.behaviour.value, "target": kpi.target, "formula": dict(kpi.formula), "reads": kpi.reads,
    }  # fmt: skip


def _parts(figured: Figured) -> dict[str, Any]:
    return {
        "value": number(figured.value), "reason": figured.reason, "numerator": number(figured.numerator),
        "denominator": number(figured.denominator),
    }  # fmt: skip


def answer_out(answer: Answer) -> dict[str, Any]:
    """An answer as JSON values; written by hand because figures are read far more often than anything else."""
    period = answer.period
    return {
        "code": answer.code, "names": dict(answer.names), **_parts(answer), "unit": answer.unit,
        "target": answer.target,
        "on_target": on_target(answer.value, answer.target), "at": answer.at, "known_at": answer.known_at,
        "period": None if period is None else {
            "ordinal": period.ordinal, "label": period.label, "from_on": period.from_on, "to_on": period.to_on,
            "state": period.state,
        },
        "territory": answer.territory, "average": answer.averaged,
        "splits": [{"by": each.by, **_parts(each), "additive": each.additive} for each in answer.splits],
        "fresh_to": [
            {
                "source": each.source, "stream": each.stream, "epoch": str(each.epoch) if each.epoch else None,
                "seq": each.seq, "time": each.time, "applied_at": each.applied_at,
            }
            for each in answer.fresh_to
        ],
        "parked_in_scope": answer.parked_in_scope,
    }  # fmt: skip


def point_out(point: Point) -> dict[str, Any]:
    """A point as JSON values."""
    return {"day": point.day, **_parts(point)}


def case_out(case: Case, words: str | None) -> dict[str, Any]:
    """A case as JSON values, its reason in words."""
    return {
        "province": case.province, "fact_id": case.fact_id, "names": case.names, "on_day": case.on_day,
        "numerator": number(case.numerator), "denominator": number(case.denominator), "reason": case.reason,
        "reason_words": words, "details": case.details,
    }  # fmt: skip


def why_out(why: Why, words: Mapping[str, str]) -> dict[str, Any]:
    """A drill-down as JSON values."""
    return {
        "answer": answer_out(why.answer),
        "formula": dict(why.formula),
        "counted": [case_out(each, None) for each in why.counted],
        "excluded": [case_out(each, words.get(each.reason or "")) for each in why.excluded],
        "other_days": [point_out(each) for each in why.other_days],
        "without_exceptions": answer_out(why.without_exceptions) if why.without_exceptions else None,
    }
