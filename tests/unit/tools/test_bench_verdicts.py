"""The benchmark's verdicts: what misses, what fails, and that a wrong count is never a figure."""

from types import SimpleNamespace
from typing import Any

import pytest

from tools.bench.measure import CountWrong, Finding, Row, expect, interleave
from tools.bench.runner import run_case
from tools.bench.table import row

MORE, LESS = Row("a", "b", 2), Row("a", "b", 2, lower_is_better=True)


@pytest.mark.parametrize(
    ("asked", "ratios", "missed", "failed"),
    [
        (MORE, [2, 3, 4], False, False),
        (MORE, [1, 1.5, 2.1], True, False),
        (MORE, [1, 1.5, 1.9], True, True),
        (LESS, [1, 1.5, 2.5], False, False),
        (LESS, [1.9, 2.2, 3], True, False),
        (LESS, [2.1, 2.2, 3], True, True),
    ],
)
def test_only_a_range_that_misses_wholly_fails(asked: Row, ratios: list[float], missed: bool, failed: bool) -> None:
    finding = Finding(asked, ratios)
    assert (finding.missed, finding.failed) == (missed, failed)


def test_rounds_take_turns_and_the_first_is_thrown_away() -> None:
    order: list[str] = []

    def run(name: str) -> float:
        order.append(name)
        return float(len(order))

    kept = interleave(2, lambda: run("product"), lambda: run("peer"))
    assert order == ["product", "peer", "peer", "product", "product", "peer"]
    assert kept == [(4.0, 3.0), (5.0, 6.0)]


def test_a_wrong_count_is_broken_and_has_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    def lost_one(_bench: Any) -> list[Finding]:
        expect(499, 500, "facts and the cells' sum")
        return [Finding(MORE, [9, 9, 9])]

    case: Any = SimpleNamespace(ROWS=(MORE,), run=lost_one)
    rows, failed = run_case("planted", case, SimpleNamespace(alive=lambda: None))  # type: ignore[arg-type]
    assert failed and rows[0]["ratio"] is None
    assert "500 planned, 499 seen" in capsys.readouterr().out
    assert row(rows[0]).endswith("| not measured | ≥ 2 | broken |")


def test_counts_that_agree_pass() -> None:
    expect((5, 5), (5, 5), "facts and the cells' sum")
    with pytest.raises(CountWrong):
        expect((5, 6), (5, 5), "facts and the cells' sum")
