"""K-08, K-09, K-10, K-17, K-46: how a cycle gets going."""

from services.reporting.kpis.definition import Behaviour, Kpi, Measure

_STEPS = """WITH c AS (SELECT launch_to, LEAST(launch_to, :t) AS last_on, quotas FROM @cycles ORDER BY fact_id LIMIT 1),
least AS (
    SELECT max((q ->> 'min')::int) FILTER (WHERE q ->> 'id' = 'Q-SCH') AS schools,
           max((q ->> 'min')::int) FILTER (WHERE q ->> 'id' = 'Q-AGY') AS agencies
    FROM c, jsonb_array_elements(c.quotas) q),
t1 AS (SELECT min(issued_on) AS done_on FROM @directives d WHERE d.state <> 'voided'),
t2 AS (SELECT place AS province, min(l.sent_on) AS done_on
       FROM @letters l CROSS JOIN LATERAL unnest(l.provinces) AS place
       WHERE l.subject_code = 'directive_notice' AND l.sent_on IS NOT NULL GROUP BY 1),
schools AS (SELECT province, selected_on, row_number() OVER (PARTITION BY province ORDER BY selected_on, fact_id) AS nth
       FROM @secretariats s WHERE s.selected_on IS NOT NULL AND s.state NOT IN ('voided', 'revoked')),
agencies AS (
       SELECT province, selected_on, row_number() OVER (PARTITION BY province ORDER BY selected_on, fact_id) AS nth
       FROM @selections g WHERE g.selected_on IS NOT NULL AND NOT isempty(g.held)),
t3 AS (SELECT s.province, GREATEST(s.selected_on, a.selected_on) AS done_on
       FROM least l JOIN schools s ON s.nth = l.schools
       JOIN agencies a ON a.province = s.province AND a.nth = l.agencies),
t4 AS (SELECT s.province, CASE WHEN bool_and(s.established_on IS NOT NULL) THEN max(s.established_on) END AS done_on
       FROM @secretariats s CROSS JOIN c
       WHERE s.selected_on <= c.last_on AND s.state NOT IN ('voided', 'revoked') GROUP BY 1),
steps AS (
    SELECT p.*, 'T1' AS step, (SELECT done_on FROM t1) AS done_on FROM @plans p
    UNION ALL SELECT p.*, 'T2', t2.done_on FROM @plans p LEFT JOIN t2 USING (province)
    UNION ALL SELECT p.*, 'T3', t3.done_on FROM @plans p LEFT JOIN t3 USING (province)
    UNION ALL SELECT p.*, 'T4', t4.done_on FROM @plans p LEFT JOIN t4 USING (province))
SELECT x.province, x.fact_id, jsonb_build_object('fa', x.step, 'en', x.step) AS names, x.done_on AS on_day,
    CASE WHEN x.done_on <= c.last_on THEN 1 ELSE 0 END AS num, 1 AS den,
    CASE WHEN x.state = 'voided' THEN 'voided' WHEN x.open @> :t THEN NULL ELSE 'no_open_plan' END AS reason,
    jsonb_build_object('prv', x.province, 'duty', x.step) AS dims,
    jsonb_build_object('step', x.step, 'due', c.launch_to) AS details
FROM steps x CROSS JOIN c"""

_APPOINTMENTS = """SELECT s.province, s.fact_id, s.school_names AS names, s.appointed_on AS on_day,
    CASE WHEN s.appointed_on <= LEAST(c.launch_to, :t) THEN 1 ELSE 0 END AS num, 1 AS den,
    CASE WHEN s.state IN ('voided', 'revoked') THEN s.state WHEN s.selected_on <= :t THEN NULL
         ELSE 'not_selected' END AS reason,
    jsonb_build_object('prv', s.province) AS dims, jsonb_build_object('due', c.launch_to) AS details
FROM @secretariats s CROSS JOIN (SELECT launch_to FROM @cycles LIMIT 1) c"""

_SEATS = """SELECT c.province, c.fact_id, seat -> 'title' AS names, h.since AS on_day,
    CASE WHEN h.since IS NULL THEN 0 ELSE 1 END AS num, 1 AS den,
    CASE WHEN c.constituted_on <= :t THEN NULL ELSE 'not_constituted' END AS reason,
    jsonb_build_object('prv', c.province, 'level', c.level) AS dims,
    jsonb_build_object('seat', seat ->> 'code') AS details
FROM @committees c CROSS JOIN LATERAL jsonb_array_elements(c.seats) AS seat
LEFT JOIN LATERAL (
    SELECT max((h ->> 'from_on')::date) AS since FROM jsonb_array_elements(seat -> 'holdings') h
    WHERE (h ->> 'from_on')::date <= :t AND coalesce((h ->> 'to_on')::date > :t, true)) h ON true"""

_ANSWERS = """SELECT p.province, p.fact_id, p.agency_names AS names, p.invited_on AS on_day,
    CASE WHEN p.answered_on <= p.invited_on + 15 AND p.answered_on <= :t THEN 1 ELSE 0 END AS num, 1 AS den,
    CASE WHEN p.state = 'voided' THEN 'voided'
         WHEN p.invited_on IS NULL OR p.invited_on > :t THEN 'not_invited'
         WHEN p.invited_on + 15 > :t THEN 'answer_time_running'
         WHEN p.invited_on + 15 NOT BETWEEN :p_from AND :p_to THEN 'outside_period' END AS reason,
    jsonb_build_object('prv', p.province, 'ak', p.agency_kind) AS dims,
    jsonb_build_object('answered_on', p.answered_on, 'due', p.invited_on + 15) AS details
FROM @pairings p"""

