"""K-31, K-32, K-34, K-36, K-37: meetings held, and who was there."""

from services.reporting.kpis.definition import Behaviour, Flow, Kpi, Level, Measure, Part

_HELD = "m.state IN ('held', 'minuted') AND m.held_on <= :t"

_MEETINGS = f"""WITH held AS MATERIALIZED (
    SELECT m.fact_id, m.province, m.held_on FROM @meetings m WHERE {_HELD} AND m.meeting_kind = '{{kind}}')"""
_MONTHS = f"""{_MEETINGS.format(kind="hq_monthly")}
SELECT '' AS province, m.fact_id, jsonb_build_object('en', x ->> 'key', 'fa', x ->> 'key') AS names,
    m.held_on AS on_day, CASE WHEN m.fact_id IS NULL THEN 0 ELSE 1 END AS num, 1 AS den,
    CASE WHEN (x ->> 'to_on')::date < :p_from OR (x ->> 'from_on')::date > :p_to THEN 'outside_period'
         WHEN (x ->> 'from_on')::date > :t THEN 'month_ahead'
         WHEN (x ->> 'to_on')::date > :t THEN 'month_running' END AS reason,
    jsonb_build_object('mon', x ->> 'key') AS dims,
    jsonb_build_object('month', x ->> 'key', 'from', x ->> 'from_on', 'to', x ->> 'to_on') AS details
FROM @cycles c CROSS JOIN LATERAL jsonb_array_elements(c.months) AS x
LEFT JOIN LATERAL (
    SELECT m.fact_id, m.held_on FROM held m
    WHERE m.held_on BETWEEN (x ->> 'from_on')::date AND (x ->> 'to_on')::date
    ORDER BY m.held_on, m.fact_id LIMIT 1) m ON true"""

_QUARTERS = f"""{_MEETINGS.format(kind="provincial_quarterly")}
SELECT p.province, coalesce(m.fact_id, p.fact_id) AS fact_id, x -> 'label' AS names,
    m.held_on AS on_day, CASE WHEN m.fact_id IS NULL THEN 0 ELSE 1 END AS num, 1 AS den,
    CASE WHEN p.state = 'voided' THEN 'voided'
         WHEN (x ->> 'to_on')::date < :p_from OR (x ->> 'from_on')::date > :p_to THEN 'outside_period'
         WHEN p.started_on > (x ->> 'to_on')::date THEN 'no_open_plan'
         WHEN (x ->> 'from_on')::date > :t THEN 'quarter_ahead'
         WHEN (x ->> 'to_on')::date > :t THEN 'quarter_running' END AS reason,
    jsonb_build_object('prv', p.province, 'qtr', x ->> 'ordinal') AS dims,
    jsonb_build_object('quarter', x ->> 'ordinal', 'from', x ->> 'from_on', 'to', x ->> 'to_on') AS details
FROM @plans p CROSS JOIN @cycles c CROSS JOIN LATERAL jsonb_array_elements(c.periods) AS x
LEFT JOIN LATERAL (
    SELECT m.fact_id, m.held_on FROM held m
    WHERE m.province = p.province AND m.held_on BETWEEN (x ->> 'from_on')::date AND (x ->> 'to_on')::date
    ORDER BY m.held_on, m.fact_id LIMIT 1) m ON true"""

_BRIEFED = f"""WITH present AS (
    SELECT (a ->> 'person_id')::uuid AS person_id, min(m.held_on) AS held_on
    FROM @meetings m CROSS JOIN LATERAL jsonb_array_elements(m.attendance) AS a
    WHERE {_HELD} AND m.meeting_kind = 'briefing' AND a ->> 'mark' = 'present' GROUP BY 1)
SELECT r.province, r.fact_id, s.names, b.held_on AS on_day,
    CASE WHEN b.person_id IS NULL THEN 0 ELSE 1 END AS num, 1 AS den,
    CASE WHEN NOT r.held @> :t THEN 'role_ended'
         WHEN s.state IN ('closed', 'merged', 'voided') THEN 'school_closed'
         WHEN s.school_kind <> 'special' THEN 'not_a_special_school'
         WHEN row_number() OVER (PARTITION BY r.person_id, r.held @> :t ORDER BY r.fact_id) > 1
             THEN 'person_counted_already' END AS reason,
    jsonb_build_object('prv', r.province) AS dims, '{{}}'::jsonb AS details
FROM @roles r JOIN @schools s ON s.fact_id = r.organisation_id LEFT JOIN present b ON b.person_id = r.person_id
WHERE r.role = 'principal'"""

_WORKSHOPS = """SELECT m.province, m.fact_id, jsonb_build_object('fa', m.title, 'en', m.title) AS names,
    m.held_on AS on_day, 1 AS num, 0 AS den,
    CASE WHEN m.state NOT IN ('held', 'minuted') THEN 'not_held'
         WHEN m.held_on > :t OR m.held_on NOT BETWEEN :p_from AND :p_to THEN 'outside_period' END AS reason,
    jsonb_build_object('prv', m.province) AS dims, jsonb_build_object('state', m.state) AS details
FROM @meetings m WHERE m.meeting_kind = 'experience_workshop'"""

