"""The recall screen by its keys, with a player whose time the test moves."""

import time

import pytest
from textual.events import Key, Paste
from textual.widgets import Input

from iprtool.app import IprtoolApp
from iprtool.commands import RECALL, of_face, remapped
from iprtool.edits import Hand
from iprtool.model.layer import LeadUsed
from iprtool.model.mark import Rupture, Stamp
from iprtool.model.protocol import PROTOCOLS
from iprtool.screens.marks_list import MarksList
from iprtool.screens.note_area import NoteArea
from iprtool.screens.recall import RecallScreen
from iprtool.timeline.widget import TimelineView
from tests.fakes import content, protocol
from tests.recall_desk import Desk, desk, text_of


async def test_it_begins_paused_and_space_plays_and_stops_and_goes_on() -> None:
    async with desk() as table:
        assert table.player.calls == []
        await table.press("space")
        table.player.run(9_000)
        await table.press("space")
        assert table.player.calls == ["play", "pause"]
        await table.press("space")
        assert table.player.calls == ["play", "pause", "seek 7000", "play"]


async def test_any_letter_stops_and_begins_the_note_with_it_and_enter_saves_and_goes_on() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("I")
        assert table.status == "paused"
        assert table.moment == "writing"
        await table.press("space", "f", "e", "l", "t", "space", "1")
        assert table.log.draft is not None
        assert table.log.draft.text == "I felt 1"
        await table.press("enter")
        assert [(mark.note, mark.start_ms) for mark in table.marks] == [("I felt 1", 9_000)]
        assert table.status == "playing"
        assert table.player.at_ms == 7_000


async def test_a_led_interview_stays_stopped_after_enter() -> None:
    async with desk(protocol=protocol(after_note="stay")) as table:
        await table.play(9_000)
        await table.press("x", "enter")
        assert table.status == "paused"
        assert table.marks[0].note == "x"
        assert table.moment == "stopped"


async def test_enters_that_repeat_are_one() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("x")
        await table.pilot.press("enter", "enter", "enter")
        await table.pilot.pause()
        assert len(table.marks) == 1
        assert table.status == "playing"


async def test_a_new_line_is_ctrl_j() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("a", "ctrl+j", "b", "enter")
        assert table.marks[0].note == "a\nb"


async def test_digits_mark_while_playing_and_toggle_while_stopped() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("1")
        assert table.status == "playing"
        await table.play(5_000)
        await table.press("space", "2", "6", "2")
        assert [(mark.start_ms, [code.code for code in mark.codes]) for mark in table.marks] == [
            (9_000, ["felt_understood"]),
            (14_000, ["held_something_back"]),
        ]


async def test_all_words_are_found_by_typing() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("0", "u", "n", "s", "enter")
        assert table.marks[0].codes[0].code == "unsure"
        assert table.status == "paused"
        await table.press("space")
        assert table.status == "playing"


async def test_intervals_with_edges_and_peaks() -> None:
    async with desk() as table:
        await table.play(4_000)
        await table.press("comma")
        await table.play(2_000)
        await table.press("ctrl+t")
        await table.play(2_000)
        await table.press("full_stop")
        (mark,) = table.marks
        assert (mark.kind, mark.start_ms, mark.end_ms, mark.peaks[0].at_ms) == ("interval", 4_000, 8_000, 6_000)
        await table.press("space", "ctrl+r")
        assert table.player.state.loop == (4_000, 8_000)


async def test_delete_undo_redo() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("space", "1", "delete")
        assert table.marks == []
        await table.press("ctrl+z")
        assert len(table.marks) == 1
        await table.press("ctrl+y")
        assert table.marks == []


async def test_arrows_go_through_the_recording_and_the_marks() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("space", "1", "right", "right", "2", "left", "shift+right")
        assert table.player.at_ms == 9_000 + 10_000 - 5_000 + 40
        await table.press("up")
        assert table.player.at_ms == 9_000
        await table.press("down")
        assert table.player.at_ms == 19_000


async def test_the_card_sets_the_stops_fields() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("ctrl+o", "down", "2", "down", "right", "right", "down", "7", "enter")
        (mark,) = table.marks
        assert (mark.timeframe, mark.helpful) == ("now", 7.0)
        assert mark.perspective in ("own", "guess_of_partner")
        await table.press("ctrl+o", "2", "enter")
        assert table.marks[0].stopped_by == "inquirer"


async def test_the_rupture_marker_is_the_professionals() -> None:
    async with desk("therapist") as table:
        await table.play(9_000)
        await table.press("plus", "1", "down", "1", "down", "down", "4", "enter")
        rupture = table.marks[0].rupture
        assert rupture is not None
        assert (rupture.type, rupture.mover, rupture.salience) == ("withdrawal", "client", 4)
    async with desk("participant") as plain:
        await plain.play(9_000)
        await plain.press("plus")
        assert all(mark.rupture is None for mark in plain.marks)


