"""A sender that kills itself at a chosen step: arguments STEP DATABASE_URL SMTP_PORT."""

import os
import signal
import sys
from typing import Any

from services.notifications.channels.smtp import SmtpLine
from services.notifications.messages import claims, delivery
from services.notifications.messages.delivery import Breaker, deliver_due
from services.notifications.messages.desk import desk_of
from services.notifications.settings import NotificationsSettings
from shared.kernel.clock import use_demo_clock
from shared.kernel.db import new_engine, new_sessions

STEPS = ("claimed", "greeted", "marked", "taken")


def _die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(step: str) -> None:
    owner: Any
    owner, name = {
        "claimed": (delivery, "deliver_one"),
        "greeted": (claims, "mark_data"),
        "marked": (SmtpLine, "_hand_over"),
        "taken": (delivery, "_settle"),
    }[step]
    setattr(owner, name, _die)


def main() -> None:
    """Send what is due and die on the way."""
    step, url, port = sys.argv[1:]
    use_demo_clock(True)
    values: dict[str, Any] = {
        "environment": "test",
        "database_url": url,
        "demo_clock": True,
        "smtp_host": "127.0.0.1",
        "smtp_port": int(port),
        "smtp_security": "none",
    }
    settings = NotificationsSettings(**values)
    _arm(step)
    deliver_due(new_sessions(new_engine(url)), desk_of(settings), Breaker())


if __name__ == "__main__":
    main()
