"""What each kind of lane draws, as text, and what lies under the pointer."""

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.timeline.lanes import (
    TONES,
    Cells,
    LaneItem,
    MarksLane,
    RupturesLane,
    SpansLane,
    TextLane,
    draw_outline,
    draw_ruler,
    draw_whole,
    glyphs_of,
)
from iprtool.timeline.lanes.layout import last_scroll, lay_out, natural_height
from iprtool.timeline.lanes.packing import pack
from iprtool.timeline.scale import Scale

SECOND_MS = 1_000
SCALE = Scale(600 * SECOND_MS, 40, SECOND_MS)
"""A cell a second, forty in view."""


def point(name: str, at_s: float, sign: str = "◆8", **more: str) -> LaneItem:
    return LaneItem(name, int(at_s * SECOND_MS), None, sign, **more)  # type: ignore[arg-type]  # only strings are given


def span(name: str, from_s: float, to_s: float, sign: str = "●3", label: str = "", style: str = "mark") -> LaneItem:
    return LaneItem(name, int(from_s * SECOND_MS), int(to_s * SECOND_MS), sign, label, style=style)


def rows_of(lane: MarksLane | SpansLane | TextLane, scale: Scale = SCALE) -> list[str]:
    return [row.text.rstrip() for row in lane.draw(scale)]


def test_points_intervals_and_open_intervals_have_their_own_signs() -> None:
    lane = MarksLane(
        "mine", [point("a", 2), point("b", 8, "●1"), span("c", 12, 19), point("d", 22, ""), span("e", 25, 25.5)]
    )
    lane.put(LaneItem("f", 30_000, None, "◆7", open=True))
    assert rows_of(lane) == ["  ◆8    ●1  ├──3───┤  ○  ┼3   ├─7…"]


def test_a_bar_says_its_words_where_they_fit_and_its_sign_where_not() -> None:
    lane = MarksLane(
        "mine", [span("a", 0, 17, label="felt moved"), span("b", 20, 29, label="felt moved"), span("c", 31, 32)]
    )
    assert rows_of(lane) == ["├── felt moved ──┤  ├───3────┤ ├┤"]


def test_bars_run_over_the_edges_of_the_view() -> None:
    lane = MarksLane("mine", [span("a", 5, 12), span("b", 35, 55)])
    assert rows_of(lane, Scale(600_000, 30, SECOND_MS, 10_000)) == ["3─┤                      ├─3──"]


def test_what_gives_way_gives_way_whole() -> None:
    lane = MarksLane("mine", [point("a", 2, "▼W 3"), point("b", 4), point("c", 10, "▼W 3")])
    assert rows_of(lane) == ["  ▼ ◆8    ▼W 3"]


def test_overlapping_marks_take_the_next_row() -> None:
    lane = MarksLane("mine", [span("a", 2, 12), span("b", 6, 16), point("c", 8), span("d", 14, 20)], height=3)
    assert rows_of(lane) == ["  ├────3────┤ ├──3──┤", "      ├────3────┤", "        ◆8"]


def test_a_mark_without_a_row_is_seen_on_the_line_of_another() -> None:
    assert rows_of(MarksLane("mine", [span("a", 2, 12), point("b", 4)])) == ["  ├─◆──3────┤"]


@pytest.mark.parametrize(("count", "shown"), [(2, "②"), (9, "⑨"), (10, "⊕10"), (1234, "⊕1234")])
def test_marks_that_share_a_cell_are_counted(count: int, shown: str) -> None:
    lane = MarksLane("mine", [LaneItem(f"m{number}", 3_000 + number % 1_000) for number in range(count)])
    assert rows_of(lane) == [f"   {shown}"]


def test_the_selected_mark_stands_out_alone_or_in_its_count() -> None:
    lane = MarksLane("mine", [point("a", 2), point("b", 6), point("c", 6.1)])
    for name, cells in (("a", {2, 3}), ("c", {6})):
        (row,) = lane.draw(SCALE, name)
        assert {cell for cell, tone in enumerate(row.tones) if tone == "selected"} == cells


def test_pointing_finds_marks_by_sign_number_and_line_and_goes_through_a_count() -> None:
    lane = MarksLane("mine", [point("a", 2), span("b", 6, 12), point("c", 20), point("d", 20.2), point("e", 20.4)])
    assert [lane.item_at(SCALE, 0, cell) for cell in (1, 2, 3, 4, 6, 9, 12, 13)] == [None, "a", "a", None, *"bbb", None]
    found: list[str | None] = [None]
    for _ in range(4):
        found.append(lane.item_at(SCALE, 0, 20, found[-1]))
    assert found[1:] == ["c", "d", "e", "c"]


items = st.lists(
    st.tuples(st.integers(0, 300_000), st.one_of(st.none(), st.integers(0, 60_000)), st.booleans()), max_size=80
)


