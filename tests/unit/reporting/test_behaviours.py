"""How sums become values."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.jobs.csvs import safe, write_csv
from services.reporting.kpis.behaviours import (
    NO_DENOMINATOR,
    SMALL_CELL,
    amount,
    hide_small,
    on_target,
    parity,
    percentile,
    share,
)
from services.reporting.kpis.catalogue import KPIS
from services.reporting.kpis.definition import Level

D = Decimal


class TestShares:
    """R and T."""

    def test_an_empty_denominator_is_a_reason_and_never_a_value(self) -> None:
        assert (share(D(0), D(0)).value, share(D(0), D(0)).reason) == (None, NO_DENOMINATOR)

    def test_six_decimals_are_kept_half_up(self) -> None:
        assert share(D(2), D(3)).value == D("0.666667")
        assert share(D(1), D(8_000_000)).value == D("0.000000")
        assert share(D(5), D(10_000_000)).value == D("0.000001")

    @given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=31))
    def test_the_nation_is_the_sum_of_parts_and_not_the_mean_of_shares(self, parts: list[tuple[int, int]]) -> None:
        whole = share(D(sum(n for n, _ in parts)), D(sum(d for _, d in parts)))
        assert whole.value is not None
        assert abs(whole.value * sum(d for _, d in parts) - sum(n for n, _ in parts)) < D("0.001")


class TestOthers:
    """S, F, parity, percentile, targets, small cells."""

    def test_nothing_counted_is_zero(self) -> None:
        assert amount(D(0)).value == 0

    def test_parity_leaves_mixed_schools_apart(self) -> None:
        assert parity({"girls": D(3), "boys": D(6), "mixed": D(9)}).value == D("0.5")
        assert parity({"mixed": D(9)}).reason == NO_DENOMINATOR
        assert parity({"girls": D(4)}).value == 0

    def test_percentile_lies_between_neighbours(self) -> None:
        assert percentile([D(n) for n in range(1, 101)], D("0.95")).value == D("95.05")
        assert percentile([], D("0.95")).reason == NO_DENOMINATOR

    @pytest.mark.parametrize(
        ("value", "target", "met"),
        [
            ("1", "1", True), ("0.9", ">=0.9", True), ("0.89", ">=0.9", False), ("61", "<=60", False),
            ("0.286", "0<..<1", True), ("1", "0<..<1", False), ("7", "5..10", None), ("7", "info", None),
        ],
    )  # fmt: skip
    def test_targets(self, value: str, target: str, met: bool | None) -> None:
        assert on_target(D(value), target) is met

    def test_one_to_four_cases_are_hidden(self) -> None:
        assert hide_small(amount(D(4))).reason == SMALL_CELL
        assert hide_small(amount(D(5))).value == 5
        assert hide_small(amount(D(0))).value == 0


class TestCatalogue:
    """Every figure is whole."""

    def test_names_formula_and_dimensions(self) -> None:
        for kpi in KPIS.values():
            assert {"fa", "en", "ar", "lt"} <= set(kpi.names), kpi.code
            assert kpi.formula["fa"][0] and kpi.formula["en"][0], kpi.code
            assert set(kpi.cell_dims) <= set(kpi.dimensions), kpi.code
            assert all(part.table in kpi.reads for part in kpi.cells), kpi.code
            assert kpi.level is Level.TENANT or "cycle_facts" in kpi.reads or "@cycles" not in kpi.cases, kpi.code

    def test_reads_name_every_source_of_the_select(self) -> None:
        import re

        from services.reporting.kpis.selecting import _SOURCES

        for kpi in KPIS.values():
            used = {_SOURCES[name] for name in re.findall(r"@([a-z]+)\b", kpi.cases)}
            assert used <= set(kpi.reads), kpi.code


class TestCsv:
    """Nothing a spreadsheet would run."""

    @pytest.mark.parametrize("text", ["=1+1", "+98912", "-1", "@x", "\tx", "\rx"])
    def test_formulas_are_made_harmless(self, text: str) -> None:
        assert safe(text) == f"'{text}"

    def test_numbers_stay_numbers(self) -> None:
        assert [safe(D("-1.5")), safe(7), safe(None)] == ["-1.5", "7", ""]
        assert write_csv("s", ["a"], [[1]]).startswith(b"\xef\xbb\xbf")
