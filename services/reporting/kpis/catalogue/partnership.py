"""K-01 to K-07 and K-52: how many secretariats and agencies, and whether within quota."""

from services.reporting.kpis.definition import Behaviour, Flow, Kpi, Measure, Part, Stock

_SECRETARIAT_REASON = """CASE
    WHEN s.active @> :t AND s.state <> 'voided' THEN NULL
    WHEN s.state IN ('voided', 'not_selected', 'suspended') THEN s.state
    WHEN s.ended_on <= :t THEN 'ended'
    WHEN s.established_on > :t THEN 'established_later'
    ELSE 'not_established' END"""
_SECRETARIATS = f"""SELECT s.province, s.fact_id, s.school_names AS names, s.established_on AS on_day,
    1 AS num, 0 AS den, {_SECRETARIAT_REASON} AS reason,
    jsonb_build_object('prv', s.province, 'gen', s.gender, 'stg', s.stages, 'dis', s.disability_groups) AS dims,
    jsonb_build_object('state', s.state) AS details
FROM @secretariats s"""

_LINKED = """SELECT p.province, p.fact_id, p.agency_names AS names, p.established_on AS on_day,
    {num} AS num, {den} AS den,
    CASE WHEN p.state = 'voided' THEN 'voided'
         WHEN p.active @> :t AND row_number() OVER (
             PARTITION BY p.province, p.agency_id, p.active @> :t AND p.state <> 'voided' ORDER BY p.fact_id) > 1
             THEN 'agency_counted_already'
         WHEN p.active @> :t THEN NULL
         WHEN p.state IN ('declined', 'suspended') THEN p.state
         WHEN p.ended_on <= :t THEN 'ended'
         WHEN p.established_on > :t THEN 'established_later'
         ELSE 'not_established' END AS reason,
    jsonb_build_object('prv', p.province, 'ak', p.agency_kind, 'as', p.sector) AS dims,
    jsonb_build_object('state', p.state,
        'school', coalesce(p.school_names ->> 'fa', p.school_names ->> 'en')) AS details
FROM @pairings p"""

_WITHIN_QUOTA = """WITH held AS (
    SELECT province, count(DISTINCT {what}) AS n FROM {source} f
    WHERE f.active @> :t AND f.state <> 'voided' GROUP BY province),
limits AS (
    SELECT (q ->> 'min')::int AS lo, (q ->> 'max')::int AS hi
    FROM @cycles c, jsonb_array_elements(c.quotas) q WHERE q ->> 'id' = '{quota}' LIMIT 1)
SELECT p.province, p.fact_id, CAST(NULL AS jsonb) AS names, p.started_on AS on_day,
    CASE WHEN coalesce(h.n, 0) BETWEEN coalesce(x.lo, l.lo) AND coalesce(x.hi, l.hi) THEN 1 ELSE 0 END AS num, 1 AS den,
    CASE WHEN p.state = 'voided' THEN 'voided' WHEN p.open @> :t THEN NULL ELSE 'no_open_plan' END AS reason,
    jsonb_build_object('prv', p.province) AS dims,
    jsonb_build_object('held', coalesce(h.n, 0), 'min', coalesce(x.lo, l.lo), 'max', coalesce(x.hi, l.hi),
        'exception', x.lo IS NOT NULL) AS details
FROM @plans p CROSS JOIN limits l LEFT JOIN held h ON h.province = p.province
LEFT JOIN LATERAL (
    SELECT (e ->> 'min')::int AS lo, (e ->> 'max')::int AS hi FROM jsonb_array_elements(p.exceptions) e
    WHERE e ->> 'quota_id' = '{quota}' AND :t BETWEEN (e ->> 'from_on')::date AND (e ->> 'until_on')::date
    ORDER BY e ->> 'until_on' DESC LIMIT 1) x ON true"""

