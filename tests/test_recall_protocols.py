"""The protocols on the recall screen, by its keys: what is asked, said and kept."""

import msgspec
import pytest

from iprtool.model.guide import Guide, Lead
from iprtool.model.layer import (
    LeadUsed,
    StopChanged,
    Stopped,
    SyncMarked,
)
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.study import Utterance
from iprtool.model.terms import Face
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.note_area import NoteArea
from iprtool.screens.presenting import elapsed_text
from tests.fakes import protocol
from tests.recall_desk import asked, bodies, desk, text_of

SEGMENTS = protocol(kind="segments", segments=((10_000, 12_000), (60_000, 62_000)), may_stop=("program",))
INTERVAL = protocol(kind="interval", prompt_every_ms=4_000, may_stop=("program",), ask_helpful=True)
WORDS = [Utterance(0, 2_000, "therapist", "How was the week?"), Utterance(2_000, 5_000, "client", "Long.")]


# Segments


async def test_each_part_is_played_and_asked_about_in_turn() -> None:
    async with desk(protocol=SEGMENTS) as table:
        assert table.screen.query_one(HeadLine).right.startswith("part 1 of 2 · ")
        await table.watch(20_000)
        assert table.status == "paused"
        assert "What was going on for you there? space plays the next part." in asked(table)
        await table.press("h", "i", "enter", "space")
        table.screen.show_elapsed()
        assert table.screen.query_one(HeadLine).right.startswith("part 2 of 2 · ")
        await table.watch(20_000)
        assert "That was the last part" in asked(table)
        await table.press("ctrl+n")
        assert table.screen.query_one(KeyLine).notice == "this is the last part"
        await table.press("home")
        assert table.player.at_ms == 60_000
        assert table.screen.query_one(KeyLine).notice == ""
        await table.press("space")
        assert asked(table) == ""
        await table.watch(20_000)
        assert "That was the last part" in asked(table)
        await table.press("home")
        await table.press("home")
        assert table.player.at_ms == 10_000
        await table.press("ctrl+n")
        assert table.player.at_ms == 60_000
    assert [mark.start_ms for mark in table.marks] == [12_000]


async def test_after_the_last_part_the_cover_plays_nothing_by_itself() -> None:
    only = protocol(kind="segments", segments=((10_000, 20_000),))
    async with desk(protocol=only) as table:
        await table.watch(4_000)
        await table.press("tab", "2")
        assert table.status == "paused"


# Interval


async def test_a_prompt_is_answered_by_digits_and_enter_goes_on() -> None:
    async with desk(protocol=INTERVAL) as table:
        await table.watch(10_000)
        assert table.status == "paused"
        assert "How helpful was what you have just seen" in asked(table)
        await table.press("7", "right", "down", "2", "enter")
        (mark,) = table.marks
        assert (mark.start_ms, mark.helpful, [code.code for code in mark.codes]) == (4_000, 7.5, ["felt_safe"])
        assert table.status == "playing"
        await table.watch(10_000)
        assert [stop.at_ms for stop in bodies(table, Stopped) if isinstance(stop, Stopped)] == [4_000, 8_000]
        await table.press("5", *"so what", "enter")
        assert [(mark.helpful, mark.note) for mark in table.marks][1] == (5.0, "so what")
        assert table.status == "playing"


async def test_a_prompt_that_was_covered_is_still_there_afterwards() -> None:
    async with desk(protocol=INTERVAL) as table:
        await table.watch(10_000)
        await table.press("tab", "1")
        assert table.status == "paused"
        await table.press("3", "enter")
        assert table.marks[0].helpful == 3.0


# Couples


async def test_each_stop_of_a_couples_recall_asks_for_both() -> None:
    async with desk(protocol=PROTOCOLS["couple"]) as table:
        await table.watch(6_000)
        await table.press("space")
        assert "how do you think it was for the other?" in asked(table)
        await table.press("4", "2", *"he smiled", "enter")
        assert [(mark.perspective, [code.rating for code in mark.codes]) for mark in table.marks] == [
            ("own", [4]),
            ("guess_of_partner", [2]),
        ]
        assert table.marks[0].note == "he smiled"
        await table.press("space")
        assert table.status == "playing"


