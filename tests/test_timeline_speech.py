"""The lane of who speaks: letters at the heads of turns, the one who speaks most in a cell, both where both speak."""

import pytest

from iprtool.timeline.lanes import SpeechLane
from iprtool.timeline.scale import Scale

DIALOGUE = [(0, 5_000, "therapist"), (6_000, 9_000, "client"), (9_500, 10_500, "therapist"), (12_000, 20_000, "client")]


def drawn(lane: SpeechLane, duration_ms: int = 20_000, width: int = 20) -> str:
    (row,) = lane.draw(Scale.whole(duration_ms, width))
    return row.text


def test_turns_are_headed_by_their_letter() -> None:
    assert drawn(SpeechLane("speech", DIALOGUE), width=40).rstrip() == "T─────────  C───── T─   C───────────────"


def test_a_letter_has_its_speaker_s_tone() -> None:
    (row,) = SpeechLane("speech", DIALOGUE).draw(Scale.whole(20_000, 20))
    assert {row.tones[cell] for cell, glyph in enumerate(row.glyphs) if glyph in "TC"} == {"therapist", "client"}
    assert all(row.tones[cell] == "therapist" for cell in range(4))


def test_where_two_speak_at_once_it_is_seen() -> None:
    lane = SpeechLane("speech", [(0, 10_000, "therapist"), (4_000, 8_000, "client"), (5_000, 6_000, "client")])
    assert drawn(lane, 10_000, 10) == "T───════T─"


def test_of_several_in_a_cell_the_one_who_speaks_most_is_seen() -> None:
    turns = [(0, 300, "client"), (400, 1_000, "therapist"), (1_000, 1_900, "client")]
    assert drawn(SpeechLane("speech", turns), 2_000, 2) == "TC"


def test_a_speaker_nobody_knows_has_a_line_and_no_letter() -> None:
    assert drawn(SpeechLane("speech", [(2_000, 5_000, ""), (7_000, 9_000, "")]), 10_000, 10) == "  ───  ── "


def test_roles_that_begin_alike_have_letters_of_their_own() -> None:
    roles = ("client", "second_client", "therapist", "co_therapist", "interpreter", "Dr. Who", "\u0301x", "日本")
    turns = [(number * 2_000, number * 2_000 + 1_000, role) for number, role in enumerate(roles)]
    shown = drawn(SpeechLane("speech", turns), 16_000, 16)
    assert shown == "C c T t I D ─ ─ "


def test_a_lane_without_speech_is_blank_and_short_turns_are_seen_when_near() -> None:
    assert drawn(SpeechLane("speech")).strip() == ""
    lane = SpeechLane("speech", [(500, 600, "client")])
    assert drawn(lane, 20_000, 20).strip() == ""
    assert drawn(lane, 20_000, 100).strip() == "C"


@pytest.mark.parametrize("width", [1, 2, 7, 80, 300])
def test_every_width_can_be_drawn_and_a_higher_lane_has_blank_rows(width: int) -> None:
    rows = SpeechLane("speech", DIALOGUE, height=2).draw(Scale.whole(20_000, width))
    assert [len(row.glyphs) for row in rows] == [width, width]
    assert rows[1].text.strip() == ""


def test_what_it_costs_follows_the_width_and_not_the_turns() -> None:
    calls = 0

    class Counted(int):
        def __lt__(self, other: int) -> bool:
            nonlocal calls
            calls += 1
            return int(self) < other

    for count in (100, 10_000):
        lane = SpeechLane("speech", [(number * 1_000, number * 1_000 + 500, "client") for number in range(count)])
        spoken = lane._spoken["client"]
        spoken._starts = [Counted(one) for one in spoken._starts]
        calls = 0
        lane.draw(Scale.whole(count * 1_000, 100))
        assert calls <= 101 * 20