_ACKNOWLEDGED = """SELECT a ->> 'province' AS province, d.fact_id, a -> 'office_names' AS names,
    ((a ->> 'acknowledged_at')::timestamptz AT TIME ZONE c.tz)::date AS on_day,
    CASE WHEN (a ->> 'acknowledged_at')::timestamptz <= LEAST(d.acknowledge_by, :t_end) THEN 1 ELSE 0 END AS num,
    1 AS den,
    CASE WHEN d.state = 'voided' THEN 'voided' WHEN d.issued_on <= :t THEN NULL ELSE 'not_issued' END AS reason,
    jsonb_build_object('prv', a ->> 'province') AS dims,
    jsonb_build_object('number', d.number, 'due', d.acknowledge_by) AS details
FROM @directives d CROSS JOIN LATERAL jsonb_array_elements(d.addressees) AS a
CROSS JOIN (SELECT coalesce(max(tz), 'UTC') AS tz FROM @cycles) c"""

KPIS = (
    Kpi(
        code="K-08",
        names={
            "fa": "گام‌های راه‌اندازی در مهلت",
            "en": "Launch steps done in window",
            "ar": "خطوات الانطلاق في الموعد",
            "lt": "Laiku atlikti paleidimo žingsniai",
        },
        unit="share",
        grain="cyc",
        dimensions=("prv", "duty"),
        behaviour=Behaviour.TIMELINESS,
        measure=Measure.RATIO,
        target="1",
        formula={
            "fa": ("گام‌های انجام‌شده تا پایان مهلت راه‌اندازی", "چهار گام هر استان"),
            "en": ("steps done by the end of the launch window", "four steps per province"),
        },
        reads=("plan_facts", "cycle_facts", "directive_facts", "letter_facts", "secretariat_facts", "selection_facts"),
        cases=_STEPS,
    ),
    Kpi(
        code="K-09",
        names={
            "fa": "صدور ابلاغ در مهلت",
            "en": "Appointment letters in window",
            "ar": "خطابات التكليف في الموعد",
            "lt": "Laiku išduoti paskyrimo raštai",
        },
        unit="share",
        grain="cyc",
        dimensions=("prv",),
        behaviour=Behaviour.TIMELINESS,
        measure=Measure.RATIO,
        target="1",
        formula={
            "fa": ("ابلاغ‌های با تاریخ تا پایان مهلت", "دبیرخانه‌های برگزیده"),
            "en": ("letters dated within the launch window", "selected secretariats"),
        },
        reads=("secretariat_facts", "cycle_facts"),
        cases=_APPOINTMENTS,
    ),
    Kpi(
        code="K-10",
        names={
            "fa": "تکمیل اعضای کارگروه",
            "en": "Committee seats filled",
            "ar": "المقاعد المشغولة",
            "lt": "Užimtos komiteto vietos",
        },
        unit="share",
        grain="day",
        dimensions=("prv", "level"),
        behaviour=Behaviour.STOCK,
        measure=Measure.RATIO,
        target="1",
        formula={
            "fa": ("کرسی‌های پر در پایان روز", "کرسی‌های الگو"),
            "en": ("seats filled at the end of the day", "seats of the template"),
        },
        reads=("committee_facts",),
        cases=_SEATS,
    ),
    Kpi(
        code="K-17",
        names={
            "fa": "نرخ پاسخ دستگاه‌ها",
            "en": "Agency answer rate",
            "ar": "معدل استجابة الجهات",
            "lt": "Institucijų atsakymų dalis",
        },
        unit="share",
        grain="qtr",
        dimensions=("prv", "ak"),
        behaviour=Behaviour.RATIO,
        measure=Measure.RATIO,
        target=">=0.8",
        formula={
            "fa": ("دعوت‌های پاسخ‌گرفته تا ۱۵ روز", "دعوت‌هایی که ۱۵ روزشان گذشته است"),
            "en": ("invitations answered within 15 days", "invitations whose 15 days have passed"),
        },
        reads=("pairing_facts",),
        cases=_ANSWERS,
    ),
    Kpi(
        code="K-46",
        names={
            "fa": "اعلام وصول دستورالعمل",
            "en": "Directive acknowledged",
            "ar": "الإقرار باستلام التعليمات",
            "lt": "Patvirtintas tvarkos gavimas",
        },
        unit="share",
        grain="cyc",
        dimensions=("prv",),
        behaviour=Behaviour.TIMELINESS,
        measure=Measure.RATIO,
        target="1",
        formula={
            "fa": ("گیرندگانی که تا سه روز کاری وصول را اعلام کردند", "گیرندگان"),
            "en": ("addressees that acknowledged within three working days", "addressees"),
        },
        reads=("directive_facts", "cycle_facts"),
        cases=_ACKNOWLEDGED,
    ),
)
