"""python -m tools.demo: run one demo in this process until Ctrl-C."""

import argparse
import os
import sys
from pathlib import Path

from tools.demo.plan import Plan
from tools.demo.site import ROOT
from tools.demo.state import State
from tools.demo.supervisor import Supervisor

CALLER = Path(os.environ.get("PEYVAND_CALLER_DIRECTORY", "."))
DEFAULT_STATE = ROOT / ".peyvand" / "demo"


def main(arguments: list[str]) -> int:
    """Start the demo; returns when it has stopped."""
    parser = argparse.ArgumentParser(prog="peyvand demo")
    parser.add_argument(
        "--state", type=lambda word: CALLER / word, default=DEFAULT_STATE, help="folder with everything this demo keeps"
    )
    parser.add_argument("--port", type=int, default=None, help="port of the one URL (default: a free one, remembered)")
    parser.add_argument("--bare", action="store_true", help="without the demo's data")
    parser.add_argument("--quiet", action="store_true", help="no progress and no summary")
    chosen = parser.parse_args(arguments)
    plan = Plan(demo_data=not chosen.bare)
    return Supervisor(State(chosen.state), plan, port=chosen.port, quiet=chosen.quiet).run()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
