"""K-80 and K-81: whether messages arrive and figures are fresh."""

from services.reporting.kpis.definition import Behaviour, Flow, Kpi, Level, Measure, Part

_ARRIVED = """CASE WHEN {d}.channel = 'email' THEN {d}.state IN ('sent', 'delivered')
         ELSE {d}.state = 'delivered' END"""
_LEFT = "{d}.state IN ('sent', 'delivered', 'bounced')"

_DELIVERIES = f"""SELECT d.province, d.fact_id, jsonb_build_object('fa', d.rule, 'en', d.rule) AS names,
    d.state_on AS on_day,
    CASE WHEN {_ARRIVED.format(d="d")} THEN 1 ELSE 0 END AS num, 1 AS den,
    CASE WHEN NOT {_LEFT.format(d="d")} THEN 'delivery_' || d.state
         WHEN d.state_on > :t OR d.state_on NOT BETWEEN :p_from AND :p_to THEN 'outside_period' END AS reason,
    jsonb_build_object('channel', d.channel, 'lang', d.language, 'rule', d.rule) AS dims,
    jsonb_build_object('channel', d.channel, 'state', d.state, 'rule', d.rule) AS details
FROM @deliveries d"""

_LAGS = """SELECT l.province, CAST(NULL AS uuid) AS fact_id,
    jsonb_build_object('fa', l.source, 'en', l.source) AS names,
    l.emitted_at::date AS on_day, extract(epoch FROM l.applied_at - l.emitted_at) AS num, 1 AS den,
    CAST(NULL AS text) AS reason, jsonb_build_object('stream', l.source) AS dims,
    jsonb_build_object('number', l.feedseq) AS details
FROM event_lags l WHERE l.tenant = :tenant AND l.emitted_at > clock_timestamp() - interval '24 hours'"""

KPIS = (
    Kpi(
        code="K-80",
        names={
            "fa": "تحویل اعلان‌ها",
            "en": "Notifications delivered",
            "ar": "تسليم الإشعارات",
            "lt": "Pristatytų žinučių dalis",
        },
        unit="share",
        grain="day",
        dimensions=("channel", "lang", "rule"),
        behaviour=Behaviour.FLOW,
        measure=Measure.RATIO,
        target=">=0.97",
        level=Level.TENANT,
        formula={"fa": ("پیام‌های رسیده", "پیام‌های فرستاده"), "en": ("messages that arrived", "messages sent")},
        reads=("delivery_facts",),
        cases=_DELIVERIES,
        cells=(
            Flow(Part.NUMERATOR, "delivery_facts", "f.state_on", where=_ARRIVED.format(d="f")),
            Flow(Part.DENOMINATOR, "delivery_facts", "f.state_on", where=_LEFT.format(d="f")),
        ),
        cell_dims={"channel": "f.channel", "lang": "f.language", "rule": "f.rule"},
    ),
    Kpi(
        code="K-81",
        names={"fa": "تازگی گزارش‌ها", "en": "Reporting freshness", "ar": "حداثة التقارير", "lt": "Ataskaitų naujumas"},
        unit="seconds",
        grain="hour",
        dimensions=("stream",),
        behaviour=Behaviour.FLOW,
        measure=Measure.PERCENTILE_95,
        target="<=60",
        level=Level.TENANT,
        formula={
            "fa": ("صدک ۹۵ فاصلهٔ صدور تا اعمال رویداد، ۲۴ ساعت گذشته", ""),
            "en": ("95th percentile from emission to application of events, last 24 hours", ""),
        },
        reads=("event_lags",),
        cases=_LAGS,
    ),
)
