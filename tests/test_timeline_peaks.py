"""The outline of sound: the pyramid against the bins themselves, and what is drawn of it."""

import random
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.model.peaks import PeakChunk
from iprtool.timeline.lanes import PeakPyramid, PeaksLane
from iprtool.timeline.scale import Scale

samples = st.integers(-32768, 32767)


def chunk(first_bin: int, pairs: list[tuple[int, int]]) -> PeakChunk:
    values = array("h", [value for pair in pairs for value in pair])
    return PeakChunk(first_bin, values.tobytes())


@st.composite
def chunks(draw: st.DrawFn) -> list[tuple[int, list[tuple[int, int]]]]:
    """Chunks that come in any order, with gaps and overlaps."""
    spans = draw(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 200)), max_size=6))
    rng = draw(st.randoms(use_true_random=False))
    loudest = draw(samples)
    return [(first, [(-rng.randint(0, abs(loudest)), rng.randint(0, 32767)) for _ in range(n)]) for first, n in spans]


@settings(deadline=None)
@given(chunks(), st.lists(st.tuples(st.integers(0, 1_100), st.integers(0, 1_100)), max_size=20))
def test_the_pyramid_knows_what_the_bins_know(
    given_chunks: list[tuple[int, list[tuple[int, int]]]], stretches: list[tuple[int, int]]
) -> None:
    pyramid, bins = PeakPyramid(), dict[int, tuple[int, int]]()
    for first, pairs in given_chunks:
        pyramid.add(chunk(first, pairs))
        bins.update({first + number: pair for number, pair in enumerate(pairs)})
    for first, stop in stretches:
        known = [bins[number] for number in range(first, stop) if number in bins]
        expected = (min(low for low, _ in known), max(high for _, high in known)) if known else None
        assert pyramid.range(first, stop) == expected
    assert pyramid.loudest >= max((max(high, -low) for low, high in bins.values()), default=0)


@pytest.mark.parametrize("step", [1, 7, 8, 63, 64, 500, 3_000])
def test_means_are_those_of_the_bins_to_an_eighth_of_a_step(step: int) -> None:
    rng = random.Random(step)
    pairs = [(-rng.randrange(9_000), rng.randrange(9_000)) for _ in range(20_000)]
    pyramid = PeakPyramid()
    pyramid.add(chunk(0, pairs))
    edges = list(range(0, 20_000 // step * step, step))[:50]
    slack = 1
    while slack * 8 <= step // 8:
        slack *= 8
    for first, mean in zip(edges, pyramid.means(edges), strict=False):
        a, b = first // slack * slack, max((first + step) // slack, first // slack + 1) * slack
        exact = sum(high - low for low, high in pairs[a:b]) / (b - a)
        assert mean == pytest.approx(exact + 1)
        assert mean is not None and mean <= pyramid.loudest_mean(step) + 1


def test_nothing_known_is_blank_silence_a_low_line_and_loud_is_high() -> None:
    lane = PeaksLane()
    loud, silent = [(-20_000, 20_000)] * 320, [(0, 0)] * 320
    lane.add(chunk(0, silent))
    lane.add(chunk(640, loud))
    assert lane.draw(Scale(12_800, 20, 640))[0].text == "▁▁▁▁▁     ▇▇▇▇▇     "


def test_several_rows_are_filled_from_below() -> None:
    lane = PeaksLane(height=3)
    lane.add(chunk(0, [(-20_000, 20_000)] * 64 + [(-4_000, 4_000)] * 64 + [(0, 0)] * 64))
    assert [row.text for row in lane.draw(Scale(1_920, 3, 640))] == ["▅  ", "█  ", "█▆▁"]


def test_a_wave_lies_around_its_middle() -> None:
    lane = PeaksLane(height=2, outline="wave")
    lane.add(chunk(0, [(-32_000, 32_000)] * 100 + [(-1, 1)] * 100 + [(0, 20_000)] * 100))
    top, bottom = (row.text for row in lane.draw(Scale(5_000, 5, 1_000)))
    assert top[:2] == "⣿⣀" and bottom[:2] == "⣿⠉"
    assert bottom[2] in " ⠉" and top[2] not in " ⣀"
    assert top[3:] == bottom[3:] == "  "


def test_panning_changes_no_column() -> None:
    rng = random.Random(3)
    lane = PeaksLane(height=2)
    lane.add(chunk(0, [(-loud, loud) for loud in (rng.randrange(30_000) for _ in range(60_000))]))
    scale = Scale(600_000, 50, 2_000)
    here, there = lane.draw(scale), lane.draw(scale.panned(7))
    assert [row.text[7:] for row in here] == [row.text[:-7] for row in there]


@pytest.mark.parametrize("wrong", [PeakChunk(0, b"\0\0"), PeakChunk(-1, b"\0\0\0\0"), PeakChunk(0, b"\0\0\0")])
def test_halves_of_pairs_are_refused(wrong: PeakChunk) -> None:
    with pytest.raises(ValueError, match=r".+"):
        PeakPyramid().add(wrong)


def test_an_empty_chunk_changes_nothing() -> None:
    pyramid = PeakPyramid()
    pyramid.add(PeakChunk(5, b""))
    assert pyramid.bins == 0
    assert pyramid.range(0, 10) is None
