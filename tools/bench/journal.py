"""Fills outbox with events of pairings, set-based: what the services would have written, in whatever number."""

import psycopg

from services.registry.background import STREAM

TENANT, PROGRAMME, CYCLE = "ir-seo", "bench", "1404-1405"
PROVINCES = 31

_DATA = """jsonb_build_object(
    'fact', jsonb_build_object('id', g.id, 'version', 1, 'kind', 'create'),
    'effective_on', jsonb_build_object('cal', 'gregorian', 'y', 2025, 'm', 11, 'd', 1, 'precision', 'day', 'greg', '2025-11-01'),
    'pairing_id', g.id,
    'pairing', jsonb_build_object(
        'pairing_id', g.id, 'secretariat_id', g.id, 'school_id', g.id, 'agency_id', g.id,
        'school_names', jsonb_build_object('fa', 'دبیرستان شمارهٔ ' || g.n, 'en', 'School ' || g.n),
        'agency_names', jsonb_build_object('fa', 'ادارهٔ شمارهٔ ' || g.n, 'en', 'Agency ' || g.n),
        'state', 'established', 'proposed_on', '2025-10-01', 'invited_on', '2025-10-03', 'answered_on', '2025-10-20',
        'answer', 'yes', 'established_on', CAST('2025-11-01' AS date) + CAST(g.n % 100 AS int),
        'active', jsonb_build_array(jsonb_build_object('from_on', CAST('2025-11-01' AS date) + CAST(g.n % 100 AS int))),
        'dims', jsonb_build_object('gender', CASE WHEN g.n % 2 = 0 THEN 'girls' ELSE 'boys' END,
            'stages', jsonb_build_array('upper_secondary'), 'disability_groups', '[]'::jsonb,
            'agency_kind', 'municipality', 'agency_sector', 'public')))"""
_EVENTS = f"""
INSERT INTO outbox (feed_seq, stream, event_id, type, aggregate_type, aggregate_id, sequence, tenant, programme,
    cycle, province, territory, actor, occurred_at, data)
SELECT CASE WHEN %(numbered)s THEN g.n END, '{STREAM}', gen_random_uuid(), 'peyvand.pairing.established.v1',
    'pairings', g.id, 1, '{TENANT}', '{PROGRAMME}', '{CYCLE}', 'IR-' || lpad((1 + g.n %% {PROVINCES})::text, 2, '0'),
    'IR/IR-' || lpad((1 + g.n %% {PROVINCES})::text, 2, '0'),
    '{{"role": "province_officer", "person_id": "00000000-0000-7000-8000-000000000001"}}',
    '2025-11-01T08:00:00Z', {_DATA.replace("%", "%%")}
FROM (SELECT n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) g"""


def fill(connection: psycopg.Connection[tuple[object, ...]], *, first: int, last: int, numbered: bool) -> None:
    """Write events of the numbers first to last; numbered ones move the head as well."""
    connection.execute(_EVENTS, {"first": first, "last": last, "numbered": numbered})
    if numbered:
        connection.execute("UPDATE feed_head SET last_seq = %s WHERE stream = %s", (last, STREAM))
    connection.execute("ANALYZE outbox")
