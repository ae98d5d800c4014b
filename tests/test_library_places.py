"""The library's places, what it takes over from layers, and the work that goes on beside it."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.screen import Screen
from textual.widgets import Input, Static

from iprtool.edits import Hand
from iprtool.library.visit import Visit
from iprtool.library.wish import Chosen, Wish
from iprtool.library_places import Place
from iprtool.model.errors import StoreError
from iprtool.model.layer import Closed, Covered
from iprtool.model.study import Person, Recall
from iprtool.screens.library_tree import StudyTree
from iprtool.store.layer import LayerFile, create_layer
from tests.library_desk import Library, error_of, head, library
from tests.library_samples import a_roster, lavik
from tests.sounds import make_recording
from tests.store_samples import HEAD


class There(Screen[Any]):
    """A place that is left with what it is told."""

    BINDINGS = [("w", "leave(True)"), ("b", "leave(False)")]

    def action_leave(self, wished: bool) -> None:
        self.dismiss(Wish("recall", "new") if wished else None)


async def test_a_place_is_made_from_the_study_and_what_is_chosen_and_may_end_in_a_wish(tmp_path: Path) -> None:
    asked: list[Chosen] = []

    def make(study: Any, chosen: Chosen) -> Screen[Any]:
        asked.append(chosen)
        study.put(Person(f"p{len(asked)}", f"K{len(asked)}", "observer"))
        return There()

    place = Place("new_recall", "n", "new recall", "begin one", make)
    async with library(tmp_path, a_roster(), places=(place,)) as shown:
        await shown.choose(dyad="d", session="s", by="therapist")
        await shown.press("enter")
        assert isinstance(shown.app.screen, There)
        await shown.press("b")
        assert shown.app.screen is shown.screen
        assert "coder         K1" in shown.rows
        await shown.press("n", "w")
        assert shown.wish == Wish("recall", "new")
    assert [(one.session, one.by) for one in asked] == [("s", "therapist")] * 2


async def test_the_place_that_a_review_was_opened_from_is_there_after_it_once(tmp_path: Path) -> None:
    place = Place("search", "f", "search", "find", lambda _study, _chosen: There())
    visit = Visit()
    async with library(tmp_path, a_roster(), places=(place,), visit=visit) as shown:
        await shown.press("f", "w")
        assert shown.wish == Wish("recall", "new")
        for there in (True, False):
            again = Library(shown.study, visit, (place,))
            async with again.app.run_test() as again.pilot:
                await again.pilot.pause()
                assert isinstance(again.app.screen, There) is there
                await again.press("b")
                assert again.app.screen is again.screen


@pytest.mark.parametrize(("played", "said"), [(True, "✓ done"), (False, "– ended, 0:00 played")])
async def test_what_a_layer_says_is_taken_over_a_little_later(tmp_path: Path, played: bool, said: str) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.settled()
        layer, path, key = shown.study.new_object("layer")
        create_layer(path, key, HEAD)
        shown.study.put(Recall("o", "s", "client", layer=layer, status="open", person="c"))
        hand = Hand("client", "dev")
        covered = [hand.op("stretch", Covered("played", 0, 2000, 1.0))] if played else []
        with LayerFile(path, key) as log:
            log.commit([*covered, hand.op(layer, Closed("fine"))]).result()
        shown.screen.refresh_study()
        assert "client     D05-C  … begun" in shown.rows
        shown.screen.settle()
        await shown.settled()
        assert f"client     D05-C  {said}" in shown.rows
        assert "1 of 2 · 1 to come" in head(shown) if played else "0 of 2 · 1 ended unplayed" in head(shown)
        assert shown.study.recalls()[0].status == "ended"


async def test_a_study_that_cannot_be_read_any_more_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.settled()

        def gone(*_: object) -> Any:
            raise StoreError("The disk is gone: connect it again.")

        monkeypatch.setattr("iprtool.library_shelf.roster_of", gone)
        for read in (shown.screen.refresh_study, shown.screen.settle):
            read()
            await shown.settled()
            assert shown.said == ["The disk is gone: connect it again."]
            shown.app.clear_notifications()
        assert "session 3  client ○ therapist ○  01:00:00 sound" in shown.rows


async def test_what_was_entered_while_layers_were_read_stays_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = threading.Event()

    def slow(_study: Any, roster: Any) -> Any:
        may_go_on.wait(30)
        return msgspec.structs.replace(roster, consents=(), scores=())

    monkeypatch.setattr("iprtool.library_shelf.with_records", slow)
    async with library(tmp_path, a_roster()) as shown:
        await shown.press("a", "d", "enter")
        assert "D06  no session yet" in shown.rows
        may_go_on.set()
        await shown.settled()
        assert shown.screen.roster.scores == ()
        assert "D06  no session yet" in shown.rows


async def test_what_was_folded_up_stays_so_when_the_study_is_read_again(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.choose(dyad="d")
        await shown.press("left")
        tree = shown.screen.query_one(StudyTree)
        assert not tree.cursor_node.is_expanded
        shown.study.put(Person("k", "K1", "observer"))
        shown.screen.refresh_study()
        await shown.pilot.pause()
        assert tree.cursor_node.data.chosen == Chosen(dyad="d")
        assert not tree.cursor_node.is_expanded
        await shown.press("right", "right")
        assert shown.visit.chosen == Chosen(dyad="d", session="s")


async def add_recording(shown: Library, file: Path) -> None:
    await shown.choose(dyad="d", session="s")
    await shown.press("a", "r")
    await shown.type(str(file))
    await shown.press("enter")


async def test_a_recording_is_added_beside_the_screen(tmp_path: Path) -> None:
    file = tmp_path / "two words.m4a"
    make_recording(file, "m4a", 2)
    (tmp_path / "words.vtt").write_text("WEBVTT\n\n00:00.500 --> 00:01.500\n<v client>Yes.\n")
    async with library(tmp_path, a_roster(recordings=())) as shown:
        await add_recording(shown, file)
        assert shown.app.screen is shown.screen
        shown.visit.work.wait()
        await shown.pilot.pause()
        (recording,) = shown.study.recordings()
        assert recording.session == "s"
        assert any("recording added" in one for one in shown.said)
        assert "session 3  client ○ therapist ○  00:02 sound" in shown.rows
        await shown.press("e", "tab", "tab", "tab")
        await shown.type(str(tmp_path / "words.vtt"))
        await shown.press("enter")
        shown.visit.work.wait()
        await shown.pilot.pause()
        assert shown.study.recordings()[0].transcript is not None


async def test_a_session_is_made_with_its_recording_or_not_at_all(tmp_path: Path) -> None:
    make_recording(tmp_path / "a.m4a", "m4a", 2)
    (tmp_path / "text.mp4").write_text("no film")
    async with library(tmp_path, a_roster(recordings=())) as shown:
        for name, there in (("text.mp4", 1), ("a.m4a", 2)):
            await shown.press("a", "r")
            await shown.type(str(tmp_path / name))
            shown.app.screen.query_one("#dyad", Input).value = "D09"
            shown.app.screen.query_one("#number", Input).value = "2"
            await shown.press("enter")
            assert shown.app.screen is shown.screen
            shown.visit.work.wait()
            await shown.pilot.pause()
            assert len(shown.study.sessions()) == len(shown.study.dyads()) == there
        assert shown.study.recordings()[0].session == shown.study.sessions()[-1].id


async def test_another_recording_of_a_session_is_asked_about_and_the_newest_counts(tmp_path: Path) -> None:
    make_recording(tmp_path / "a.m4a", "m4a", 2)
    made = Recall("o", "s", "client", "r", "l", status="ended", person="c")
    async with library(tmp_path, a_roster(recalls=(made,)), size=(140, 40)) as shown:
        await add_recording(shown, tmp_path / "a.m4a")
        assert "D05, session 3 has a recording already" in error_of(shown)
        assert shown.visit.work.jobs == []
        await shown.press("enter")
        shown.visit.work.wait()
        await shown.pilot.pause()
        assert [one.duration_ms for one in shown.study.recordings()] == [3_600_000, 2_000]
        assert any("00:02 sound (newest of 2)" in row for row in shown.rows)
        newest, counts, first, kept = shown.detail.splitlines()[2:6]
        assert newest.startswith("00:02 sound")
        assert "the newest" in counts
        assert first.startswith("01:00:00 sound")
        assert kept.strip() == "an earlier one, kept with 1 recall made on it"
        await shown.press("e")
        assert "said of the newest, which counts" in shown.shown


async def test_all_that_is_said_of_a_recordings_files_is_kept_with_it(tmp_path: Path) -> None:
    for seed in (1, 2):
        make_recording(tmp_path / f"{seed}.wav", "wav", 2, channels=2, seed=seed)
    (tmp_path / "words.vtt").write_text("WEBVTT\n\n00:00.500 --> 00:01.500\n<v client>Yes.\n")
    said = {"file_1": "1.wav", "file_2": "2.wav", "gaps": "5s", "transcript": "words.vtt", "keep": "2126-01-01"}
    async with library(tmp_path, a_roster(recordings=())) as shown:
        await shown.choose(dyad="d", session="s")
        await shown.press("a", "r")
        form = shown.app.screen
        for name, text in said.items():
            form.query_one(f"#{name}", Input).value = str(tmp_path / text) if "." in text else text
        for name, letter in (("left", "t"), ("right", "c")):
            form.query_one(f"#{name}").focus()
            await shown.press(letter)
        await shown.press("enter")
        shown.visit.work.wait()
        (recording,) = shown.study.recordings()
        first, second = recording.parts
        assert second.start_ms == first.duration_ms + 5_000
        assert recording.channel_speakers == ("therapist", "client")
        assert recording.transcript is not None
        assert recording.keep_until == "2126-01-01"


async def test_a_file_that_is_no_recording_is_said_and_the_library_goes_on(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    async with library(tmp_path, a_roster(recordings=())) as shown:
        await add_recording(shown, tmp_path / "none.mp4")
        assert "There is no file none.mp4" in error_of(shown)
        await shown.type(str(tmp_path / "text.mp4"))
        await shown.press("enter")
        shown.visit.work.wait()
        await shown.pilot.pause()
        assert shown.visit.work.jobs[0].state == "failed"
        assert "text.mp4" in shown.said[-1]
        assert shown.study.recordings() == []


async def test_work_goes_on_and_is_not_left_behind_by_accident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on = threading.Event()

    def slow(_shelf: Any, _new: Any, progress: Callable[[float], None]) -> str:
        progress(0.42)
        may_go_on.wait(30)
        progress(0.9)
        return "never"

    monkeypatch.setattr("iprtool.library_shelf.StudyOnShelf.add_recording", slow)
    (tmp_path / "a.wav").write_bytes(b"x")
    open_one = Recall("o", "s", "client", layer="l", status="open", person="c")
    async with library(tmp_path, a_roster(recordings=(), recalls=(open_one,)), size=(120, 40)) as shown:
        for _ in range(2):
            await add_recording(shown, tmp_path / "a.wav")
        while not shown.visit.work.jobs[0].part:
            await shown.pilot.pause(0.01)
        await shown.pilot.pause()
        line = str(shown.screen.query_one("#work", Static).render())
        assert "42 %" in line
        assert "1 waiting" in line
        await shown.choose(dyad="d", session="s", by="client")
        await shown.press("enter")
        assert shown.wish is None
        assert "wait until it is in the study" in shown.said[-1]
        await shown.press("q")
        assert "once more leaves" in shown.said[-1]
        assert not shown.app._exit
        await shown.press("w", "x", "up", "x", "escape")
        may_go_on.set()
        shown.visit.work.wait()
        await shown.pilot.pause()
        assert [job.state for job in shown.visit.work.jobs] == ["cancelled", "cancelled"]
        assert not shown.screen.query_one("#work").display


async def test_the_library_comes_back_where_it_was(tmp_path: Path) -> None:
    visit = Visit()
    async with library(tmp_path, lavik(), visit=visit) as shown:
        await shown.choose(dyad="d9", session="d9-3", by="client")
        await shown.press("enter")
        assert shown.wish == Wish("review", "d9-3")
        visit.notice = "Something happened."
        again = Library(shown.study, visit, ())
        async with again.app.run_test(size=(100, 30)) as pilot:
            await pilot.pause()
            assert visit.chosen.session == "d9-3"
            assert visit.chosen.by == "client"
            assert again.said == ["Something happened."]
