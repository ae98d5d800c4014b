"""The recall screen's panes and its note, with keys that come twice, at once, or held."""

import pytest
from textual.events import Key

from iprtool.model.terms import Face
from tests.recall_desk import desk


@pytest.mark.parametrize("key", ["ctrl+o", "plus", "ctrl+l", "0", "ctrl+e"])
async def test_a_pane_is_closed_by_the_key_that_opened_it_however_fast(key: str) -> None:
    async with desk(face="therapist") as table:
        await table.play(9_000)
        await table.press("space", "1", *[key] * 2)
        for _ in range(7):
            table.app.post_message(Key(key, "+" if key == "plus" else key if key == "0" else None))
        for other in ("ctrl+o", "ctrl+l", "ctrl+o", "ctrl+e", "ctrl+o"):
            table.app.post_message(Key(other, None))
        for _ in range(3):
            await table.pilot.pause()
        assert table.app.is_running
        assert len(table.screen.query("FieldsPane, ChoicePane, EditPane")) <= 1
        assert len(table.marks) == 1


@pytest.mark.parametrize(("face", "said"), [("participant", False), ("therapist", True), ("researcher", True)])
async def test_of_who_may_recognise_whom_nothing_is_said_to_a_participant(face: Face, said: bool) -> None:
    async with desk(face) as table:
        await table.play(9_000)
        await table.press("space", "ctrl+o")
        assert "be quoted" in table.shown
        assert ("recognisable" in table.shown) is said


async def test_the_edit_form_begins_in_the_note_and_its_times_take_no_letters() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("a", "enter", "space", "down", "ctrl+e", "b", "up", "up", "x", "enter")
        (mark,) = table.marks
        assert (mark.note, mark.start_ms) == ("ab", 9_000)


async def test_a_note_written_on_is_another_word() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("f", "o", "x", "space", "ctrl+o", "enter", "j", "enter")
        assert [mark.note for mark in table.marks] == ["fox j"]


async def test_backspace_held_in_a_note_deletes_no_mark() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("space", "1", "a")
        for _ in range(9):
            await table.pilot.press("backspace")
        await table.pilot.pause()
        assert len(table.marks) == 1
        await table.press("backspace")
        assert not table.marks