@pytest.mark.parametrize("word", ["rupture", "withdrawal", "confrontation", "alliance", "marker"])
async def test_a_participant_reads_plain_words_only(word: str) -> None:
    async with desk("participant", size=(120, 50)) as table:
        await table.play(9_000)
        await table.press("space", "1")
        shown = text_of(table)
        await table.press("ctrl+o")
        shown += text_of(table)
        await table.press("enter", "question_mark")
        shown += text_of(table)
        assert "held something back" in shown
        assert word not in shown.casefold()
        texts = [f"{one.label} {one.help}" for one in of_face(RECALL, "participant")]
        assert word not in " ".join(texts).casefold()


async def test_editing_changes_edges_note_and_words() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("space", "1", "ctrl+e")
        table.app.screen.query_one("#begins", Input).value = "00:08.500"
        table.app.screen.query_one("#ends", Input).value = "00:11"
        await table.press("enter")
        (mark,) = table.marks
        assert (mark.kind, mark.start_ms, mark.end_ms) == ("interval", 8_500, 11_000)


async def test_an_edge_that_is_no_time_is_said_and_nothing_is_lost() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("space", "1", "ctrl+e")
        table.app.screen.query_one("#begins", Input).value = "soon"
        await table.press("enter")
        assert "is not a time" in text_of(table)
        assert table.marks[0].start_ms == 9_000


async def test_a_question_asked_is_logged_by_its_kind() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("ctrl+l", "b", "o", "d", "y", "enter")
        assert [op.body.category for op in table.log.ops if isinstance(op.body, LeadUsed)] == ["body"]


async def test_finding_narrows_the_list() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("1")
        await table.play(9_000)
        await table.press("6", "ctrl+f", "h", "e", "l", "d")
        rows = table.screen.query_one(MarksList).rows
        assert [row.title for row in rows] == ["held something back"]


async def test_what_is_typed_at_once_after_find_is_looked_for() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("6")
        for key in ("ctrl+f", *"held something"):
            table.app.post_message(Key(key if key != " " else "space", key if len(key) == 1 else None))
        await table.pilot.pause()
        assert table.screen.query_one("#find", Input).value == "held something"
        assert table.screen.query_one("#note", NoteArea).text == ""


async def test_the_timeline_and_the_list_seek_by_mouse() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("space", "1", "right", "right")
        await table.pilot.click("#marks", offset=(10, 0))
        await table.pilot.pause()
        assert table.player.at_ms == 9_000
        timeline = table.screen.query_one(TimelineView)
        await table.pilot.click("#timeline", offset=(60, 1))
        await table.pilot.pause()
        assert table.player.at_ms > 9_000
        assert timeline.selected is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12), (20, 5)])
async def test_it_works_at_every_size(size: tuple[int, int]) -> None:
    async with desk("therapist", size=size) as table:
        await table.play(9_000)
        await table.press("space", "1", "x", "enter", "space", "plus", "enter", "0", "tab", "1", "question_mark", "q")
        assert "x" in [mark.note for mark in table.marks]


@pytest.mark.parametrize(("name", "stops"), [("person-centred", False), ("research", True)])
async def test_the_inquirer_stops_it_only_where_the_protocol_says_so(name: str, stops: bool) -> None:
    async with desk(protocol=PROTOCOLS[name]) as table:
        await table.play(9_000)
        await table.press("minus")
        assert [stop.stopped_by for stop in table.screen.recall.state.stops.values()] == ["inquirer"] * stops
        assert (table.player.state.status == "playing") is not stops


async def test_no_screenshot_no_selection_for_a_participant() -> None:
    async with desk("participant") as table:
        titles = [command.title for command in table.app.get_system_commands(table.screen)]
        assert "stop, go on" in titles
        assert not [title for title in titles if "screenshot" in title.casefold() or "rupture" in title]
        assert not table.screen.allow_select
        table.app.copy_to_clipboard("secret")
        assert table.app.clipboard == ""


async def test_an_internal_error_prints_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    table = Desk(content(), "participant")

    def fail() -> None:
        raise ArithmeticError("what the client said")

    with pytest.raises(ArithmeticError):
        async with table.app.run_test() as pilot:
            table.screen.call_later(fail)
            await pilot.pause()
    told = capsys.readouterr().err
    assert "iprtool stopped on an internal error. Everything shown as saved is saved" in told
    assert "fail" not in told


