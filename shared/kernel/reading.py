"""What a reader says of a batch it has applied: numbers, and one line that names the batch's traces."""

from collections.abc import Mapping, Sequence

import structlog

from shared.contracts.envelope import Envelope
from shared.kernel.metrics import APPLY_SECONDS, BATCH_EVENTS, READ_EVENTS
from shared.kernel.tracing import trace_ids

log = structlog.get_logger()


def note_applied(passed: Sequence[Envelope], seconds: float, *, way: str, labels: Mapping[str, str]) -> None:
    """Count a committed batch; `way` is bus or feed, `seconds` from its first read to its commit."""
    READ_EVENTS.labels(**labels, way=way).inc(len(passed))
    BATCH_EVENTS.labels(**labels).observe(len(passed))
    APPLY_SECONDS.labels(**labels).observe(seconds)
    traces = trace_ids(each.traceparent for each in passed)
    log.info("reader.applied", first=passed[0].feedseq, last=passed[-1].feedseq, traces=traces, **labels)
