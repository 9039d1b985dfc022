"""Geometry of the drawings (map, histogram, bars, lines, stitches); colours come from the stylesheet by class."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

MAPS = Path(__file__).parent / "maps"
ASPECT = 0.86
"""Width of a degree of longitude against one of latitude at Iran's height."""
UNITS = 100
"""Drawing units per degree; whole numbers keep the paths short."""
NUDGED = {"IR-23": (-0.33, -0.04)}
"""Labels moved into the widest part of a province that is narrow at its usual point, in degrees."""


@cache
def zone(name: str) -> ZoneInfo:
    """A time zone, read once."""
    return ZoneInfo(name)


@dataclass(frozen=True)
class Outline:
    """A province's outline as an SVG path and the point its value is written at."""

    code: str
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class ProvinceMap:
    """All outlines of a country in one drawing of `width` × `height` units."""

    width: int
    height: int
    outlines: tuple[Outline, ...]


@cache
def province_map(country: str = "ir") -> ProvinceMap:
    """The provinces of a country from its committed outline file (Natural Earth, public domain)."""
    features = json.loads((MAPS / f"{country}.geojson").read_text(encoding="utf-8"))["features"]
    rings = {each["properties"]["code"]: list(_rings(each["geometry"])) for each in features}
    points = [point for each in rings.values() for ring in each for point in ring]
    west, north = min(x for x, _ in points), max(y for _, y in points)

    def at(point: Sequence[float]) -> tuple[int, int]:
        return round((point[0] - west) * UNITS * ASPECT) + 10, round((north - point[1]) * UNITS) + 10

    outlines = []
    for each in features:
        code = each["properties"]["code"]
        east, up = NUDGED.get(code, (0.0, 0.0))
        x, y = at([each["properties"]["label_point"][0] + east, each["properties"]["label_point"][1] + up])
        outlines.append(Outline(code, "".join(_path([at(p) for p in ring]) for ring in rings[code]), x, y))
    right, bottom = at((max(x for x, _ in points), min(y for _, y in points)))
    return ProvinceMap(right + 10, bottom + 10, tuple(outlines))


def _rings(geometry: dict[str, Any]) -> Iterable[list[list[float]]]:
    coordinates = geometry["coordinates"]
    for polygon in [coordinates] if geometry["type"] == "Polygon" else coordinates:
        yield from polygon


def _path(points: list[tuple[int, int]]) -> str:
    """Relative steps; a minus sign separates as well as a space does."""
    (x, y), steps = points[0], []
    for next_x, next_y in points[1:-1]:
        dx, dy = next_x - x, next_y - y
        if dx or dy:
            steps.append(f"{dx}{'' if dy < 0 else ' '}{dy}")
        x, y = next_x, next_y
    joined = "".join(step if step.startswith("-") or not index else f" {step}" for index, step in enumerate(steps))
    return f"M{points[0][0]} {points[0][1]}l{joined}z"


@dataclass(frozen=True)
class Stitch:
    """One stitch of a gauge: where it begins and how it looks (`f-…` filled, `o-…` outlined)."""

    x: float
    paint: str


@dataclass(frozen=True)
class Gauge:
    """A row of stitches with a slanted line after the minimum."""

    stitches: tuple[Stitch, ...]
    line_x: float
    width: float
    height: int
    stitch_width: int


def gauge(held: int, minimum: int, maximum: int, *, exception: bool = False, large: bool = False) -> Gauge:
    """Stitches of a quota: held ones filled, missing ones up to the minimum in late colour."""
    width, height, gap = (13, 34, 5) if large else (8, 20, 3)
    below, stitches, x = held < minimum, [], 4.0
    line_x = 0.0
    for place in range(1, maximum + 1):
        if place <= held:
            paint = ("o-exc" if exception else "f-late") if below else "f-thread"
        else:
            paint = ("o-late" if exception else "o-late-dash") if place <= minimum else "o-rule"
        stitches.append(Stitch(x, paint))
        x += width + gap
        if place == minimum:
            line_x = x + 1
            x += 6
    return Gauge(tuple(stitches), line_x, x + height * 0.25, height, width)


