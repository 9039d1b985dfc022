"""The words after `python -m services.X` that every service knows."""

import argparse
from collections.abc import Sequence
from typing import Any

from shared.kernel.serve import add_door


def parser_of(service: str, parts: Sequence[str]) -> tuple[argparse.ArgumentParser, Any]:
    """A parser, and its sub-parsers for what a service adds. `parts`: background processes with a name of their own."""
    parser = argparse.ArgumentParser(prog=f"services.{service}")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("migrate", "begin-epoch", "work", *parts):
        commands.add_parser(name)
    add_door(commands.add_parser("api"))
    letters = commands.add_parser("dead-letters", help="list, retry or skip parked events")
    letters.add_argument("words", nargs=argparse.REMAINDER)
    return parser, commands
