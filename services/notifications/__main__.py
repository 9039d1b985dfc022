"""python -m services.notifications {migrate|api|work|relay|listener|PART}."""

import sys

from services.notifications.app import create_app
from services.notifications.background import PARTS, loops, readers
from services.notifications.messages.restoring import doubt_what_may_have_left
from services.notifications.settings import NotificationsSettings
from shared.kernel.boot import check_boot, read_settings
from shared.kernel.clock import use_demo_clock
from shared.kernel.entry import parser_of
from shared.kernel.epochs import begin_epoch
from shared.kernel.letters_command import run_letters
from shared.kernel.logs import start_logs
from shared.kernel.metrics import serve_metrics
from shared.kernel.serve import serve
from shared.kernel.service import Background
from shared.kernel.set_up import set_up
from shared.kernel.work import run_loops


def main() -> int:
    """Run one command; returns the exit code."""
    parser, _commands = parser_of("notifications", PARTS)
    arguments = parser.parse_args()
    settings = read_settings(NotificationsSettings, "notifications")
    start_logs("notifications", settings.log_level)
    if arguments.command == "migrate":
        set_up(settings, "notifications")
        return 0
    if arguments.command == "begin-epoch":
        use_demo_clock(settings.demo_clock)
        doubt_what_may_have_left(Background("notifications", settings).sessions)
        begin_epoch(settings, service="notifications")
        return 0
    check_boot(settings, "notifications")
    if arguments.command == "api":
        return serve(
            lambda: create_app(settings), service="notifications", at=arguments, drain_s=settings.drain_seconds
        )
    background = Background("notifications", settings)
    if arguments.command == "dead-letters":
        return run_letters(arguments.words, readers(background, with_bus=False))
    only = "all" if arguments.command == "work" else arguments.command
    serve_metrics(settings.metrics_port, settings.metrics_host)
    return run_loops(loops(background, only), heartbeat=settings.heartbeat_file)


if __name__ == "__main__":
    sys.exit(main())
