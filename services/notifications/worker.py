"""The Celery worker of notifications: one task without an id, a nudge to look at what is due."""

import os
from functools import cache

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun, worker_init, worker_ready
from kombu.exceptions import OperationalError

from services.notifications.messages.claims import BATCH
from services.notifications.messages.delivery import Breaker
from services.notifications.messages.delivery import deliver_due as deliver
from services.notifications.messages.desk import desk_of
from services.notifications.settings import NotificationsSettings
from shared.kernel.alive import beat, keep_asking
from shared.kernel.boot import check_boot
from shared.kernel.clock import use_demo_clock
from shared.kernel.logs import start_logs
from shared.kernel.metrics import TASK_SECONDS, serve_metrics, timed
from shared.kernel.service import Background

settings = NotificationsSettings()
app = Celery("notifications")
_BROKER = settings.celery_redis_url or settings.redis_url
app.conf.update(
    broker_url=_BROKER.get_secret_value() if _BROKER else "memory://",
    task_ignore_result=True,
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_soft_shutdown_timeout=20,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 600, "socket_timeout": 10, "socket_connect_timeout": 2},
)
_BREAKER = Breaker()
_PATIENCE_S = 660.0
"""RFC 5321 lets a mail server think for ten minutes after DATA."""
use_demo_clock(settings.demo_clock)


@worker_init.connect
def _look_before_start(**_: object) -> None:
    check_boot(settings, "notifications")


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
    return Background("notifications", settings)


@setup_logging.connect
def _start_logs(**_: object) -> None:
    """Celery leaves logging to us."""
    start_logs("notifications", settings.log_level)


@worker_init.connect
def _serve_metrics(**_: object) -> None:
    """With the solo pool this is the process that works, and its numbers are the worker's (ADR 0030)."""
    serve_metrics(settings.metrics_port, settings.metrics_host)


@app.task(name="notifications.deliver_due")
def deliver_due(**_: object) -> int:
    """Send what is due, and ask once more after a full batch; the sweeper does the same when nobody nudges."""
    with timed(TASK_SECONDS.labels("notifications.deliver_due")):
        handled = deliver(_background(os.getpid()).sessions, desk_of(settings), _BREAKER)
    if handled >= BATCH:
        nudge()
    return handled


@app.task(name="notifications.be_heard")
def be_heard(**_: object) -> None:
    """Nothing: that it is run is the heartbeat."""


def nudge() -> None:
    """Ask a worker to look now; whether anybody hears it does not matter, because the sweeper looks anyway."""
    try:
        deliver_due.apply_async(ignore_result=True, retry=False)
    except (OperationalError, OSError):
        return