@settings(deadline=None)
@given(items, st.integers(1, 4), st.integers(0, 8), st.integers(-60, 60), st.integers(1, 120))
def test_nothing_drawn_overlaps_and_nothing_is_lost(
    spans: list[tuple[int, int | None, bool]], rows: int, steps: int, pan: int, width: int
) -> None:
    """Every mark that starts in view has a sign, alone or counted; signs and lines of a row never overlap."""
    marks = [
        LaneItem(f"m{number}", start_ms, None if length_ms is None else start_ms + length_ms, "◆8", "words", is_open)
        for number, (start_ms, length_ms, is_open) in enumerate(spans)
    ]
    lane = MarksLane("mine", marks, height=rows)
    scale = Scale.whole(360_000, width).zoomed(steps, 100_000).panned(pan)
    placed = [one for one in pack(lane.index, scale, rows) if one.stop > 0]
    in_view = [one for one in placed if one.first >= 0]
    assert sum(one.count for one in in_view) == lane.index.count(scale.start_ms, scale.end_ms)
    for row in range(rows):
        taken = [one for one in placed if one.row == row]
        solid = [(one.first, one.stop) for one in taken if one.bar]
        assert all(a_stop <= b_first for (_, a_stop), (b_first, _) in pairwise(solid))
        signs = [one.first for one in taken if not one.bar]
        assert len(signs) == len(set(signs))
    assert all(len(drawn.glyphs) == width for drawn in lane.draw(scale))


def test_panning_within_a_page_moves_no_mark_to_another_row() -> None:
    lane = MarksLane("mine", [span(f"m{n}", n * 7, n * 7 + 17) for n in range(60)], height=3)
    scale = Scale(600_000, 60, SECOND_MS, 192_000)
    rows = {one.rank: one.row for one in pack(lane.index, scale, 3)}
    for cells in range(1, 32):
        for one in pack(lane.index, scale.panned(cells), 3):
            assert rows.setdefault(one.rank, one.row) == one.row


def test_coverage_is_told_apart_by_its_fill_and_ends_in_eighths() -> None:
    lane = SpansLane("played", [span("a", 0, 10.5, "", style="played"), span("b", 12, 15, "", style="skipped")])
    lane.put(span("c", 15, 18, "", style="declined"))
    assert rows_of(lane) == ["██████████▌ ░░░▒▒▒"]


def test_what_was_played_is_seen_over_what_was_declined_or_skipped() -> None:
    lane = SpansLane("played", [span("a", 0, 9, "", style="skipped"), span("b", 1, 6, "", style="declined")])
    lane.put(span("c", 4, 5, "", style="played"))
    assert rows_of(lane) == ["░▒▒▒█▒░░░"]


def test_played_spans_that_follow_each_other_leave_no_notch() -> None:
    lane = SpansLane("played", [span("a", 0, 3.5, "", style="played"), span("b", 3.5, 6, "", style="played")])
    assert rows_of(lane) == ["██████"]


def test_turns_of_speech_are_headed_by_their_letter() -> None:
    lane = SpansLane(
        "speech", [span("a", 0, 5, "T"), span("b", 6, 9, "C"), span("c", 9, 9.4, "T"), span("d", 10, 12, "C")]
    )
    assert rows_of(lane) == ["T──── C──TC─"]


def test_matches_are_double_or_dashed_and_can_be_chosen() -> None:
    pairs = [span("near", 2, 4, "", style="candidate"), span("sure", 10, 13, "", style="matched")]
    assert rows_of(SpansLane("matched", pairs)) == ["  ╌╌      ═══"]
    assert SpansLane("matched", pairs, choosable=True).item_at(SCALE, 0, 11) == "sure"
    assert SpansLane("matched", pairs).item_at(SCALE, 0, 11) is None


@settings(deadline=None)
@given(items, st.integers(0, 8), st.integers(1, 100))
def test_spans_fill_the_cells_that_they_cover(
    spans: list[tuple[int, int | None, bool]], steps: int, width: int
) -> None:
    lane = SpansLane(
        "played", [LaneItem(f"s{n}", at, at + (length or 0), style="played") for n, (at, length, _) in enumerate(spans)]
    )
    scale = Scale.whole(360_000, width).zoomed(steps, 100_000)
    (row,) = lane.draw(scale)
    for cell, glyph in enumerate(row.glyphs):
        covered = any(
            (at < scale.ms(cell + 1) and at + (length or 0) > scale.ms(cell)) or scale.cell(at) == cell
            for at, length, _ in spans
        )
        assert (glyph != " ") == covered


