"""./peyvand demo --check: the acceptance story on a demo of its own, or against a running one."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tools import story
from tools.compose.stack import DEFAULT_STATE as STACK
from tools.demo.__main__ import DEFAULT_STATE
from tools.demo.accounts import Account
from tools.demo.stack import StackFailed, stack
from tools.demo.state import State
from tools.demo.supervisor import Stopped, stop_signals
from tools.main import ROOT, caller_path


def main(words: list[str]) -> int:
    """0 when every figure and message is as expected."""
    parser = argparse.ArgumentParser(prog="peyvand demo --check")
    parser.add_argument("--json", default=None, metavar="FILE", help="write the comparison here")
    parser.add_argument("--against", default=None, metavar="URL", help="a running demo's one URL")
    chosen = parser.parse_args(words)
    json_path = caller_path(chosen.json) if chosen.json else None
    if chosen.against:
        url = chosen.against.rstrip("/")
        account = account_of(url)
        if account is None:
            print("peyvand: PEYVAND_LOGIN and PEYVAND_PASSWORD must name that demo's first account", file=sys.stderr)
            return 2
        return story.run(url, json_path, account)
    return check_here(json_path)


def account_of(url: str) -> Account | None:
    """The first account of a running demo: from the environment, or of the demo or stack in the usual folder."""
    if "PEYVAND_PASSWORD" in os.environ:
        return Account(os.environ.get("PEYVAND_LOGIN", "hq.officer"), os.environ["PEYVAND_PASSWORD"], "")
    for folder in (DEFAULT_STATE, STACK):
        running = State(folder).read("running.json")
        if running.get("url") == url and running["accounts"]:
            return Account(**running["accounts"][0])
    return None


def check_here(json_path: Path | None) -> int:
    """Start a demo in a new folder, run the story, throw the folder away when all was right."""
    (ROOT / ".peyvand").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="check-", dir=ROOT / ".peyvand"))
    try:
        with stop_signals(), stack(folder) as running:
            result = story.run(running.url, json_path, running.accounts[0])
    except StackFailed as error:
        print(f"peyvand: {error}", file=sys.stderr)
        result = 1
    except Stopped:
        result = 130
    if result == 0:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"peyvand: the logs are kept in {folder / 'logs'}", file=sys.stderr)
    return result
