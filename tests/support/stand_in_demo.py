"""A demo whose services are three tiny web servers: the supervisor, PostgreSQL and Valkey are the real ones."""

import argparse
import sys
from pathlib import Path

from tools.demo.children import Recipe
from tools.demo.plan import Plan, Step, web_answers
from tools.demo.site import ROOT, Site
from tools.demo.state import State
from tools.demo.supervisor import Supervisor

SERVE = """
import http.server, sys
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""


class StandIn(Plan):
    """No migrations, no data, no workers."""

    def steps(self, site: Site) -> list[Step]:
        """None."""
        del site
        return []

    def filling(self, site: Site) -> Recipe | None:
        """None."""
        del site
        return None

    def recipes(self, site: Site) -> list[list[Recipe]]:
        """Three web servers."""
        return [
            [
                Recipe(
                    name,
                    [sys.executable, "-c", SERVE, str(site.ports[name])],
                    site.base_environment(),
                    ROOT / "tools",
                    web_answers(site.direct(name)),
                )
                for name in ("registry", "reporting", "notifications")
            ]
        ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--port", type=int, default=None)
    chosen = parser.parse_args()
    sys.exit(Supervisor(State(chosen.state), StandIn(), port=chosen.port, quiet=chosen.quiet).run())