_POOL = """WITH linked AS (
    SELECT province, agency_id FROM @pairings p WHERE p.active @> :t AND p.state <> 'voided' GROUP BY 1, 2)
SELECT place AS province, a.fact_id, a.names, CAST(NULL AS date) AS on_day,
    CASE WHEN l.agency_id IS NULL THEN 0 ELSE 1 END AS num, 1 AS den,
    CASE WHEN a.state IN ('merged', 'closed', 'voided') THEN a.state END AS reason,
    jsonb_build_object('prv', place, 'ak', a.agency_kind) AS dims, jsonb_build_object('sector', a.sector) AS details
FROM @agencies a CROSS JOIN LATERAL unnest(a.pool) AS place
LEFT JOIN linked l ON l.province = place AND l.agency_id = a.fact_id"""

_CONVERSION = """SELECT s.province, s.fact_id, s.school_names AS names, s.established_on AS on_day,
    CASE WHEN s.established_on <= :t THEN 1 ELSE 0 END AS num, 1 AS den,
    CASE WHEN s.state = 'voided' THEN 'voided' WHEN s.selected_on <= :t THEN NULL ELSE 'not_selected' END AS reason,
    jsonb_build_object('prv', s.province) AS dims, jsonb_build_object('state', s.state) AS details
FROM @secretariats s"""

_LIVE = "f.state <> 'voided'"


def _stock(part: Part, table: str, where: str = _LIVE) -> Stock:
    return Stock(part=part, table=table, days="active", where=where)


def _within(source: str, what: str, quota: str) -> str:
    return _WITHIN_QUOTA.format(source="@" + source, what=what, quota=quota)


