"""The play: the stage, the clock, what is compared on the way, and the small steps all acts share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tools.story.checks import Checks
from tools.story.stage import PROGRAMME, SCOPE, Stage
from tools.story.times import Clock, moment

R = "/registry/v1"


@dataclass
class Play:
    """The story as it is told: the stage, the clock, and what is compared on the way."""

    stage: Stage
    clock: Clock
    checks: Checks
    tell: Callable[[str], None]
    notes: dict[str, Any] = field(default_factory=dict)

    def at(self, text: str) -> None:
        """Walk to a local moment such as `1399-07-12 10:00`."""
        self.clock.walk_to(moment(text))

    def kpi(self, name: str, code: str, expected: str, **query: Any) -> None:
        """Compare a figure as `numerator/denominator` (or the plain value)."""
        self.clock.rest()
        path = f"/reporting/v1/kpis/{code}"
        seen = self.stage.hq.get(path, **{"programme": PROGRAMME, "cycle": SCOPE["cycle"], **query})
        shown = f"{plain(seen['numerator'])}/{plain(seen['denominator'])}" if "/" in expected else plain(seen["value"])
        self.checks.compare(f"{name}: {code}", expected, shown)


def plain(value: Any) -> str:
    """A number of a JSON answer without trailing zeros; `none` where there is none."""
    if value is None:
        return "none"
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def together(actions: list[Callable[[], Any]], workers: int = 2) -> list[Any]:
    """Do independent things side by side."""
    with ThreadPoolExecutor(workers) as pool:
        return [each.result() for each in [pool.submit(action) for action in actions]]
