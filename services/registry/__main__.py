"""python -m services.registry {migrate|load-programmes|load-territories|bootstrap-account|api|work|relay|…}."""

import argparse
import getpass
import os
import sys

from services.registry.app import create_app
from services.registry.background import PARTS, loops, readers, settling
from services.registry.settings import RegistrySettings
from shared.kernel.boot import check_boot, read_settings
from shared.kernel.clock import business_now, use_demo_clock
from shared.kernel.entry import parser_of
from shared.kernel.epochs import begin_epoch
from shared.kernel.letters_command import run_letters
from shared.kernel.logs import start_logs
from shared.kernel.metrics import serve_metrics
from shared.kernel.serve import serve
from shared.kernel.service import Background
from shared.kernel.set_up import set_up
from shared.kernel.tenancy import enter
from shared.kernel.work import run_loops


def main() -> int:
    """Run one command; returns the exit code."""
    parser, commands = parser_of("registry", PARTS)
    for name in ("load-programmes", "load-territories"):
        commands.add_parser(name)
    account = commands.add_parser("bootstrap-account", help="password is read from PEYVAND_PASSWORD or asked for")
    account.add_argument("--tenant", required=True)
    account.add_argument("--login", required=True)
    account.add_argument("--name", required=True)
    account.add_argument("--role", action="append", required=True, help="role:province, * for the whole country")
    arguments = parser.parse_args()
    settings = read_settings(RegistrySettings, "registry")
    start_logs("registry", settings.log_level)
    if arguments.command == "migrate":
        set_up(settings, "registry")
        return 0
    if arguments.command == "begin-epoch":
        use_demo_clock(settings.demo_clock)
        begin_epoch(settings, service="registry", settle=settling(Background("registry", settings)))
        return 0
    check_boot(settings, "registry")
    if arguments.command == "api":
        return serve(lambda: create_app(settings), service="registry", at=arguments, drain_s=settings.drain_seconds)
    background = Background("registry", settings)
    use_demo_clock(settings.demo_clock)
    if arguments.command == "dead-letters":
        return run_letters(arguments.words, readers(background, with_bus=False))
    if arguments.command in ("load-programmes", "load-territories", "bootstrap-account"):
        return load(background, arguments)
    only = "all" if arguments.command == "work" else arguments.command
    serve_metrics(settings.metrics_port, settings.metrics_host)
    return run_loops(loops(background, only), heartbeat=settings.heartbeat_file)


def load(background: Background, arguments: argparse.Namespace) -> int:
    """The one-shot commands that write through the ordinary commands."""
    from services.registry.programme.programmes.load import load_programmes
    from services.registry.register.accounts.bootstrap import bootstrap_account
    from services.registry.register.territories.load import load_territories

    with background.sessions.begin() as session:
        now = business_now(session)
        if arguments.command == "load-programmes":
            load_programmes(session, now=now)
        elif arguments.command == "load-territories":
            load_territories(session, now=now)
        else:
            enter(session, tenant=arguments.tenant, province="*")
            password = os.environ.get("PEYVAND_PASSWORD") or getpass.getpass()
            bootstrap_account(
                session,
                tenant=arguments.tenant,
                login=arguments.login,
                password=password,
                name=arguments.name,
                roles=[tuple(role.split(":", 1)) for role in arguments.role],
                now=now,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
