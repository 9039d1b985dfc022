"""The Celery worker of reporting: three tasks without an id; each looks at the rows and does what is due."""

import os
from functools import cache

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun, worker_init, worker_process_init, worker_ready
from kombu.exceptions import OperationalError

from services.reporting.background import readers
from services.reporting.jobs.lifecycle import Kind
from services.reporting.jobs.working import run_due
from services.reporting.settings import ReportingSettings
from shared.kernel.alive import beat, keep_asking
from shared.kernel.boot import check_boot
from shared.kernel.clock import use_demo_clock
from shared.kernel.logs import start_logs
from shared.kernel.metrics import TASK_SECONDS, serve_metrics, timed
from shared.kernel.service import Background

settings = ReportingSettings()
app = Celery("reporting")
_BROKER = settings.celery_redis_url
_VISIBILITY_S = 1800
_PATIENCE_S = 3600.0
"""A rebuild of a nation's figures is one long task."""
app.conf.update(
    broker_url=_BROKER.get_secret_value() if _BROKER else "memory://",
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue="reporting",
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_soft_shutdown_timeout=20,
    broker_connection_retry_on_startup=True,
    visibility_timeout=_VISIBILITY_S,
    result_backend_transport_options={"visibility_timeout": _VISIBILITY_S},
    broker_transport_options={
        "visibility_timeout": _VISIBILITY_S,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
    },
)


@worker_init.connect
def _look_before_start(**_: object) -> None:
    check_boot(settings, "reporting")


@worker_ready.connect
def _keep_asking(**_: object) -> None:
    if settings.heartbeat_file:
        keep_asking(
            lambda: be_heard.apply_async(ignore_result=True, retry=False, expires=30),
            unheard=(OperationalError, OSError, RuntimeError),
        )


@task_prerun.connect
def _begin_task(task: object, **_: object) -> None:
    beat(settings.heartbeat_file, patience_s=0.0 if task is be_heard else _PATIENCE_S)


@task_postrun.connect
def _end_task(**_: object) -> None:
    beat(settings.heartbeat_file)


@cache
def _background(pid: int) -> Background:
    """Engines are made after the fork, never shared across it."""
    return Background("reporting", settings)


@worker_process_init.connect
def _begin(**_: object) -> None:
    use_demo_clock(settings.demo_clock)


@setup_logging.connect
def _start_logs(**_: object) -> None:
    """Celery leaves logging to us."""
    start_logs("reporting", settings.log_level)


@worker_init.connect
def _serve_metrics(**_: object) -> None:
    """With the solo pool this is the process that works, and its numbers are the worker's (ADR 0030)."""
    serve_metrics(settings.metrics_port, settings.metrics_host)


def _run(*kinds: Kind) -> int:
    background = _background(os.getpid())
    with timed(TASK_SECONDS.labels(f"reporting.{kinds[0].value}")):
        return run_due(background.sessions, lambda: readers(background, with_bus=False), kinds=kinds)


@app.task(name="reporting.reconcile")
def reconcile(**_: object) -> int:
    """Compare figures with facts."""
    return _run(Kind.RECONCILE)


@app.task(name="reporting.rebuild")
def rebuild(**_: object) -> int:
    """Make facts and figures anew from the feeds."""
    return _run(Kind.REBUILD)


@app.task(name="reporting.export")
def export(**_: object) -> int:
    """Write the exports that were asked for."""
    return _run(Kind.EXPORT)


@app.task(name="reporting.be_heard")
def be_heard(**_: object) -> None:
    """Nothing: that it is run is the heartbeat."""


def nudge() -> bool:
    """Ask the workers to look; False when there is no broker to be heard through, then the sweeper works itself."""
    if _BROKER is None:
        return False
    try:
        for task in (export, reconcile, rebuild):
            task.apply_async(ignore_result=True, retry=False)
    except (OperationalError, OSError):
        return False
    return True
