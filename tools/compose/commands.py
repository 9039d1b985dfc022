"""./peyvand up, down, logs and scale."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from tools.compose.engine import EngineMissing, ensure_engine
from tools.compose.images import ImageFailed, build_images
from tools.compose.secrets import SecretWrong
from tools.compose.stack import DEFAULT_STATE, ComposeStack, StackFailed, the_stack
from tools.demo.accounts import Account, describe
from tools.demo.plan import FIRST_LOGIN, FIRST_NAME, FIRST_ROLES, TENANT
from tools.demo.state import PortTaken, demand_free
from tools.main import caller_path

REFUSALS = (EngineMissing, ImageFailed, SecretWrong, StackFailed)
HEALTHY_S = 240
PROFILES = {
    "all": "everything on one host",
    "province": "a province's registry",
    "headquarters": "figures and messages",
}


def say(line: str) -> None:
    """One line of progress."""
    print(line, file=sys.stderr, flush=True)


def refusing(run: Callable[[list[str]], int]) -> Callable[[list[str]], int]:
    """A command whose refusals are one plain line and exit code 1."""

    def command(words: list[str]) -> int:
        try:
            return run(words)
        except (*REFUSALS, PortTaken) as refusal:
            print(f"peyvand: {refusal}", file=sys.stderr)
            return 1

    return command


def parser_of(name: str) -> argparse.ArgumentParser:
    """The words every command of the stack knows."""
    parser = argparse.ArgumentParser(prog=f"peyvand {name}")
    parser.add_argument("--state", type=caller_path, default=DEFAULT_STATE, help="the folder this stack is kept in")
    return parser


@refusing
def up(words: list[str]) -> int:
    """Bring the stack up and print its one URL."""
    parser = parser_of("up")
    parser.add_argument("--demo", action="store_true", help="demo clock, mailbox, and a text gateway of its own")
    parser.add_argument("--profile", choices=PROFILES, default="all")
    parser.add_argument("--port", type=int, default=None, help="of the one URL on this machine (default 8080)")
    parser.add_argument("--feed", default=None, help="HOST:PORT of a province's feed (default 127.0.0.1:8081)")
    parser.add_argument("--project", default=None, help="name of the stack (default peyvand)")
    chosen = parser.parse_args(words)
    began = time.monotonic()
    stack = the_stack(chosen.state)
    make_ready(
        stack, profile=chosen.profile, demo=chosen.demo, port=chosen.port, project=chosen.project, feed=chosen.feed
    )
    bring_up(stack)
    accounts = introduce(stack, profile=chosen.profile)
    say(f"healthy after {time.monotonic() - began:.0f} s")
    print(f"\n  Peyvand   {stack.url}/")
    if chosen.demo:
        print(f"  Mailbox   {stack.url}/mailbox/")
    print(f"\n{describe(accounts)}\n" if accounts else "")
    return 0


def make_ready(
    stack: ComposeStack,
    *,
    profile: str,
    demo: bool,
    port: int | None = None,
    project: str | None = None,
    feed: str | None = None,
) -> None:
    """Have the folder, the engine, the images, the secrets and the environment; what is left is to start them."""
    stack.state.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = stack.environment()
    port = port or int(known.get("PEYVAND_PORT", 8080))
    project = project or known.get("PEYVAND_PROJECT", "peyvand")
    ensure_engine(say)
    if not _runs_on(stack, known, port):
        demand_free(port, command="up")
    images = build_images(say)
    profiles = [profile, *(["demo"] if demo else [])]
    stack.write_environment(images, project=project, port=port, profiles=profiles, demo=demo, feed=feed)
    stack.secrets.check()


def introduce(stack: ComposeStack, *, profile: str) -> list[Account]:
    """The first account of a stack that runs, and where it is, kept in its folder."""
    accounts = [first_account(stack)] if profile != "headquarters" else []
    stack.state.write("running.json", {"url": stack.url, "accounts": [vars(each) for each in accounts]})
    return accounts


def _runs_on(stack: ComposeStack, known: dict[str, str], port: int) -> bool:
    """Whether it is this stack itself that has the port."""
    return known.get("PEYVAND_PORT") == str(port) and bool(stack.containers())


def bring_up(stack: ComposeStack, *words: str) -> None:
    """Start everything and wait until it is healthy; what is not is named with the end of its log."""
    say("starting; waiting until everything is healthy")
    try:
        waiting = ("--wait", "--wait-timeout", str(HEALTHY_S), *scale_words(doubled(stack)))
        stack.compose("up", "--detach", "--no-build", *waiting, *words, capture=True)
    except StackFailed:
        complain(stack)


def complain(stack: ComposeStack) -> None:
    """After compose said no: raises StackFailed naming what is not healthy and the end of its log."""
    sick = [each for each in stack.containers(all_of_them=True) if not is_well(each)]
    if not sick:
        return  # compose counts a job that has done its work as one that is gone
    names = [each["Service"] for each in sick]
    tail = stack.compose("logs", "--no-color", "--tail", "8", *names, capture=True, check=False)
    raise StackFailed(f"not healthy: {', '.join(sorted(set(names)))}\n{tail[-3000:]}") from None


def is_well(container: dict[str, object]) -> bool:
    """Whether a container is healthy, or a job that ended well."""
    if str(container["Service"]).endswith("-migrate"):
        return container["State"] == "exited" and container["ExitCode"] == 0
    return container["State"] == "running" and container["Health"] == "healthy"


def first_account(stack: ComposeStack) -> Account:
    """The account with which everything else is entered; made at the first start."""
    account = Account(FIRST_LOGIN, stack.state.secret("account"), "headquarters officer")
    if not stack.state.read("done.json").get("account"):
        roles = [word for role in FIRST_ROLES for word in ("--role", role)]
        who = ["--tenant", TENANT, "--login", account.login, "--name", FIRST_NAME, *roles]
        stack.run_in(
            "registry-api",
            *("python", "-m", "services.registry", "bootstrap-account", *who),
            environment={"PEYVAND_PASSWORD": account.password},
        )
        stack.state.write("done.json", {"account": True})
    return account


@refusing
def down(words: list[str]) -> int:
    """Stop the stack; its data stays unless --volumes says otherwise."""
    parser = parser_of("down")
    parser.add_argument("--volumes", action="store_true", help="forget the data as well")
    chosen = parser.parse_args(words)
    stack = the_stack(chosen.state)
    stack.compose("--profile", "*", "down", "--remove-orphans", *(["--volumes"] if chosen.volumes else []))
    if chosen.volumes:
        stack.state.write("done.json", {})
    return 0


@refusing
def logs(words: list[str]) -> int:
    """Show what the services write."""
    parser = parser_of("logs")
    parser.add_argument("services", nargs="*")
    parser.add_argument("--follow", action="store_true")
    parser.add_argument("--tail", default="200")
    chosen = parser.parse_args(words)
    follow = ["--follow"] if chosen.follow else []
    the_stack(chosen.state).compose("logs", "--tail", chosen.tail, *follow, *chosen.services)
    return 0


@refusing
def scale(words: list[str]) -> int:
    """Change how many processes of a service run, e.g. notifications-worker=4 reporting-api=2."""
    parser = parser_of("scale")
    parser.add_argument("services", nargs="+", metavar="SERVICE=N")
    chosen = parser.parse_args(words)
    stack = the_stack(chosen.state)
    wanted = {**doubled(stack), **counts(chosen.services)}
    stack.compose("up", "--detach", "--no-build", "--no-recreate", *scale_words(wanted), capture=True)
    say("scaled")
    return 0


def counts(words: Sequence[str]) -> dict[str, int]:
    """`a=2 b=3` read; raises StackFailed for anything else."""
    found: dict[str, int] = {}
    for word in words:
        name, _, number = word.partition("=")
        if not number.isdigit() or not name:
            raise StackFailed(f"write SERVICE=N, e.g. notifications-worker=4, not {word}")
        found[name] = int(number)
    return found


def doubled(stack: ComposeStack) -> dict[str, int]:
    """What there is more than one of now: compose puts back to one what it is not told again."""
    there = Counter(str(each["Service"]) for each in stack.containers(all_of_them=True))
    return {name: number for name, number in there.items() if number > 1}


def scale_words(wanted: Mapping[str, int]) -> list[str]:
    """Numbers of processes as compose's words."""
    return [word for name, number in sorted(wanted.items()) for word in ("--scale", f"{name}={number}")]
