"""`python -m tools.chaos.stand --state DIR`: one bench until SIGTERM; a dead part starts again at once."""

import argparse
import sys
from pathlib import Path

from tools.chaos.plan import BenchPlan
from tools.demo.children import Watch
from tools.demo.state import State
from tools.demo.supervisor import Supervisor


class PromptWatch(Watch):
    """Starts a dead part again after a fifth of a second, however often it dies: here dying is the point."""

    def turn(self) -> None:
        """Look at each child once."""
        for child in self.children.values():
            child.deaths = 0
        super().turn()


def main(arguments: list[str]) -> int:
    """Start the bench; returns when it has stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    supervisor = Supervisor(State(chosen.state), BenchPlan(), quiet=True)
    supervisor.watch = PromptWatch(chosen.state.absolute() / "logs", supervisor._remember, supervisor.say)
    return supervisor.run()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