async def test_the_note_shown_is_that_of_the_chosen_mark() -> None:
    async with desk() as table:
        for word in ("one", "two", "six"):
            await table.play(9_000)
            await table.press(*word, "enter")
        await table.press("space", "up", "up")
        for note, key in (("one", "down"), ("two", "down"), ("six", "up")):
            lines = text_of(table).splitlines()
            card = next(index for index, line in enumerate(lines) if "by client" in line)
            assert note in lines[card + 1]
            await table.press(key)


async def test_keys_can_be_moved() -> None:
    loaded = content()
    table = Desk(loaded, "participant")
    moved = remapped(RECALL, {"word_1": "ampersand", "stopped_by": "underscore"})
    table.screen = RecallScreen(loaded, table.player, table.log, Hand("client", "dev"), "participant", table=moved)
    table.app = IprtoolApp(table.screen)
    async with table.app.run_test() as table.pilot:
        await table.play(9_000)
        await table.press("&", "_")
        assert [code.code for mark in table.marks for code in mark.codes] == ["felt_understood"]
        assert table.screen.recall.state.stops[table.screen.recall.stop_id or ""].stopped_by == "inquirer"


def test_a_keymap_with_a_wrong_name_is_told() -> None:
    with pytest.raises(ValueError, match="there is no command wrod_1"):
        remapped(RECALL, {"wrod_1": "a"})


async def test_a_paste_is_a_note() -> None:
    async with desk() as table:
        await table.play(9_000)
        table.app.post_message(Paste("from elsewhere"))
        await table.pilot.pause()
        await table.press("enter")
        assert table.marks[0].note == "from elsewhere"


async def test_a_mark_is_where_the_person_was_when_the_key_was_pressed() -> None:
    async with desk() as table:
        await table.play(9_000)
        asked: list[int] = []
        now = table.player.now

        def remembered(at_ns: int | None = None) -> Stamp:
            asked.extend([] if at_ns is None else [at_ns])
            return now(at_ns)

        table.player.now = remembered  # type: ignore[method-assign]  # to see what is asked
        before_ns = time.monotonic_ns()
        pressed = Key("1", "1")
        time.sleep(0.05)
        table.app.post_message(pressed)
        await table.pilot.pause()
        assert len(table.marks) == 1
        assert before_ns <= asked[0] <= before_ns + 20_000_000


async def test_cards_take_keys_as_fast_as_they_come() -> None:
    async with desk("therapist") as table:
        await table.play(9_000)
        await table.pilot.press(
            "plus", "2", "down", "right", "right", "down", "3", "down", "4", "down", "2", "down", "5", "enter"
        )
        await table.pilot.pause()
        assert table.marks[0].rupture == Rupture("confrontation", "therapist", "bond", 4, "no", 5)


async def test_speeds_take_keys_as_fast_as_they_come() -> None:
    async with desk() as table:
        await table.pilot.press(*["greater_than_sign"] * 9)
        await table.pilot.pause()
        assert table.player.state.rate == 2.0


async def test_keys_of_the_edit_form_change_nothing_behind_it_and_it_can_be_left() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("x", "enter", "space", "down", "ctrl+e", "up", "up", "9", ":", "left", "ctrl+z", "delete")
        await table.press("ctrl+e")
        (mark,) = table.marks
        assert (mark.note, mark.codes) == ("x", ())
        await table.press("ctrl+e", "ctrl+z", "down", "ctrl+z", "down", "ctrl+r", "ctrl+e")
        assert table.marks == [mark]
        await table.press("ctrl+e", "down", "space", "down", "space", "enter")
        assert [code.code for code in table.marks[0].codes] == ["felt_understood", "felt_safe"]


async def test_a_peak_is_of_the_moment_shown_and_only_one_is_open() -> None:
    async with desk() as table:
        await table.play(1_000)
        await table.press("comma")
        await table.play(1_000)
        await table.press("comma")
        assert len(table.marks) == 1
        await table.play(2_000)
        await table.press("space", "full_stop", "shift+left", "ctrl+t", "ctrl+t")
        (mark,) = table.marks
        assert [peak.at_ms for peak in mark.peaks] == [3_960]


async def test_backspace_leaves_an_empty_note() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("enter", "backspace", "1")
        assert table.moment == "stopped"
        assert table.marks[0].codes[0].code == "felt_understood"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_note_or_title_that_is_too_long_for_the_list_ends_in_an_ellipsis(size: tuple[int, int]) -> None:
    async with desk(size=size) as table:
        await table.play(9_000)
        await table.press("space", "1", "2", "3", "4", "5", *"and so on " * 12, "enter")
        shown = table.screen.query_one(MarksList)
        assert shown.render_line(0).text.endswith("…")
        assert shown.render_line(1).text.rstrip().endswith("…”")
