"""The expected messages: expands the story's hand-derived file to a multiset."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tools.story.cast import Province

FILE = Path(__file__).resolve().parents[2] / "tests" / "e2e" / "story_10_1.yaml"
Key = tuple[str, tuple[str, ...], str, str]


def expected_messages(provinces: list[Province]) -> Counter[Key]:
    """(rule, items, recipient, channel) → how often; items are `SUBJECT STEP`, sorted."""
    found: Counter[Key] = Counter()
    for entry in yaml.safe_load(FILE.read_text(encoding="utf-8")):
        for values in combinations(entry.get("for", {}), provinces, {}):
            items = [
                item.format(**inner)
                for item in entry["items"]
                for inner in combinations(entry.get("gather", {}), provinces, values)
            ]
            for channel in entry["channels"]:
                found[(entry["rule"], tuple(sorted(items)), entry["to"].format(**values), channel)] += 1
    return found


def combinations(
    axes: Mapping[str, Any], provinces: list[Province], given: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """Every combination of the axes' values; a province's numbers depend on the province."""
    codes = [each.code for each in provinces] if axes.get("p") == "provinces" else [given.get("p", "")]
    by_code = {each.code: each for each in provinces}
    rest = [name for name in axes if name != "p"]
    for code in codes:
        choices = [values_of(axes[name], by_code.get(code)) for name in rest]
        for picked in product(*choices):
            yield {**given, "p": code, "low": code.lower(), **dict(zip(rest, picked, strict=True))}


def values_of(axis: Any, province: Province | None) -> list[str]:
    """The values of one axis: a list as it stands, or a named range."""
    if isinstance(axis, list):
        return [str(each) for each in axis]
    if axis == "hq_adults":
        return [f"{n:02d}" for n in range(1, 13)]
    if axis == "adults":
        return [f"{n:02d}" for n in range(1, 8)]
    assert province is not None
    first = province.chosen - 1 if province.code == "IR-21" else province.chosen
    until = {"candidates": province.candidates, "chosen": province.chosen, "first": first}[axis]
    return [str(n) for n in range(1, until + 1)]
