"""The geometry of the drawings."""

from shared.web import drawings


def test_the_map_has_31_provinces_inside_its_frame() -> None:
    drawn = drawings.province_map()
    assert len(drawn.outlines) == 31
    assert all(0 < each.x < drawn.width and 0 < each.y < drawn.height for each in drawn.outlines)
    assert sum(len(each.path) for each in drawn.outlines) < 40_000


def test_a_gauge_below_its_minimum_shows_held_missing_and_free_stitches() -> None:
    paints = [stitch.paint for stitch in drawings.gauge(3, 5, 10).stitches]
    assert paints == ["f-late"] * 3 + ["o-late-dash"] * 2 + ["o-rule"] * 5
    assert [stitch.paint for stitch in drawings.gauge(7, 5, 10).stitches] == ["f-thread"] * 7 + ["o-rule"] * 3
    assert drawings.gauge(4, 5, 10, exception=True).stitches[0].paint == "o-exc"


def test_a_small_part_of_a_bar_stays_visible() -> None:
    parts = drawings.segments([(9990, "f-thread"), (10, "hatch"), (0, "o-rule")])
    assert [part.paint for part in parts] == ["f-thread", "hatch"]
    assert parts[1].width > 1 and parts[1].x + parts[1].width <= 100


def test_the_histogram_counts_provinces_in_reading_direction() -> None:
    values = [(3, False), (4, True), (5, False), (5, False), (10, False)]
    left = drawings.histogram(values, 5, 10)
    right = drawings.histogram(values, 5, 10, reverse=True)
    assert {column.value: column.count for column in left.columns}[5] == 2
    assert left.columns[0].x < left.columns[-1].x and right.columns[0].x > right.columns[-1].x
    assert [column.value for column in left.columns if column.late and column.count] == [3, 4]


def test_labels_at_the_end_of_lines_never_overlap() -> None:
    class Series:
        def __init__(self, *values: float) -> None:
            self.values = values

    heights = drawings.label_heights([Series(0, 5), Series(0, 5)], width=100, height=100, top=10)
    assert abs(heights[0] - heights[1]) >= 14


def test_the_ramp_spreads_over_the_allowed_band() -> None:
    assert [drawings.ramp(value, 5, 10) for value in (5, 7, 10, None)] == ["5", "7", "10", "none"]
