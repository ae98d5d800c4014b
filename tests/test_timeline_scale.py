"""The timeline's scale: milliseconds and cells, zoom, pan, following, ticks."""

from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from iprtool.timeline.scale import ZOOM_STEPS_MS, Scale, whole_cell_ms

HOUR_MS = 3_600_000

durations = st.integers(0, 6 * HOUR_MS)
widths = st.integers(1, 300)


@st.composite
def scales(draw: st.DrawFn) -> Scale:
    """Any view that zooming and panning lead to."""
    duration_ms, width = draw(durations), draw(widths)
    steps, at_ms, pan = draw(st.integers(0, 16)), draw(st.integers(0, duration_ms)), draw(st.integers(-500, 500))
    return Scale.whole(duration_ms, width).zoomed(steps, at_ms).panned(pan)


@given(scales(), st.integers(-50, 350))
def test_a_cells_left_edge_lies_in_that_cell(scale: Scale, cell: int) -> None:
    assert scale.cell(scale.ms(cell)) == cell
    assert scale.cell(scale.ms(cell + 1) - 1) == cell


@given(scales())
def test_a_view_starts_on_a_whole_cell_and_stays_in_the_recording(scale: Scale) -> None:
    assert scale.start_ms % scale.cell_ms == 0
    assert 0 <= scale.start_ms <= scale.duration_ms
    last_cell_ms = scale.duration_ms // scale.cell_ms * scale.cell_ms
    assert scale.start_ms == 0 or scale.end_ms <= last_cell_ms + scale.cell_ms


@given(durations, widths)
def test_the_whole_has_the_first_and_the_last_millisecond_in_view(duration_ms: int, width: int) -> None:
    whole = Scale.whole(duration_ms, width)
    assert whole.cell(0) == 0
    assert whole.cell(duration_ms) < width
    assert whole.is_whole


@given(scales(), st.integers(0, 1), st.data())
def test_zooming_keeps_the_cell_of_the_fixed_point_away_from_the_edges(
    scale: Scale, way: int, data: st.DataObject
) -> None:
    at_ms = data.draw(st.integers(scale.start_ms, min(scale.end_ms - 1, scale.duration_ms)))
    zoomed = scale.zoomed((1, -1)[way], at_ms)
    at_an_edge = zoomed.start_ms == 0 or zoomed.end_ms + zoomed.cell_ms > scale.duration_ms
    assert zoomed.shows(at_ms)
    assert at_an_edge or zoomed.cell(at_ms) == scale.cell(at_ms)


@given(scales(), st.integers(0, 299))
def test_in_and_out_at_the_pointer_leads_back(scale: Scale, cell: int) -> None:
    """The middle of the cell under the pointer is the fixed point: turning the wheel to and fro doesn't drift."""
    at_ms = scale.ms(cell % scale.width) + scale.cell_ms // 2
    nearer = scale.zoomed(1, at_ms)
    assume(nearer.cell_ms < scale.cell_ms)
    clamped = nearer.start_ms == 0 or nearer.end_ms + nearer.cell_ms > scale.duration_ms or at_ms > scale.duration_ms
    back_ms = nearer.ms(cell % scale.width) + nearer.cell_ms // 2
    assert clamped or nearer.zoomed(-1, back_ms) == scale


def test_zoom_stops_at_natural_steps_and_at_the_whole() -> None:
    scale, seen = Scale.whole(HOUR_MS, 100), list[int]()
    while not seen or scale.cell_ms != seen[-1]:
        seen.append(scale.cell_ms)
        scale = scale.zoomed(1, HOUR_MS // 2)
    assert seen == [36_001, *sorted((step for step in ZOOM_STEPS_MS if step < 36_001), reverse=True)]


def test_zooming_at_a_time_out_of_view_brings_it_to_the_middle() -> None:
    scale = Scale(HOUR_MS, 100, 1_000)
    assert scale.zoomed(1, 1_800_000).cell(1_800_000) == 50


@given(scales(), st.integers(-700, 700))
def test_panning_moves_by_whole_cells_and_stops_at_the_edges(scale: Scale, cells: int) -> None:
    panned = scale.panned(cells)
    moved = (panned.start_ms - scale.start_ms) // scale.cell_ms
    assert panned.cell_ms == scale.cell_ms
    assert moved == cells or panned == panned.panned(1 if cells > 0 else -1)


@given(scales(), widths, st.data())
def test_a_resized_view_keeps_its_zoom_and_what_it_is_about(scale: Scale, width: int, data: st.DataObject) -> None:
    at_ms = data.draw(st.integers(scale.start_ms, min(scale.end_ms - 1, scale.duration_ms)))
    resized = scale.resized(width, at_ms)
    assert resized.width == width
    assert resized.shows(at_ms)
    assert resized.cell_ms == scale.cell_ms or resized.is_whole


def test_the_view_turns_the_page_as_the_playhead_leaves_it_to_the_right() -> None:
    scale = Scale(HOUR_MS, 80, 100)
    assert scale.followed(7_800, 7_900) == scale
    turned = scale.followed(7_900, 8_000)
    assert turned.cell(8_000) == 80 // 8
    assert scale.followed(7_900, 8_000, centre=True).cell(8_000) == 40


def test_a_view_panned_away_stays_while_it_plays_and_comes_back_on_a_jump() -> None:
    away = Scale(HOUR_MS, 80, 100).at(600_000)
    assert away.followed(7_900, 8_000) == away
    assert away.followed(8_000, 60_000).cell(60_000) == 40


@given(scales())
def test_ticks_never_touch_at_any_width_and_zoom(scale: Scale) -> None:
    ticks = scale.ticks()
    for tick, following in pairwise(ticks):
        assert tick.cell + 1 + len(tick.label) + 1 < following.cell
    assert all(tick.cell >= 0 and tick.cell + 1 + len(tick.label) <= scale.width for tick in ticks if tick.label)


def test_ticks_never_touch_for_every_width_from_20_to_300_and_every_zoom() -> None:
    for duration_ms in (50_000, 51 * 60_000, 5 * HOUR_MS):
        for width in range(20, 301):
            for cell_ms in (*(step for step in ZOOM_STEPS_MS if step < whole_cell_ms(duration_ms, width)), 0):
                scale = Scale(duration_ms, width, cell_ms or whole_cell_ms(duration_ms, width))
                ticks = scale.ticks()
                ends = [tick.cell + 1 + len(tick.label) for tick in ticks]
                assert all(end < tick.cell for end, tick in zip(ends, ticks[1:], strict=False))
                assert not ticks or ends[-1] <= width


def test_ticks_are_at_round_times_and_labelled_by_them() -> None:
    labels = {tick.cell: tick.label for tick in Scale(51 * 60_000, 100, 2_000, 1_380_000).ticks()}
    assert labels[0] == "23:00"
    assert labels[10] == "23:20"
    tenths = Scale(60_000, 100, 20, 500).ticks()
    assert [tick.label for tick in tenths[:2]] == ["00:00.5", "00:01.0"]
    assert Scale(HOUR_MS, 100, 1_000, 60_000).ticks()[0].label == "00:01:00"
