"""The acceptance story on a demo of its own: every figure, refusal and message as derived by hand."""

import json
from pathlib import Path

import pytest

from tools.check import check_here


@pytest.mark.timeout(900)
@pytest.mark.requirement(
    "R-001",
    "R-019",
    "R-034",
    "R-035",
    "R-036",
    "R-048",
    "R-049",
    "R-050",
    "R-055",
    "R-056",
    "R-057",
    "R-058",
    "R-060",
    "R-061",
    "R-082",
    "R-163",
    "R-168",
)
def test_three_provinces_through_the_autumn(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    code = check_here(out)
    differing = [line for line in json.loads(out.read_text(encoding="utf-8"))["checks"] if not line["ok"]]
    assert (code, differing) == (0, [])
