"""Logs are facts: a static dotted event name, ids in fields, one JSON object a line, no personal data."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog

from shared.kernel.scrubbing import Line, scrub
from shared.kernel.tracing import trace_id

LIBRARIES = ("uvicorn", "uvicorn.error", "uvicorn.access", "celery", "kombu", "alembic", "sqlalchemy")
"""Loggers of libraries that bring handlers of their own; their lines take ours."""


def start_logs(service: str, level: str = "INFO") -> None:
    """Send structured lines to standard error, those of libraries too; service and trace are on each of them."""

    def name_service(_logger: Any, _method: str, line: Line) -> Line:
        # Not a context variable: a loop's thread begins with an empty context.
        line.setdefault("service", service)
        return line

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        name_service,
        _name_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # ASCII only: some readers end a line at U+2028 or U+0085 too, and terminals obey U+009B.
    last: list[Any] = [scrub, structlog.processors.JSONRenderer(ensure_ascii=True, default=str)]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        # One write a line, to the stream as it is now: threads never mix their lines.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _take_over_libraries([_name_library, *shared], last)


def _take_over_libraries(before: list[Any], last: list[Any]) -> None:
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            pass_foreign_args=True,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if not isinstance(each, _Stderr)]
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True


class _Stderr(logging.StreamHandler[Any]):
    """Writes to standard error as it is at the moment."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        """One line; the stream is looked up each time."""
        self.stream = sys.stderr
        super().emit(record)


def _name_trace(_logger: Any, _method: str, line: Line) -> Line:
    trace = trace_id()
    if trace is not None:
        line.setdefault("trace", trace)
    return line


def _name_library(_logger: Any, _method: str, line: Line) -> Line:
    """A library's sentence is no event name: it becomes a field of `library.said`, without the words filled into it."""
    record: logging.LogRecord = line["_record"]
    line["event"], line["logger"], line["said"] = "library.said", record.name, str(record.msg).strip()
    words = line.pop("positional_args", None) or ()
    filled = words.values() if isinstance(words, Mapping) else words
    kept = [each if isinstance(each, int | float) else type(each).__name__ for each in filled]
    if kept:
        line["with"] = kept
    return line
