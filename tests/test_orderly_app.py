"""What is typed without waiting for the screen goes where it was meant; one notice is shown at a time."""

from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Input

from iprtool.library.roster import Roster
from iprtool.library_places import Place
from iprtool.screens.library import LibraryScreen
from iprtool.screens.library_form import FormScreen
from iprtool.screens.library_view import FilterInput
from iprtool.studies_app import StudiesApp
from tests.library_desk import Library, library
from tests.library_samples import a_roster

NAMED = {"\t": "tab", "\r": "enter", "/": "slash", ".": "full_stop", "-": "minus", "_": "underscore"}


def type_ahead(app: App[Any], keys: str) -> None:
    """All at once, before any of it is looked at."""
    for key in keys:
        app.post_message(Key(NAMED.get(key, key), None if key == "\t" else key))


async def settled(shown: Library, field: str, text: str) -> dict[str, str]:
    """What a form holds once one of its fields ends so; as it is after a while, where none does."""
    for _ in range(300):
        await shown.pilot.pause(0.01)
        if isinstance(form := shown.app.screen, FormScreen) and form.is_mounted and form.values[field].endswith(text):
            break
    assert isinstance(form, FormScreen)
    return {name: value for name, value in form.values.items() if value}


async def test_two_paths_typed_at_once_are_in_two_fields_and_a_third_row_is_there(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster(recordings=())) as shown:
        type_ahead(shown.app, "ar/one/a.mp4\t/two/b.mp4\t/three/c.mp4\tX")
        values = await settled(shown, "file_4", "X")
        assert [values[f"file_{n}"] for n in range(1, 5)] == ["/one/a.mp4", "/two/b.mp4", "/three/c.mp4", "X"]
        assert shown.visit.filter == ""
        assert not shown.screen.query_one(FilterInput).display


async def test_a_form_is_filled_and_kept_and_the_next_begun_without_a_pause(tmp_path: Path) -> None:
    async with library(tmp_path, Roster()) as shown:
        type_ahead(shown.app, "adD21\tgood\rasD21\t4\rapT\tt\r")
        for _ in range(300):
            await shown.pilot.pause(0.01)
            if shown.study.persons():
                break
        assert [(one.label, one.group) for one in shown.study.dyads()] == [("D21", "good")]
        assert [one.number for one in shown.study.sessions()] == [4]
        assert [(one.label, one.role) for one in shown.study.persons()] == [("D21-T", "therapist")]


class Written(Screen[None]):
    """A place with a field to write in."""

    def compose(self) -> Any:
        yield Input(id="written")


async def test_what_is_typed_while_a_place_opens_goes_to_the_place(tmp_path: Path) -> None:
    place = Place("written", "f", "written", "", lambda _study, _chosen: Written())
    async with library(tmp_path, a_roster(), places=(place,)) as shown:
        type_ahead(shown.app, "f/quit")
        for _ in range(300):
            await shown.pilot.pause(0.01)
            if isinstance(shown.app.screen, Written) and shown.app.screen.query_one(Input).value == "/quit":
                break
        assert shown.app.screen.query_one(Input).value == "/quit"
        assert shown.app.is_running


async def test_a_recording_typed_at_once_into_the_list_of_studies_is_opened(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    (tmp_path / "a.mp4").write_text("x")
    app = StudiesApp()
    async with app.run_test() as pilot:
        type_ahead(app, f"r{tmp_path}/a.mp4\r")
        for _ in range(300):
            await pilot.pause(0.01)
            if app.return_value is not None:
                break
    assert app.return_value is not None
    assert app.return_value.path == str(tmp_path / "a.mp4")


async def test_one_notice_is_shown_at_a_time_and_none_over_a_form(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster(), size=(80, 24), notifications=True) as shown:
        await shown.press("u", "ctrl+y", "u", "ctrl+y")
        assert shown.said == ["Nothing was taken back that could be entered again."]
        assert "Nothing was taken back" in shown.shown
        await shown.press("a", "r")
        await shown.pilot.pause()
        assert "Nothing was taken back" not in shown.shown
        shown.app.notify("Something else")
        await shown.pilot.pause()
        await shown.pilot.pause()
        assert "Something else" not in shown.shown
        await shown.press("escape")
        await shown.pilot.pause()
        assert "Something else" in shown.shown


@pytest.mark.parametrize("key", ["q", "ctrl+q", "d"])
async def test_an_error_on_a_key_ends_the_app_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    def fails(_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(LibraryScreen, "action_leave", fails)
    monkeypatch.setattr(LibraryScreen, "action_due", fails)
    with pytest.raises(ZeroDivisionError):
        async with library(tmp_path, a_roster()) as shown:
            await shown.press(key)