# Brief Structured Recall


async def test_the_event_is_asked_for_step_by_step() -> None:
    async with desk(protocol=PROTOCOLS["brief-structured"]) as table:
        assert "Where it begins, press “,”." in asked(table)
        await table.watch(4_000)
        await table.press("comma")
        assert "where it ends, and press “.”" in asked(table)
        await table.watch(4_000)
        await table.press("full_stop")
        assert "strongest for you? ctrl+t marks it" in asked(table)
        table.screen.tick()
        assert table.status == "paused"
        await table.press("space")
        await table.watch(1_000)
        await table.press("ctrl+t", "ctrl+n")
        assert "your therapist" in asked(table)
        await table.watch(2_000)
        await table.press("ctrl+t", "ctrl+n")
        assert "How helpful was it?" in asked(table)
        await table.press("8", "enter")
        assert "That was all" in asked(table)
        (event,) = table.marks
        assert (event.start_ms, event.end_ms, event.helpful) == (4_000, 8_000, 8.0)
        assert [peak.by_role for peak in event.peaks] == ["client", "therapist"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_who_is_given_the_event_sees_its_bounds_from_the_first_screen_on(size: tuple[int, int]) -> None:
    given = msgspec.structs.replace(PROTOCOLS["brief-structured"], segments=((300_000, 360_000),))
    async with desk("therapist", size, protocol=given, by="therapist") as table:
        for _ in range(3):
            assert "The moment is 05:00–06:00." in asked(table)
            assert "05:00–06:00" in text_of(table)
            (line,) = (line for line in text_of(table).splitlines() if line.startswith("event"))
            assert "├──" in line
            await table.press("ctrl+n")


async def test_that_no_moment_was_marked_is_said_and_what_was_noticed_before_is_gone() -> None:
    async with desk(protocol=PROTOCOLS["brief-structured"]) as table:
        await table.press("full_stop")
        assert "no longer moment is open" in table.screen.query_one(KeyLine).notice
        await table.press("ctrl+n")
        assert "No moment is marked. home goes back to it; ctrl+q ends." in asked(table)
        assert table.screen.query_one(KeyLine).notice == ""
        await table.press("home")
        await table.watch(4_000)
        await table.press("comma", "ctrl+n")
        assert "Where the moment ends is not marked." in asked(table)


async def test_the_parts_are_on_the_timeline() -> None:
    async with desk(protocol=SEGMENTS) as table:
        (line,) = (line for line in text_of(table).splitlines() if line.startswith("parts"))
        assert "1" in line
        assert "2" in line


# Both together


async def test_who_speaks_is_shown_large_and_has_the_stop_and_the_mark() -> None:
    async with desk(protocol=PROTOCOLS["mutual"]) as table:
        await table.press("ctrl+w")
        assert "┃  THERAPIST  ┃" in text_of(table)
        await table.watch(4_000)
        await table.press("x", "enter", "ctrl+w", "y", "enter")
        assert {(mark.author, mark.note) for mark in table.marks} == {("therapist", "x"), ("inquirer", "y")}
        assert "therapist: a note" in text_of(table)
        await table.press("minus")
        assert bodies(table, StopChanged) == [StopChanged("inquirer", "therapist")]


@pytest.mark.parametrize("face", ["therapist", "researcher"])
async def test_where_both_are_present_it_is_a_participants_screen(face: Face) -> None:
    async with desk(face, protocol=PROTOCOLS["mutual"], guide=GUIDE) as table:
        await table.watch(4_000)
        await table.press("plus", "ctrl+l")
        assert all(mark.rupture is None for mark in table.marks)
        assert "What did you feel?" not in text_of(table)
        assert table.screen.is_participants


# The inquirer's guide


GUIDE = Guide("leads", "2", "Leads", "en", (Lead("a1", "affect", "What did you feel?"), Lead("w1", "wish", "And now?")))


@pytest.mark.parametrize(("face", "seen"), [("participant", False), ("therapist", False), ("researcher", True)])
async def test_the_leads_words_are_for_the_inquirer_only(face: Face, seen: bool) -> None:
    async with desk(face, guide=GUIDE, protocol=protocol(after_note="stay")) as table:
        await table.watch(4_000)
        await table.press("x", "enter", "ctrl+l")
        assert ("What did you feel?" in text_of(table)) is seen
        assert "affect" in text_of(table)
        await table.press("down", "enter")
        lead = "w1" if seen else None
        assert bodies(table, LeadUsed) == [LeadUsed("wish", 4_000, "2", lead)]
        assert table.marks[0].guide_version == "2"


async def test_a_sync_tone_is_sounded_and_kept() -> None:
    async with desk() as table:
        await table.watch(4_000)
        await table.press("ctrl+k")
        assert "tone" in table.player.calls
        assert bodies(table, SyncMarked) == [SyncMarked(4_000)]
        table.player.become(sink="no sound device")
        await table.press("ctrl+k")
        assert bodies(table, SyncMarked)[1] == SyncMarked(4_000, tone=False)
        assert "no sound device for a tone" in text_of(table)


# What the lines say


async def test_the_key_line_has_the_keys_of_what_is_open() -> None:
    async with desk(size=(120, 40)) as table:
        await table.watch(4_000)
        keys = table.screen.query_one(KeyLine)
        for key, said in (("ctrl+o", "enter done"), ("0", "enter take it"), ("ctrl+e", "enter save")):
            await table.press("2" if key == "ctrl+e" else "space", key)
            assert said in str(keys.render())
            assert "tab cover" in str(keys.render())
            assert "go on" not in str(keys.render())
            await table.press("ctrl+e" if key == "ctrl+e" else "enter")
            assert "tab cover" in str(keys.render())
            assert said not in str(keys.render())


@pytest.mark.parametrize(
    ("gone_ms", "planned", "text"),
    [
        (0, None, "00:00 gone"),
        (1_872_000, 60, "31:12 gone, 28:48 left"),
        (1_872_400, 60, "31:12 gone, 28:48 left"),
        (3_600_000, 60, "01:00:00 gone, 00:00 left"),
        (3_790_000, 60, "01:03:10 gone, 03:10 over"),
    ],
)
def test_time_gone_and_left(gone_ms: int, planned: int | None, text: str) -> None:
    assert elapsed_text(gone_ms, planned) == text


RESEARCH = ("rupture", "withdrawal", "confrontation", "alliance", "marker", "protocol", "annotation", "recaller")


@pytest.mark.parametrize("name", [name for name in PROTOCOLS if name != "dial"])
async def test_in_no_protocol_a_participant_reads_the_fields_terms(name: str) -> None:
    segments = ((10_000, 12_000),) if name == "segments" else ()
    chosen = msgspec.structs.replace(PROTOCOLS[name], segments=segments)
    async with desk(size=(140, 60), protocol=chosen, words=WORDS) as table:
        shown = text_of(table)
        await table.watch(4_000)
        for key in ("space", "1", "ctrl+o", "enter", "ctrl+l", "backspace", "0", "backspace", "ctrl+n", "minus"):
            await table.press(key)
            shown += text_of(table)
        await table.press("question_mark")
        shown += text_of(table)
        await table.press("escape", "tab")
        shown += text_of(table)
        await table.press("5")
        shown += text_of(table)
        assert [word for word in RESEARCH if word in shown.casefold()] == []


async def test_it_works_in_the_smallest_terminal_in_every_protocol() -> None:
    for chosen in (SEGMENTS, INTERVAL, *PROTOCOLS.values()):
        async with desk(size=(20, 5), protocol=chosen) as table:
            await table.watch(4_000)
            await table.press("space", "4", "enter", "ctrl+n", "home", "ctrl+w", "ctrl+x", "x", "enter", "tab", "1")
            assert "x" in [mark.note for mark in table.marks]
            assert table.screen.query_one("#note", NoteArea).text in ("x", "")
