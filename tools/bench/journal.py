"""Fills the outbox with events of obligations, the most frequent kind, set-based and in whatever number."""

import psycopg

from services.registry.background import STREAM

TENANT, PROGRAMME, CYCLE = "ir-seo", "sad-dabirkhaneh", "1399-1400"
PROVINCES = 31

_DATA = """jsonb_build_object(
    'fact', jsonb_build_object('id', g.id, 'version', 1, 'kind', 'create'),
    'effective_on', jsonb_build_object('cal', 'gregorian', 'y', 2020, 'm', 11, 'd', 1, 'precision', 'day',
        'greg', '2020-11-01'),
    'obligation_id', g.id,
    'obligation', jsonb_build_object(
        'obligation_id', g.id, 'template', 'H' || 1 + g.n % 5,
        'title', jsonb_build_object('fa', 'گزارش فصلی دبیرخانه', 'en', 'Quarterly report of the secretariat'),
        'level', 'secretariat', 'assignees', jsonb_build_array(jsonb_build_object('role', 'PS', 'province', 'IR-01')),
        'period_key', 'Q1', 'period_label', jsonb_build_object('fa', 'فصل نخست', 'en', 'First quarter'),
        'state', 'open', 'opens_at', '2020-11-01T00:00:00Z',
        'due_on', CAST('2020-09-22' AS date) + CAST(g.n % 100 AS int),
        'due_at', '2021-02-28T20:29:59Z', 'due_version', 1))"""
_EVENTS = f"""
INSERT INTO outbox (feed_seq, stream, event_id, type, aggregate_type, aggregate_id, sequence, tenant, programme,
    cycle, province, territory, actor, occurred_at, data)
SELECT CASE WHEN %(numbered)s THEN g.n END, '{STREAM}', gen_random_uuid(), 'peyvand.obligation.opened.v1',
    'obligations', g.id, 1, '{TENANT}', '{PROGRAMME}', '{CYCLE}', 'IR-' || lpad((g.n %% {PROVINCES})::text, 2, '0'),
    'IR/IR-' || lpad((g.n %% {PROVINCES})::text, 2, '0'),
    '{{"role": "province_officer", "person_id": "00000000-0000-7000-8000-000000000001"}}',
    '2020-11-01T08:00:00Z', {_DATA.replace("%", "%%")}
FROM (SELECT n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) g"""


def fill(connection: psycopg.Connection[tuple[object, ...]], *, first: int, last: int, numbered: bool) -> None:
    """Write events of the numbers first to last; numbered ones move the head as well."""
    connection.execute(_EVENTS, {"first": first, "last": last, "numbered": numbered})
    if numbered:
        connection.execute("UPDATE feed_head SET last_seq = %s WHERE stream = %s", (last, STREAM))
    connection.execute("ANALYZE outbox")


def write_one(connection: psycopg.Connection[tuple[object, ...]], number: int) -> None:
    """One event in a transaction of its own, waiting for its number; `connection` commits each statement."""
    connection.execute(_EVENTS, {"first": number, "last": number, "numbered": False})