def test_rupture_markers_are_joined_by_their_episode() -> None:
    lane = RupturesLane("ruptures", [point("w", 2, "▼W 3"), point("c", 14, "▼C 2")])
    lane.put(span("e", 2, 25, label="repaired 4", style="episode"))
    assert rows_of(lane) == ["  ▼W 3 ────── ▼C 2 ────── repaired 4"]
    assert [lane.item_at(SCALE, 0, cell) for cell in (2, 9, 15, 20, 30)] == ["w", "e", "c", "e", None]
    assert lane.holds("e") and lane.remove("e").label == "repaired 4" and not lane.holds("e")
    assert rows_of(lane) == ["  ▼W 3        ▼C 2"]


def test_an_outcome_is_cut_at_the_edge_and_gives_way_to_a_marker() -> None:
    cut = RupturesLane("ruptures", [span("e", 2, 35, label="repaired 4", style="episode")])
    assert rows_of(cut)[0].endswith("─ rep…")
    crowded = RupturesLane("ruptures", [point("w", 2, "▼W 3"), span("e", 2, 4, label="repaired 4", style="episode")])
    assert rows_of(crowded) == ["  ▼W 3"]


def test_words_begin_at_their_time_and_give_way_to_the_next() -> None:
    lane = TextLane(
        "words", [span("a", 0, 4, label="I thought that"), span("b", 10, 11, label="no"), span("c", 13, 15, label="it")]
    )
    lane.put(span("d", 16, 17, label="wasn't"))
    assert rows_of(lane) == ["I though… no it wasn't"]
    assert rows_of(lane, Scale(600_000, 30, SECOND_MS, 2_000))[0].startswith("though… no")
    assert rows_of(lane, Scale(600_000, 30, 4 * SECOND_MS)) == ["· ··wasn't"]


def test_text_is_made_safe_for_the_terminal() -> None:
    assert glyphs_of("a\x1b[31mb\n\u202ec") == ("a", "·", "[", "3", "1", "m", "b", " ", "c")
    assert glyphs_of("e\u0301") == ("é",)
    assert glyphs_of("x\u0323\u0335") == ("x\u0323\u0335",) or len(glyphs_of("x\u0323\u0335")) == 1
    assert glyphs_of("漢a") == ("漢", "", "a")


@given(st.text(max_size=30), st.integers(-5, 12), st.integers(1, 12))
def test_a_row_stays_as_wide_as_it_is_whatever_is_written(text: str, cell: int, width: int) -> None:
    from rich.cells import cell_len

    row = Cells(width)
    row.write(2, glyphs_of("漢字"), "mark")
    row.write(cell, glyphs_of(text), "mark")
    row.put(0, "x", "mark")
    if all(cell_len(glyph) == len(glyphs_of(glyph)) for glyph in row.glyphs if glyph):
        assert cell_len(row.text) == width
    assert "".join(text for _, text, _ in row.runs()) == row.text


def test_the_difference_of_rows_is_the_cells_outside_which_they_are_alike() -> None:
    one, other = Cells(10), Cells(10)
    assert one.difference(other) is None
    other.put(3, "x", "mark")
    other.put(6, " ", "muted")
    assert one.difference(other) == (3, 7)
    assert one.difference(Cells(4)) == (0, 10)


def test_the_whole_has_what_is_in_view_in_brackets() -> None:
    scale = Scale(600_000, 40, SECOND_MS, 300_000)
    text = draw_whole(draw_outline(600_000, 40, None), scale).text
    assert (text.index("["), text.index("]")) == (18, 23)
    assert draw_whole(draw_outline(600_000, 40, None), Scale.whole(600_000, 40)).text[::39] == "[]"


def test_the_ruler_shows_a_tick_before_each_label() -> None:
    assert draw_ruler(Scale(600_000, 40, SECOND_MS)).text.startswith("╷00:00    ╷00:10    ╷00:20")


def test_rows_are_laid_out_with_the_lanes_scrolled_between_ruler_and_whole() -> None:
    lanes = [MarksLane("a", height=2), MarksLane("b"), MarksLane("c")]
    assert natural_height(lanes) == 6
    assert [slot.kind for slot in lay_out(lanes, 8, 0)] == ["ruler", *["lane"] * 4, "whole", "empty", "empty"]
    assert [(slot.lane, slot.row) for slot in lay_out(lanes, 5, 1)[1:4]] == [(0, 1), (1, 0), (2, 0)]
    assert [slot.kind for slot in lay_out(lanes, 2, 0)] == ["ruler", "lane"]
    assert [slot.kind for slot in lay_out(lanes, 1, 3)] == ["lane"]
    assert [last_scroll(lanes, height) for height in (8, 5, 2, 1)] == [0, 1, 3, 3]


def test_lanes_need_neither_textual_nor_numpy() -> None:
    program = "import sys, iprtool.timeline.lanes; sys.exit(bool({'textual', 'rich', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_tones_are_told_apart() -> None:
    assert len(TONES) == len(set(TONES))
