"""The lane of a continuous rating: what is drawn of it at every zoom, live, again and beside another."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.timeline.lanes import TraceLane
from iprtool.timeline.scale import Scale

HOUR_MS = 3_600_000
HALF_POINTS = [(number * 1_000, 1 + number / 2) for number in range(17)]
"""From 1 to 9 by half points, one a second."""


def texts(lane: TraceLane, scale: Scale) -> list[str]:
    return [row.text for row in lane.draw(scale)]


def height(glyphs: tuple[str, ...]) -> list[int]:
    """The dots, from the bottom, that a cell of several rows from the top shows in its left column."""
    bits = [0 if glyph == " " else ord(glyph) - 0x2800 for glyph in reversed(glyphs)]
    return [4 * row + dot for row, bit in enumerate(bits) for dot, mask in enumerate((0x40, 4, 2, 1)) if bit & mask]


def test_the_dial_goes_from_the_bottom_to_the_top_and_neutral_is_between_the_rows() -> None:
    assert texts(TraceLane("dial", HALF_POINTS), Scale(20_000, 20, 1_000)) == [
        "        ⣀⣀⣀⠤⠤⠒⠒⠉⠁   ",
        "⣀⣀⠤⠤⠒⠒⠉⠉⠉           ",
    ]
    assert texts(TraceLane("dial", HALF_POINTS, rows=1), Scale(20_000, 20, 1_000)) == ["⣀⣀⣀⣀⠤⠤⠤⠤⠶⠒⠒⠒⠒⠉⠉⠉⠁   "]


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_above_neutral_is_drawn_above_it_and_below_it_below(rows: int) -> None:
    lane = TraceLane("dial", HALF_POINTS, rows=rows)
    drawn = [height(column) for column in zip(*texts(lane, Scale(17_000, 17, 1_000)), strict=True)]
    middle = drawn[8]
    assert middle == [2 * rows - 1, 2 * rows]
    for below, above in zip(drawn[:8], reversed(drawn[9:]), strict=True):
        assert max(below) <= middle[0] < middle[1] <= min(above)
        assert [4 * rows - 1 - dot for dot in above] == below


def test_the_tone_says_what_the_height_says() -> None:
    (row,) = TraceLane("dial", [(0, 2.0), (2_000, 5.0), (4_000, 8.0)], rows=1).draw(Scale(6_000, 6, 1_000))
    assert [row.tones[cell] for cell in (0, 2, 4)] == ["negative", "neutral", "positive"]
    (plain,) = TraceLane("dial", [(0, 2.0)], neutral=None, rows=1).draw(Scale(6_000, 6, 1_000))
    assert set(plain.tones) == {"neutral"}


def test_where_nothing_was_rated_for_more_than_a_second_is_a_gap() -> None:
    lane = TraceLane("dial", [(0, 9), (1_000, 9), (2_000, 9), (3_100, 9), (5_000, 9)], rows=1)
    assert texts(lane, Scale(8_000, 16, 500)) == ["⠉⠉⠉⠉⠁ ⠁   ⠁     "]
    patient = TraceLane("dial", [(0, 9), (2_500, 9)], rows=1, gap_ms=3_000)
    assert texts(patient, Scale(4_000, 8, 500)) == ["⠉⠉⠉⠉⠉⠁  "]


def test_far_out_a_column_goes_from_the_lowest_to_the_highest() -> None:
    samples = [(at_ms, 1.0 if at_ms == 30_000 else 9.0 if at_ms == 45_000 else 5.0) for at_ms in range(0, 60_000, 100)]
    assert texts(TraceLane("dial", samples), Scale(60_000, 1, 60_000)) == ["⣸", "⢹"]


def test_what_is_rated_again_counts_as_it_was_rated_last() -> None:
    """A second pass, sampled at other times, leaves nothing of the first between its samples."""
    lane = TraceLane("dial", [(at_ms, 9.0) for at_ms in range(0, 10_000, 100)], rows=1)
    lane.add([(at_ms, 1.0) for at_ms in range(2_000, 6_000, 330)])
    assert texts(lane, Scale(10_000, 10, 1_000)) == ["⠉⠉⣀⣀⣀⣀⠉⠉⠉⠉"]


def test_two_lanes_of_the_same_bounds_are_drawn_alike_whatever_else_is_on_them() -> None:
    quiet = TraceLane("client", [(at_ms, 6.0) for at_ms in range(0, 30_000, 100)])
    moved = TraceLane("therapist", [(at_ms, 6.0 if at_ms < 15_000 else 1.0) for at_ms in range(0, 30_000, 100)])
    scale = Scale(30_000, 30, 1_000)
    assert [row[:15] for row in texts(quiet, scale)] == [row[:15] for row in texts(moved, scale)]


def test_ratings_beyond_the_bounds_are_drawn_at_them_and_other_bounds_can_be_had() -> None:
    lane = TraceLane("valence", [(0, -400), (1_000, 0), (2_000, 400)], -100, 100, 0, rows=1)
    assert texts(lane, Scale(3_000, 3, 1_000)) == ["⣀⠶⠁"]
    with pytest.raises(ValueError, match="below its maximum"):
        TraceLane("flat", [], 5, 5)
    with pytest.raises(ValueError, match=r"NaN|nan"):
        lane.add([(3_000, math.nan)])
    with pytest.raises(ValueError, match="from 0"):
        lane.add([(-200, 1.0)])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(2, 18)), max_size=60), st.integers(1, 60))
def test_a_trace_that_grows_is_the_trace_at_once(samples: list[tuple[int, int]], at: int) -> None:
    ratings = [(at_ms, half / 2) for at_ms, half in samples]
    grown = TraceLane("dial", ratings[:at])
    for sample in ratings[at:]:
        grown.add([sample])
    for scale in (Scale.whole(60_000, 40), Scale(60_000, 40, 100, 12_000)):
        assert texts(grown, scale) == texts(TraceLane("dial", ratings), scale)


def test_panning_moves_the_drawing_and_changes_no_column() -> None:
    rng = random.Random(5)
    lane = TraceLane("dial", [(at_ms, rng.randrange(2, 19) / 2) for at_ms in range(0, 600_000, 100)])
    scale = Scale(600_000, 50, 2_000)
    assert [row[7:] for row in texts(lane, scale)] == [row[:-7] for row in texts(lane, scale.panned(7))]


@pytest.mark.parametrize("cell_ms", [10, 100, 1_000, 10_000])
def test_what_is_drawn_is_the_lowest_and_the_highest_that_was_rated(cell_ms: int) -> None:
    rng = random.Random(cell_ms)
    ratings = [rng.randrange(2, 19) / 2 for _ in range(6_000)]
    lane = TraceLane("dial", [(number * 100, rating) for number, rating in enumerate(ratings)], rows=4)
    scale = Scale(600_000, 20, cell_ms, 200_000)
    for cell, column in enumerate(zip(*texts(lane, scale), strict=True)):
        first = (scale.ms(cell)) // 100
        rated = ratings[first : max(first + 1, (scale.ms(cell) + cell_ms // 2) // 100)]
        lowest, highest = (2 * (one - 1) for one in (min(rated), max(rated)))
        below, above = (math.floor(one) if one < 8 else math.ceil(one) - 1 for one in (lowest, highest))
        dots = height(column)
        if 5 not in (min(rated), max(rated)):
            assert (dots[0], dots[-1]) == (below, above)
        assert dots == list(range(dots[0], dots[-1] + 1))
