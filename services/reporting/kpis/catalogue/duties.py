"""K-45: duties fulfilled."""

from services.reporting.kpis.definition import Behaviour, Flow, Kpi, Measure, Part

_DUTIES = """SELECT o.province, o.fact_id, o.title AS names, o.due_on AS on_day,
    CASE WHEN o.state = 'fulfilled' AND o.fulfilled_on <= :t THEN 1 ELSE 0 END AS num, 1 AS den,
    CASE WHEN o.state IN ('voided', 'waived') THEN o.state
         WHEN o.due_on NOT BETWEEN :p_from AND :p_to THEN 'outside_period'
         WHEN o.due_on > :t THEN 'not_due_yet' END AS reason,
    jsonb_build_object('prv', o.province, 'level', o.level, 'duty', o.template, 'role', o.roles) AS dims,
    jsonb_build_object('duty', o.template, 'state', o.state, 'late', o.late, 'fulfilled_on', o.fulfilled_on,
        'period', o.period_key) AS details
FROM @obligations o"""

_COUNTED = "f.state NOT IN ('voided', 'waived') AND f.due_on IS NOT NULL"

KPIS = (
    Kpi(
        code="K-45",
        names={"fa": "تحقق وظایف", "en": "Duties fulfilled", "ar": "إنجاز المهام", "lt": "Įvykdytos pareigos"},
        unit="share",
        grain="qtr",
        dimensions=("prv", "level", "duty", "role"),
        behaviour=Behaviour.TIMELINESS,
        measure=Measure.RATIO,
        target=">=0.9",
        formula={
            "fa": ("وظیفه‌های انجام‌شده", "وظیفه‌های سررسیدشده، جز معاف‌ها"),
            "en": ("duties fulfilled", "duties that fell due, waived ones left out"),
        },
        reads=("obligation_facts",),
        cases=_DUTIES,
        cells=(
            Flow(
                Part.NUMERATOR,
                "obligation_facts",
                "GREATEST(f.due_on, f.fulfilled_on)",
                where=f"{_COUNTED} AND f.state = 'fulfilled' AND f.fulfilled_on IS NOT NULL",
            ),
            Flow(Part.DENOMINATOR, "obligation_facts", "f.due_on", where=_COUNTED),
        ),
        cell_dims={"level": "f.level", "duty": "f.template"},
    ),
)
