"""Logs are facts: a static dotted event name, ids in fields, one JSON object a line, no personal data."""

import logging
import sys

import structlog


def start_logs(service: str, level: str = "INFO") -> None:
    """Send structured lines to standard error; the service's name and the trace are on each."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            # ASCII only: some readers end a line at U+2028 or U+0085 too, and terminals obey U+009B.
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