_ATTENDANCE = """SELECT m.province, m.fact_id, jsonb_build_object('fa', m.title, 'en', m.title) AS names,
    m.held_on AS on_day, CASE WHEN a ->> 'mark' = 'present' THEN 1 ELSE 0 END AS num, 1 AS den,
    CASE WHEN m.state NOT IN ('held', 'minuted') THEN 'not_held'
         WHEN m.held_on > :t OR m.held_on NOT BETWEEN :p_from AND :p_to THEN 'outside_period'
         WHEN a ->> 'mark' NOT IN ('present', 'absent') THEN 'excused'
         WHEN NOT coalesce((a ->> 'invited')::boolean, true) THEN 'walk_in' END AS reason,
    jsonb_build_object('prv', m.province, 'mk', m.meeting_kind, 'mode', m.mode, 'cat', a ->> 'category') AS dims,
    jsonb_build_object('mark', a ->> 'mark', 'category', a ->> 'category', 'kind', m.meeting_kind) AS details
FROM @meetings m CROSS JOIN LATERAL jsonb_array_elements(m.attendance) AS a"""

_MARKS = """(SELECT count(*) FROM jsonb_array_elements(f.attendance) a
    WHERE coalesce((a ->> 'invited')::boolean, true) AND a ->> 'mark' IN {marks})"""
_WAS_HELD = "f.state IN ('held', 'minuted') AND f.held_on IS NOT NULL"

KPIS = (
    Kpi(
        code="K-31",
        names={
            "fa": "جلسات ماهانهٔ ستاد",
            "en": "HQ monthly meetings held",
            "ar": "الاجتماعات الشهرية للجنة الوطنية",
            "lt": "Mėnesiniai komiteto posėdžiai",
        },
        unit="share",
        grain="mon",
        dimensions=("mon",),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target="1",
        formula={
            "fa": ("ماه‌هایی که ستاد در آن‌ها جلسه داشت", "ماه‌های سپری‌شده"),
            "en": ("months with at least one meeting held", "months elapsed"),
        },
        reads=("meeting_facts", "cycle_facts"),
        cases=_MONTHS,
        level=Level.NATIONAL,
    ),
    Kpi(
        code="K-32",
        names={
            "fa": "جلسات فصلی کارگروه",
            "en": "Provincial quarterly meetings held",
            "ar": "الاجتماعات الفصلية لفرق العمل",
            "lt": "Ketvirtiniai darbo grupių posėdžiai",
        },
        unit="share",
        grain="qtr",
        dimensions=("prv", "qtr"),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target="1",
        formula={
            "fa": ("استان–فصل‌های دارای جلسه", "استان–فصل‌های سپری‌شده"),
            "en": ("province-quarters with a meeting held", "province-quarters elapsed"),
        },
        reads=("meeting_facts", "plan_facts", "cycle_facts"),
        cases=_QUARTERS,
    ),
    Kpi(
        code="K-34",
        names={
            "fa": "مدیران توجیه‌شده",
            "en": "Principals briefed",
            "ar": "قادة المدارس الحاضرون للقاءات التعريفية",
            "lt": "Informuoti vadovai",
        },
        unit="share",
        grain="cyc",
        dimensions=("prv",),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target=">=0.9",
        formula={
            "fa": ("مدیران حاضر در جلسه‌های توجیهی", "مدیران مدارس استثنایی دایر"),
            "en": ("principals present in briefings", "principals of open special schools"),
        },
        reads=("meeting_facts", "role_facts", "school_facts"),
        cases=_BRIEFED,
    ),
    Kpi(
        code="K-36",
        names={
            "fa": "کارگاه‌های تجربه‌گردانی",
            "en": "Experience-circulation workshops",
            "ar": "ورش تبادل الخبرات",
            "lt": "Patirties sklaidos seminarai",
        },
        unit="count",
        grain="qtr",
        dimensions=("prv",),
        behaviour=Behaviour.FLOW,
        measure=Measure.SUM,
        target=">=1",
        formula={"fa": ("کارگاه‌های برگزارشده در بازه", ""), "en": ("workshops held in the period", "")},
        reads=("meeting_facts",),
        cases=_WORKSHOPS,
        cells=(
            Flow(
                Part.VALUE,
                "meeting_facts",
                "f.held_on",
                where=f"{_WAS_HELD} AND f.meeting_kind = 'experience_workshop'",
            ),
        ),
    ),
    Kpi(
        code="K-37",
        names={"fa": "نرخ حضور", "en": "Attendance rate", "ar": "معدل الحضور", "lt": "Dalyvavimo rodiklis"},
        unit="share",
        grain="mon",
        dimensions=("prv", "mk", "mode", "cat"),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target=">=0.75",
        formula={
            "fa": ("حاضران", "حاضران و غایبان دعوت‌شده"),
            "en": ("present", "present and absent among those invited"),
        },
        reads=("meeting_facts",),
        cases=_ATTENDANCE,
        cells=(
            Flow(Part.NUMERATOR, "meeting_facts", "f.held_on", _MARKS.format(marks="('present')"), _WAS_HELD),
            Flow(
                Part.DENOMINATOR, "meeting_facts", "f.held_on", _MARKS.format(marks="('present', 'absent')"), _WAS_HELD
            ),
        ),
        cell_dims={"mk": "f.meeting_kind", "mode": "f.mode"},
    ),
)
