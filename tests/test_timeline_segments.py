"""The lane of a coder's segments: grid, texts, the one chosen, what is under the pointer."""

import pytest

from iprtool.timeline.lanes import SEGMENT_MS, Cells, SegmentsLane, TextLane, segment_id, segment_number
from iprtool.timeline.lanes.cells import cut, glyphs_of
from iprtool.timeline.lanes.lane import LaneItem
from iprtool.timeline.scale import Scale

DURATION_MS = 51 * 60_000 + 7_000
SCALE = Scale(DURATION_MS, 50, 30_000)
"""Ten cells a segment, five in view."""

CODED = {0: "WD_P 3", 2: "CF_P 2", 3: "WD_P 3 CF_T 2", 10: "x"}


def coded(texts: dict[int, str] | None = None, duration_ms: int = DURATION_MS) -> SegmentsLane:
    return SegmentsLane("coder A", SEGMENT_MS, duration_ms, CODED if texts is None else texts)


def text(lane: SegmentsLane, scale: Scale = SCALE, selected: str | None = None) -> str:
    (row,) = lane.draw(scale, selected)
    assert len(row.glyphs) == scale.width
    return row.text.rstrip()


def test_segments_stand_between_edges_with_their_text_in_the_middle() -> None:
    assert text(coded()) == "| WD_P 3  |         | CF_P 2  |WD_P 3 C…|"
    assert text(coded(), SCALE.panned(3)) == "WD_P 3 |         | CF_P 2  |WD_P 3 C…|         |"


def test_the_text_stands_in_what_is_in_view_of_its_segment() -> None:
    assert text(coded(), Scale(DURATION_MS, 30, 1_000, 600_000)) == "|           CF_P 2"
    assert text(coded(), Scale(DURATION_MS, 30, 1_000, 880_000)) == "       CF_P 2       |WD_P 3 C…"


def test_the_last_segment_is_closed_where_the_recording_ends() -> None:
    assert text(coded(), Scale(DURATION_MS, 50, 30_000).panned(90)).endswith("|         |x|")
    assert text(coded({}, 600_000), Scale(600_000, 30, 30_000)) == "|         |         |"
    assert coded({}, 600_000).count == 2 and coded().count == 11


def test_the_chosen_segment_is_in_brackets_and_what_is_selected_goes_before() -> None:
    lane = coded()
    assert text(lane, selected=segment_id(2)) == "| WD_P 3  |         [ CF_P 2  ]WD_P 3 C…|"
    lane.chosen = 1
    assert text(lane, selected="a mark") == "| WD_P 3  [         ] CF_P 2  |WD_P 3 C…|"
    assert text(lane, selected=segment_id(0)) == "[ WD_P 3  ]         | CF_P 2  |WD_P 3 C…|"
    (row,) = lane.draw(SCALE, segment_id(2))
    assert {cell for cell, tone in enumerate(row.tones) if tone == "selected"} == set(range(20, 31))


def test_a_text_changes_while_it_is_shown() -> None:
    lane = coded({})
    lane.set_text(1, "CF_P 2")
    assert text(lane) == "|         | CF_P 2  |         |         |"
    lane.set_text(1, "CF_P 4")
    lane.set_text(4, "·")
    lane.set_text(4, "")
    assert text(lane) == "|         | CF_P 4  |         |         |"
    for number in (-1, lane.count):
        with pytest.raises(IndexError):
            lane.set_text(number, "")


def test_a_text_without_room_is_cut_or_a_dot() -> None:
    assert text(coded(), Scale(DURATION_MS, 30, 60_000)) == "|WD_…|    |CF_…|WD_…|    |"
    assert text(coded(), Scale(DURATION_MS, 18, 100_000)) == "|· |  |· |· |  |"
    assert text(coded(), Scale(DURATION_MS, 18, 200_000)) == "·· ···         ·"
    assert text(coded(), Scale.whole(DURATION_MS, 2)) == "··"


def test_pointing_finds_the_segment_and_goes_through_those_of_one_cell() -> None:
    lane = coded()
    assert [lane.item_at(SCALE, 0, cell) for cell in (0, 9, 10, 49)] == [segment_id(n) for n in (0, 0, 1, 4)]
    assert lane.item_at(SCALE, 1, 0) is None
    late = SCALE.panned(90)
    cells = [late.cell(at_ms) for at_ms in (DURATION_MS - 1, DURATION_MS + 60_000)]
    assert [lane.item_at(late, 0, cell) for cell in cells] == [segment_id(10), None]
    far, found = Scale(DURATION_MS, 18, 1_000_000), [segment_id(2)]
    for _ in range(4):
        found.append(lane.item_at(far, 0, 1, found[-1]) or "")
    assert found[1:] == [segment_id(n) for n in (4, 5, 6, 4)]


def test_ids_tell_segments_from_marks() -> None:
    assert segment_number(segment_id(7)) == 7
    for other in ("7", "0:mark", "segment:", "segment:x", "segment:-1"):
        assert segment_number(other) is None
        assert not coded().holds(other)
    assert coded().holds(segment_id(10)) and not coded().holds(segment_id(11))


def test_a_segment_lasts_some_time() -> None:
    with pytest.raises(ValueError, match="lasts"):
        SegmentsLane("coder A", 0, DURATION_MS)
    assert text(SegmentsLane("coder A", SEGMENT_MS, 0), Scale(0, 10, 1_000)) == "|"


def test_nothing_is_cut_through_a_wide_character() -> None:
    assert cut(glyphs_of("漢字漢字"), 4) == ("漢", "", " ", "…")
    assert cut(glyphs_of("漢字"), 4) == ("漢", "", "字", "")
    assert (cut(glyphs_of("abc"), 1), cut(glyphs_of("abc"), 0)) == (("…",), ())
    words = TextLane("words", [LaneItem("a", 0, label="漢字漢字"), LaneItem("b", 5_000, label="b")])
    assert words.draw(Scale(60_000, 8, 1_000))[0].text == "漢 … b  "
    row: Cells = coded({0: "漢字漢字漢字"}).draw(SCALE)[0]
    assert row.text.startswith("|漢字漢字…|")
