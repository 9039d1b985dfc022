"""What the generators of committed papers share: where they go, and whether they are up to date."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = ROOT / "docs" / "contracts"
SERVICES = ("registry", "reporting", "notifications")
Papers = Mapping[Path, str]


def write(papers: Papers) -> int:
    """Write each paper; returns 0."""
    for path, content in papers.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


def stale(papers: Papers) -> list[str]:
    """The names of papers that differ from what is committed."""
    return [
        str(path.relative_to(ROOT))
        for path, content in papers.items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]


def run(make: Callable[[], Papers]) -> None:
    """The whole of a generator's main."""
    sys.exit(write(make()))
