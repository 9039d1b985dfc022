"""K-18, K-33, K-35: whether established pairings live."""

from services.reporting.kpis.definition import Behaviour, Kpi, Measure, Span

_SEEN = """WITH seen AS MATERIALIZED (
    SELECT pairing, count(*) AS n, max(m.held_on) AS last_on
    FROM @meetings m CROSS JOIN LATERAL unnest(m.pairings) AS pairing
    WHERE m.state IN ('held', 'minuted') AND m.held_on BETWEEN {since} AND LEAST(:t, :p_to)
      AND m.meeting_kind IN ({kinds}) GROUP BY 1)"""
_OF_THE_CYCLE = "DATE '-infinity'"  # whichever period is asked about, a visit counts from the cycle's first day on
_PAIRED = "FROM @pairings p LEFT JOIN seen m ON m.pairing = p.fact_id"
_NOT_ESTABLISHED = """CASE WHEN p.state = 'voided' THEN 'voided' WHEN p.active @> LEAST(:t, :p_to) THEN NULL
         WHEN p.ended_on <= :t THEN 'ended' ELSE 'not_established' END"""
_SHARED = """jsonb_build_object('prv', p.province, 'ak', p.agency_kind) AS dims,
    jsonb_build_object('school', coalesce(p.school_names ->> 'fa', p.school_names ->> 'en'),
        'meetings', coalesce(m.n, 0)) AS details"""

_CONTINUITY = f"""{_SEEN.format(kinds="'joint', 'joint_session', 'site_visit'", since=":p_from")}
SELECT p.province, p.fact_id, p.agency_names AS names, m.last_on AS on_day,
    CASE WHEN m.n > 0 THEN 1 ELSE 0 END AS num, 1 AS den,
    CASE WHEN p.state = 'voided' THEN 'voided' WHEN d.days >= 30 THEN NULL
         WHEN d.days > 0 THEN 'established_under_30_days' ELSE 'not_established' END AS reason,
    {_SHARED}
{_PAIRED}
CROSS JOIN LATERAL (
    SELECT coalesce(sum(upper(r) - lower(r)), 0) AS days
    FROM unnest(p.active * datemultirange(daterange(:p_from, GREATEST(LEAST(:p_to, :t) + 1, :p_from)))) AS r) d"""

_JOINT = f"""{_SEEN.format(kinds="'joint', 'joint_session'", since=":p_from")}
SELECT p.province, p.fact_id, p.agency_names AS names, m.last_on AS on_day, coalesce(m.n, 0) AS num, 1 AS den,
    {_NOT_ESTABLISHED} AS reason, {_SHARED}
{_PAIRED}"""

_VISITS = f"""{_SEEN.format(kinds="'site_visit'", since=_OF_THE_CYCLE)}
SELECT p.province, p.fact_id, p.agency_names AS names, m.last_on AS on_day,
    CASE WHEN m.n > 0 THEN 1 ELSE 0 END AS num, 1 AS den, {_NOT_ESTABLISHED} AS reason, {_SHARED}
{_PAIRED}"""

KPIS = (
    Kpi(
        code="K-18",
        names={
            "fa": "تداوم پیوندها",
            "en": "Continuity of pairings",
            "ar": "استمرارية الشراكات",
            "lt": "Partnerysčių tęstinumas",
        },
        unit="share",
        grain="qtr",
        dimensions=("prv", "ak"),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target=">=0.9",
        span=Span.PERIOD,
        formula={
            "fa": ("پیوندهایی با دست‌کم یک نشست یا بازدید در فصل", "پیوندهایی که دست‌کم ۳۰ روز فصل برقرار بوده‌اند"),
            "en": ("pairings with a joint meeting or visit in the quarter", "pairings established for 30 days of it"),
        },
        reads=("pairing_facts", "meeting_facts"),
        cases=_CONTINUITY,
    ),
    Kpi(
        code="K-33",
        names={
            "fa": "نشست مشترک به ازای هر پیوند",
            "en": "Joint meetings per pairing",
            "ar": "اللقاءات المشتركة لكل شراكة",
            "lt": "Bendri susitikimai vienai partnerystei",
        },
        unit="number",
        grain="qtr",
        dimensions=("prv", "ak"),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target=">=1",
        span=Span.PERIOD,
        formula={
            "fa": ("حضور پیوندها در نشست‌های مشترک", "پیوندهای برقرار"),
            "en": ("pairings' presences in joint meetings", "established pairings"),
        },
        reads=("pairing_facts", "meeting_facts"),
        cases=_JOINT,
    ),
    Kpi(
        code="K-35",
        names={"fa": "پوشش بازدید", "en": "Site-visit coverage", "ar": "تغطية الزيارات", "lt": "Vizitų aprėptis"},
        unit="share",
        grain="qtr",
        dimensions=("prv", "ak"),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target="1",
        formula={
            "fa": ("پیوندهای بازدیدشده در دورهٔ سالانه", "پیوندهای برقرار"),
            "en": ("pairings visited in the cycle", "established pairings"),
        },
        reads=("pairing_facts", "meeting_facts"),
        cases=_VISITS,
    ),
)
