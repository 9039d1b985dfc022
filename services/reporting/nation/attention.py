"""What needs a decision: facts that are late, missed or waiting, each with its number and its day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.kpis.selecting import Question, sourced


@dataclass(frozen=True)
class Finding:
    """One thing in one province ('' the nation): a shape, a code with parameters for its words, and its due day."""

    province: str
    shape: str
    code: str
    params: dict[str, Any]
    due: date | None
    kpi: str | None


_SELECTS: Sequence[tuple[str, str, str | None, str]] = (
    (
        "appointments_missing", "late", "K-09",
        """SELECT s.province, jsonb_build_object('count', count(*)) AS params, c.launch_to AS due
        FROM @secretariats s CROSS JOIN (SELECT launch_to FROM @cycles LIMIT 1) c
        WHERE s.selected_on <= :t AND coalesce(s.appointed_on > :t, true) AND s.state = 'selected' GROUP BY 1, 3""",
    ),
    (
        "agencies_unanswered", "waiting", "K-17",
        """SELECT p.province, jsonb_build_object('count', count(*), 'days', max(:t - p.invited_on),
            'agency', (array_agg(p.agency_names ORDER BY p.invited_on))[1]) AS params, min(p.invited_on) + 15 AS due
        FROM @pairings p WHERE p.state = 'invited' AND p.invited_on <= :t AND coalesce(p.answered_on > :t, true)
        GROUP BY 1""",
    ),
    (
        "seats_vacant", "open", "K-10",
        """SELECT c.province, jsonb_build_object('count', count(*)) AS params, CAST(NULL AS date) AS due
        FROM @committees c CROSS JOIN LATERAL jsonb_array_elements(c.seats) AS seat
        WHERE c.constituted_on <= :t AND NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements(seat -> 'holdings') h
            WHERE (h ->> 'from_on')::date <= :t AND coalesce((h ->> 'to_on')::date > :t, true)) GROUP BY 1""",
    ),
    (
        "quarterly_missing", "missed", "K-32",
        """WITH met AS MATERIALIZED (
            SELECT m.province, m.state, m.local_on, coalesce(m.held_on, m.local_on) AS day_on
            FROM @meetings m WHERE m.meeting_kind = 'provincial_quarterly')
        SELECT p.province, jsonb_build_object('period', x -> 'label', 'cancelled', EXISTS (
                SELECT 1 FROM met m WHERE m.province = p.province
                AND m.state = 'cancelled' AND m.local_on BETWEEN (x ->> 'from_on')::date AND (x ->> 'to_on')::date))
            AS params, (x ->> 'to_on')::date AS due
        FROM @plans p CROSS JOIN @cycles c CROSS JOIN LATERAL jsonb_array_elements(c.periods) AS x
        WHERE p.open @> :t AND :t BETWEEN (x ->> 'from_on')::date AND (x ->> 'to_on')::date + 60
          AND p.started_on <= (x ->> 'to_on')::date
          AND (:t >= (x ->> 'to_on')::date OR EXISTS (
                SELECT 1 FROM met m WHERE m.province = p.province AND m.state = 'cancelled'
                AND m.local_on BETWEEN (x ->> 'from_on')::date AND (x ->> 'to_on')::date))
          AND NOT EXISTS (
            SELECT 1 FROM met m WHERE m.province = p.province AND m.state IN ('held', 'minuted', 'scheduled')
            AND m.day_on BETWEEN (x ->> 'from_on')::date AND (x ->> 'to_on')::date)""",
    ),
    (
        "month_without_meeting", "missed", "K-31",
        """WITH met AS MATERIALIZED (
            SELECT m.held_on FROM @meetings m WHERE m.meeting_kind = 'hq_monthly' AND m.state IN ('held', 'minuted'))
        SELECT '' AS province, jsonb_build_object('month', x ->> 'key', 'from', x ->> 'from_on') AS params,
            (x ->> 'to_on')::date AS due
        FROM @cycles c CROSS JOIN LATERAL jsonb_array_elements(c.months) AS x
        WHERE (x ->> 'to_on')::date < :t AND (x ->> 'to_on')::date > :t - 92 AND NOT EXISTS (
            SELECT 1 FROM met m WHERE m.held_on BETWEEN (x ->> 'from_on')::date AND (x ->> 'to_on')::date)""",
    ),
    (
        "directive_unacknowledged", "late", "K-46",
        """SELECT a ->> 'province' AS province, jsonb_build_object('number', d.number) AS params,
            d.acknowledge_by::date AS due
        FROM @directives d CROSS JOIN LATERAL jsonb_array_elements(d.addressees) AS a
        WHERE d.state = 'issued' AND d.acknowledge_by <= :t_end
          AND coalesce((a ->> 'acknowledged_at')::timestamptz > :t_end, true)""",
    ),
    (
        "duties_overdue", "late", "K-45",
        """SELECT o.province, jsonb_build_object('count', count(*),
            'title', (array_agg(o.title ORDER BY o.due_on, o.template))[1]) AS params, min(o.due_on) AS due
        FROM @obligations o WHERE o.state IN ('overdue', 'missed') AND o.due_on < :t
          AND o.template NOT IN ('H2', 'W3') GROUP BY 1""",
    ),
)  # fmt: skip


def list_findings(session: Session, question: Question) -> list[Finding]:
    """Everything that needs a look on the day asked, most overdue first."""
    found: list[Finding] = []
    for code, shape, kpi, select in _SELECTS:
        rows = session.execute(text(sourced(select)), question.params)
        for province, params, due in rows:
            if question.provinces is None or province in question.provinces:
                found.append(Finding(province, shape, code, params, due, kpi))
    return sorted(found, key=lambda each: (each.due or date.max, each.province, each.code))