KPIS = (
    Kpi(
        code="K-01",
        names={
            "fa": "دبیرخانه‌های فعال",
            "en": "Active secretariats",
            "ar": "أمانات البرنامج النشطة",
            "lt": "Veikiantys sekretoriatai",
        },
        unit="count",
        grain="day",
        dimensions=("prv", "gen", "stg", "dis"),
        behaviour=Behaviour.STOCK,
        measure=Measure.SUM,
        target="5..10",
        formula={
            "fa": ("دبیرخانه‌های برقرار در پایان روز", ""),
            "en": ("secretariats established at the end of the day", ""),
        },
        reads=("secretariat_facts",),
        cases=_SECRETARIATS,
        cells=(_stock(Part.VALUE, "secretariat_facts"),),
        cell_dims={"gen": "f.gender"},
    ),
    Kpi(
        code="K-02",
        names={
            "fa": "استان‌های در محدودهٔ سهمیهٔ مدارس",
            "en": "Provinces within school quota",
            "ar": "المناطق المستوفية لحصة المدارس",
            "lt": "Regionai, atitinkantys mokyklų kvotą",
        },
        unit="share",
        grain="day",
        dimensions=("prv",),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target="1",
        formula={
            "fa": ("استان‌های در محدودهٔ سهمیه یا دارای استثنای معتبر", "استان‌های دارای برنامهٔ باز"),
            "en": ("provinces within quota or with a valid exception", "provinces with an open plan"),
        },
        reads=("secretariat_facts", "plan_facts", "cycle_facts"),
        cases=_within("secretariats", "f.fact_id", "Q-SCH"),
    ),
    Kpi(
        code="K-03",
        names={
            "fa": "دستگاه‌های مرتبط",
            "en": "Linked agencies",
            "ar": "الجهات المرتبطة",
            "lt": "Susietos institucijos",
        },
        unit="count",
        grain="day",
        dimensions=("prv", "ak", "as"),
        behaviour=Behaviour.STOCK,
        measure=Measure.SUM,
        target="5..10",
        formula={
            "fa": ("دستگاه‌های دارای پیوند برقرار در پایان روز", ""),
            "en": ("agencies with an established pairing at the end of the day", ""),
        },
        reads=("pairing_facts",),
        cases=_LINKED.format(num="1", den="0"),
        cells=(_stock(Part.VALUE, "pairing_facts"),),
        cell_dims={"ak": "f.agency_kind", "as": "f.sector"},
    ),
    Kpi(
        code="K-04",
        names={
            "fa": "استان‌های در محدودهٔ سهمیهٔ دستگاه‌ها",
            "en": "Provinces within agency quota",
            "ar": "المناطق المستوفية لحصة الجهات",
            "lt": "Regionai, atitinkantys institucijų kvotą",
        },
        unit="share",
        grain="day",
        dimensions=("prv",),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target="1",
        formula={
            "fa": ("استان‌های در محدودهٔ سهمیهٔ دستگاه‌ها", "استان‌های دارای برنامهٔ باز"),
            "en": ("provinces within the agency quota", "provinces with an open plan"),
        },
        reads=("pairing_facts", "plan_facts", "cycle_facts"),
        cases=_within("pairings", "f.agency_id", "Q-AGY"),
    ),
    Kpi(
        code="K-05",
        names={
            "fa": "سهم دستگاه‌های غیردولتی",
            "en": "Non-governmental share of linked agencies",
            "ar": "نسبة الجهات غير الحكومية",
            "lt": "Nevalstybinių institucijų dalis",
        },
        unit="share",
        grain="day",
        dimensions=("prv", "ak"),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target="0<..<1",
        formula={
            "fa": ("دستگاه‌های غیردولتی مرتبط", "دستگاه‌های مرتبط"),
            "en": ("non-governmental linked agencies", "linked agencies"),
        },
        reads=("pairing_facts",),
        cases=_LINKED.format(num="CASE WHEN p.sector <> 'governmental' THEN 1 ELSE 0 END", den="1"),
        cells=(
            _stock(Part.NUMERATOR, "pairing_facts", f"{_LIVE} AND f.sector <> 'governmental'"),
            _stock(Part.DENOMINATOR, "pairing_facts"),
        ),
        cell_dims={"ak": "f.agency_kind"},
    ),
    Kpi(
        code="K-06",
        names={
            "fa": "پوشش فهرست دستگاه‌ها",
            "en": "Coverage of agency pool",
            "ar": "تغطية قائمة الجهات",
            "lt": "Institucijų sąrašo aprėptis",
        },
        unit="share",
        grain="qtr",
        dimensions=("prv", "ak"),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target="info",
        formula={
            "fa": ("دستگاه‌های مرتبط", "دستگاه‌های فهرست استان"),
            "en": ("linked agencies", "agencies in the province's pool"),
        },
        reads=("pairing_facts", "agency_facts"),
        cases=_POOL,
    ),
    Kpi(
        code="K-07",
        names={
            "fa": "نرخ استقرار دبیرخانه",
            "en": "Selection-to-establishment conversion",
            "ar": "نسبة تفعيل أمانات البرنامج",
            "lt": "Įsteigtų sekretoriatų dalis",
        },
        unit="share",
        grain="cyc",
        dimensions=("prv",),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target=">=0.95",
        formula={
            "fa": ("دبیرخانه‌هایی که تاکنون برقرار شده‌اند", "دبیرخانه‌هایی که تاکنون برگزیده شده‌اند"),
            "en": ("secretariats ever established", "secretariats ever selected"),
        },
        reads=("secretariat_facts",),
        cases=_CONVERSION,
        cells=(
            Flow(
                Part.NUMERATOR,
                "secretariat_facts",
                "GREATEST(f.established_on, f.selected_on)",
                where=f"{_LIVE} AND f.selected_on IS NOT NULL AND f.established_on IS NOT NULL",
            ),
            Flow(
                Part.DENOMINATOR, "secretariat_facts", "f.selected_on", where=f"{_LIVE} AND f.selected_on IS NOT NULL"
            ),
        ),
    ),
    Kpi(
        code="K-52",
        names={
            "fa": "توازن مدارس دخترانه و پسرانه",
            "en": "Girls' / boys' schools balance",
            "ar": "التوازن بين مدارس البنات والبنين",
            "lt": "Mergaičių ir berniukų mokyklų pusiausvyra",
        },
        unit="share",
        grain="qtr",
        dimensions=("prv", "gen"),
        behaviour=Behaviour.STOCK,
        measure=Measure.PARITY,
        target=">=0.5",
        formula={
            "fa": ("کمترِ دبیرخانه‌های دخترانه و پسرانه", "بیشترِ دبیرخانه‌های دخترانه و پسرانه"),
            "en": ("the fewer of girls' and boys' secretariats", "the more of girls' and boys' secretariats"),
        },
        reads=("secretariat_facts",),
        cases=_SECRETARIATS,
        cells=(_stock(Part.VALUE, "secretariat_facts"),),
        cell_dims={"gen": "f.gender"},
    ),
)
