"""python -m services.reporting {migrate|api|work|relay|listener|PART}."""

import argparse
import sys

from services.reporting.app import create_app
from services.reporting.background import PARTS, loops
from services.reporting.settings import ReportingSettings
from shared.kernel.boot import check_boot, read_settings
from shared.kernel.epochs import begin_epoch
from shared.kernel.logs import start_logs
from shared.kernel.migrate import upgrade
from shared.kernel.serve import add_door, serve
from shared.kernel.service import Background
from shared.kernel.work import run_loops


def main() -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="services.reporting")
    parser.add_argument("command", choices=["migrate", "begin-epoch", "api", "work", *PARTS])
    add_door(parser)
    arguments = parser.parse_args()
    settings = read_settings(ReportingSettings, "reporting")
    start_logs("reporting", settings.log_level)
    if arguments.command == "migrate":
        upgrade("reporting", (settings.owner_database_url or settings.database_url).get_secret_value())
        return 0
    check_boot(settings, "reporting")
    if arguments.command == "api":
        return serve(lambda: create_app(settings), service="reporting", at=arguments, drain_s=settings.drain_seconds)
    background = Background("reporting", settings)
    if arguments.command == "begin-epoch":
        begin_epoch(settings, service="reporting")
        return 0
    only = "all" if arguments.command == "work" else arguments.command
    return run_loops(loops(background, only), heartbeat=settings.heartbeat_file)


if __name__ == "__main__":
    sys.exit(main())