@dataclass(frozen=True)
class Segment:
    """A part of a bar in per cent of its width."""

    x: float
    width: float
    paint: str


def segments(parts: Sequence[tuple[int | float, str]], *, total: float | None = None) -> list[Segment]:
    """Parts of a bar with small gaps; a part that is not zero is never narrower than 2.5 per cent."""
    whole = total or sum(value for value, _ in parts) or 1
    widths = [max(2.5, value / whole * 100) if value else 0.0 for value, _ in parts]
    over = sum(widths) - 100
    if over > 0:
        largest = widths.index(max(widths))
        widths[largest] -= over
    placed, x = [], 0.0
    for width, (_, paint) in zip(widths, parts, strict=True):
        if width:
            placed.append(Segment(round(x, 2), round(max(width - 0.7, 1.2), 2), paint))
            x += width
    return placed


@dataclass(frozen=True)
class Column:
    """A column of the quota histogram: one mark per province, above it their number."""

    value: int
    x: int
    marks: tuple[tuple[int, str], ...]
    count: int
    top: int
    late: bool


@dataclass(frozen=True)
class Histogram:
    """Columns 0…highest in reading direction with the allowed band behind."""

    columns: tuple[Column, ...]
    band_x: int
    band_width: int
    width: int
    height: int
    base: int


def histogram(values: Iterable[tuple[int, bool]], minimum: int, maximum: int, *, reverse: bool = False) -> Histogram:
    """Columns of (holders, has an exception) per province; `reverse` for right-to-left pages."""
    rows = list(values)
    top = max([maximum, *(value for value, _ in rows)])
    first = min([1, *(value for value, _ in rows)])
    count, step = top - first + 1, 29
    most = max([1, *(sum(1 for value, _ in rows if value == each) for each in range(first, top + 1))])
    pitch = min(8, 90 / most)
    base, width = 118, count * step + 8

    def x_of(value: int) -> int:
        place = value - first
        return 4 + (count - 1 - place if reverse else place) * step

    columns = []
    for value in range(first, top + 1):
        exceptions = sorted(exception for each, exception in rows if each == value)
        outside = value < minimum or value > maximum
        marks = tuple(
            (round(base - 2 - pitch * (place + 1)), ("o-exc" if exception else "f-late") if outside else "f-thread")
            for place, exception in enumerate(exceptions)
        )
        columns.append(Column(value, x_of(value), marks, len(marks), round(base - pitch * len(marks) - 7), outside))
    start = min(x_of(minimum), x_of(maximum))
    return Histogram(tuple(columns), start, (maximum - minimum + 1) * step, width, base + 20, base)


@dataclass(frozen=True)
class Line:
    """A line of a chart: its path and last point (the label stands beside it)."""

    path: str
    end_x: float
    end_y: float


def line(values: Sequence[float | None], *, width: int, height: int, top: float = 1.0, reverse: bool = False) -> Line:
    """A polyline of values between 0 and `top`; unknown values are left out."""
    count = max(len(values) - 1, 1)
    points = []
    for place, value in enumerate(values):
        if value is None:
            continue
        x = place / count * width
        y = height - min(max(value / (top or 1), 0), 1) * height
        points.append((round(width - x if reverse else x, 1), round(y, 1)))
    if not points:
        return Line("", 0, float(height))
    return Line("M" + "L".join(f"{x} {y}" for x, y in points), *points[-1])


def label_heights(series: Sequence[Any], *, width: int, height: int, top: float) -> list[float]:
    """Where the labels at the lines' ends stand: at their height, but never on top of each other."""
    ends = [line(each.values, width=width, height=height, top=top).end_y for each in series]
    placed = list(ends)
    for upper, lower in pairwise(sorted(range(len(ends)), key=lambda place: ends[place])):
        placed[lower] = max(placed[lower], placed[upper] + 16)
    return placed


def ramp(value: float | None, minimum: int, maximum: int) -> str:
    """The step of the map's colour ramp, `5` to `10`, for a value between the quota's limits."""
    if value is None:
        return "none"
    share = (value - minimum) / max(maximum - minimum, 1)
    return str(5 + round(min(max(share, 0.0), 1.0) * 5))
