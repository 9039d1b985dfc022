"""python -m services.notifications {migrate|work|relay|listener|PART}."""

import argparse
import sys

from services.notifications.background import PARTS, loops, readers
from services.notifications.settings import NotificationsSettings
from shared.kernel.letters_command import run_letters
from shared.kernel.logs import start_logs
from shared.kernel.migrate import upgrade
from shared.kernel.service import Background
from shared.kernel.work import run_loops


def main() -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="services.notifications")
    parser.add_argument("command", choices=["migrate", "work", "dead-letters", *PARTS])
    parser.add_argument("words", nargs=argparse.REMAINDER, help="of dead-letters: list, retry or skip")
    arguments = parser.parse_args()
    settings = NotificationsSettings()
    start_logs("notifications", settings.log_level)
    if arguments.command == "migrate":
        upgrade("notifications", (settings.owner_database_url or settings.database_url).get_secret_value())
        return 0
    background = Background("notifications", settings)
    if arguments.command == "dead-letters":
        return run_letters(arguments.words, readers(background, with_bus=False))
    only = "all" if arguments.command == "work" else arguments.command
    return run_loops(loops(background, only), heartbeat=settings.heartbeat_file)


if __name__ == "__main__":
    sys.exit(main())
