"""python -m services.notifications {migrate|work|relay|listener|PART}."""

import argparse
import sys

from services.notifications.background import PARTS, loops
from services.notifications.settings import NotificationsSettings
from shared.kernel.logs import start_logs
from shared.kernel.metrics import serve_metrics
from shared.kernel.migrate import upgrade
from shared.kernel.service import Background
from shared.kernel.work import run_loops


def main() -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="services.notifications")
    parser.add_argument("command", choices=["migrate", "work", *PARTS])
    arguments = parser.parse_args()
    settings = NotificationsSettings()
    start_logs("notifications", settings.log_level)
    if arguments.command == "migrate":
        upgrade("notifications", (settings.owner_database_url or settings.database_url).get_secret_value())
        return 0
    background = Background("notifications", settings)
    only = "all" if arguments.command == "work" else arguments.command
    serve_metrics(settings.metrics_port, settings.metrics_host)
    return run_loops(loops(background, only), heartbeat=settings.heartbeat_file)


if __name__ == "__main__":
    sys.exit(main())
