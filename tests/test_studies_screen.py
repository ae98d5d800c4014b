"""The list of studies: a greeting for who has none, what is remembered, and what it is left for."""

import os
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList, Static

from iprtool.cli import library as cli_library
from iprtool.commands import first_keys, key_line
from iprtool.commands.studies import STUDIES
from iprtool.desk.known import forget, known_studies, remember
from iprtool.desk.places import config_folder, data_folder
from iprtool.library.known import StudiesWish
from iprtool.screens.file_picker import FilePicker, MediaTree
from iprtool.screens.library_form import FormScreen
from iprtool.screens.paths import completed, full_path
from iprtool.studies_app import StudiesApp
from tests.screen_desk import screen_text


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def a_folder(path: Path) -> Path:
    (path / "objects").mkdir(parents=True)
    (path / "study.json").write_text("{}")
    return path


def test_the_last_opened_comes_first_and_a_missing_one_is_told(tmp_path: Path) -> None:
    one, two = a_folder(tmp_path / "One.ipr"), a_folder(tmp_path / "Two.ipr")
    for path in (one, two, one, tmp_path / "Gone.ipr"):
        remember(path)
    assert [(known.name, known.there) for known in known_studies()] == [("Gone", False), ("One", True), ("Two", True)]
    forget(tmp_path / "Gone.ipr")
    assert [known.path for known in known_studies()] == [str(one), str(two)]
    assert one.exists()


def test_only_paths_are_remembered_and_for_oneself_alone(tmp_path: Path) -> None:
    remember(a_folder(tmp_path / "One.ipr"))
    (kept,) = config_folder().iterdir()
    assert kept.read_text() == f'["{tmp_path / "One.ipr"}"]'
    assert os.name == "nt" or stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_iprtools_own_studies_are_found_and_not_remembered() -> None:
    demo = a_folder(data_folder() / "demo" / "Demo.ipr")
    opened = a_folder(data_folder() / "opened" / "0123.ipr")
    remember(demo)
    remember(opened)
    assert [(known.kind, known.path) for known in known_studies()] == [("demo", str(demo)), ("opened", str(opened))]
    assert not config_folder().exists()


async def test_recordings_opened_on_their_own_are_told_apart_and_nobody_is_welcomed_again() -> None:
    for name, size, at in (("01", 1_200_000, 1_800_000_000), ("02", 350_000, 1_800_000_600)):
        made = a_folder(data_folder() / "opened" / f"{name}.ipr")
        (made / "objects" / "x.db").write_bytes(bytes(size))
        os.utime(made / "objects", (at, at))
    app = StudiesApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        newer, older = (line for line in screen_text(app).splitlines() if "opened on its own" in line)
        assert "Welcome" not in screen_text(app)
    for line, changed, said_of in ((newer, 1_800_000_600, "0.3 MB"), (older, 1_800_000_000, "1.2 MB")):
        assert f"last changed {datetime.fromtimestamp(changed):%Y-%m-%d %H:%M} · {said_of}" in line


@pytest.mark.parametrize("content", ["", "{", '{"a": 1}', "[1]", '["\\u0000"]', "\xff"])
def test_a_list_that_cannot_be_read_is_begun_anew(content: str, tmp_path: Path) -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / "studies.json").write_text(content, "latin-1")
    assert known_studies() == []
    remember(a_folder(tmp_path / "One.ipr"))
    assert len(known_studies()) == 1


def test_a_path_is_completed_to_folders_and_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "videos").mkdir()
    for name in ("session 3.mp4", "session 3.docx", ".hidden.mp4", "words.vtt"):
        (tmp_path / "videos" / name).write_text("")
    assert completed("~/vid") == "~/videos/"
    assert completed(f"{tmp_path}/videos/se") == f"{tmp_path}/videos/session 3.mp4"
    assert completed(f"{tmp_path}/videos/w") == f"{tmp_path}/videos/words.vtt"
    assert completed(f"{tmp_path}/videos/.h") == f"{tmp_path}/videos/.hidden.mp4"
    assert completed(f"{tmp_path}/videos/") == f"{tmp_path}/videos/session 3.mp4"
    monkeypatch.chdir(tmp_path)
    assert completed("vi") == "videos/"
    for nothing in ("", "~nobody-here/x", f"{tmp_path}/none/x", "a\0b", f"{tmp_path}/videos/x"):
        assert completed(nothing) is None
    assert full_path(" ~/videos ") == tmp_path / "videos"


def said(app: StudiesApp) -> list[str]:
    return [one.message for one in app._notifications]


def error_of(app: StudiesApp) -> str:
    return str(app.screen.query_one("#form-error", Static).render())


async def fill(pilot: Any, text: str, *keys: str) -> None:
    pilot.app.focused.value = text
    await pilot.press(*keys)
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_who_has_no_study_is_greeted_with_what_there_is_to_do(size: tuple[int, int]) -> None:
    app = StudiesApp()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        text = screen_text(app)
        for line in ("Welcome", "n  makes one", "d  opens the demo", "r  reviews a recording", "n new", "q leave"):
            assert line in text
        await pilot.press("enter")
        assert "n makes one" in said(app)[-1]
        await pilot.press("d")
    assert app.return_value == StudiesWish("demo")


async def test_a_new_study_has_a_name_and_a_folder_of_its_own(tmp_path: Path) -> None:
    app = StudiesApp()
    async with app.run_test() as pilot:
        await pilot.press("n")
        assert isinstance(app.screen, FormScreen)
        a_folder(tmp_path / "Taken.ipr")
        for name, error in (("", "without slashes"), ("a/b", "without slashes"), ("Taken.ipr", "already")):
            await fill(pilot, name, "enter")
            assert error in error_of(app)
        await fill(pilot, "Alliance", "tab", "tab")
        await fill(pilot, "Call us.", "enter")
    assert app.return_value == StudiesWish("new", str(tmp_path / "Alliance.ipr"), "Call us.")


async def test_a_study_is_opened_from_the_list_or_by_its_folder(tmp_path: Path) -> None:
    for name in ("One", "Two"):
        remember(a_folder(tmp_path / f"{name}.ipr"))
    remember(tmp_path / "Gone.ipr")
    app = StudiesApp("What went wrong.")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert said(app) == ["What went wrong."]
        assert "Welcome" not in screen_text(app)
        await pilot.press("enter")
        assert "is its disk connected" in said(app)[-1]
        await pilot.press("delete")
        assert app.screen.query_one(OptionList).option_count == 2
        await pilot.press("down", "enter")
    assert app.return_value == StudiesWish("open", str(tmp_path / "One.ipr"))
    assert [known.name for known in known_studies()] == ["Two", "One"]

    app = StudiesApp()
    async with app.run_test() as pilot:
        await pilot.press("o")
        await fill(pilot, str(tmp_path), "enter")
        assert "is no study" in error_of(app)
        await fill(pilot, str(tmp_path / "Two.ipr"), "enter")
    assert app.return_value == StudiesWish("open", str(tmp_path / "Two.ipr"))


async def test_a_recording_is_chosen_in_the_folders(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    for name in ("a.mp4", "b.mp4", "c.txt"):
        (tmp_path / "videos" / name).write_text("x")
    app = StudiesApp()
    async with app.run_test() as pilot:
        await pilot.press("r")
        await fill(pilot, f"{tmp_path}/videos/", "ctrl+o")
        assert isinstance(app.screen, FilePicker)
        tree = app.screen.query_one(MediaTree)
        while len(tree.root.children) < 2:
            await pilot.pause(0.01)
        assert [str(node.label) for node in tree.root.children] == ["a.mp4", "b.mp4"]
        await pilot.press("down", "down", "space", "up", "space", "enter")
        await pilot.pause()
        await pilot.press("enter")
    assert app.return_value == StudiesWish("recording", str(tmp_path / "videos" / "b.mp4"))


async def test_what_is_typed_leads_to_a_name_and_an_empty_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "videos" / "empty").mkdir(parents=True)
    for name in ("alpha.mp4", "beta.mp4", "best.mp4", "c.txt"):
        (tmp_path / "videos" / name).write_text("x")
    app = StudiesApp()
    async with app.run_test() as pilot:
        await pilot.press("r")
        await fill(pilot, f"{tmp_path}/videos/", "ctrl+o")
        tree = app.screen.query_one(MediaTree)
        while len(tree.root.children) < 4:
            await pilot.pause(0.01)
        assert "No recording" not in screen_text(app)
        await pilot.press("b", "e", "t")
        assert str(tree.cursor_node.label) == "beta.mp4"  # type: ignore[union-attr]  # there is one
        await pilot.press("home", "b", "e", "s")
        assert str(tree.cursor_node.label) == "best.mp4"  # type: ignore[union-attr]
        assert tree.get_component_rich_style("tree--cursor").reverse
        await pilot.press("home", "e", "m", "enter")
        await pilot.pause()
        assert "No recording, transcript or folder is in empty." in screen_text(app)
        await pilot.press("escape", "escape")
    (tmp_path / "videos" / "empty" / "none").write_text("x")
    app = StudiesApp()
    async with app.run_test() as pilot:
        await pilot.press("r")
        await fill(pilot, f"{tmp_path}/videos/empty/", "ctrl+o")
        await pilot.pause()
        assert "No recording, transcript or folder is in empty." in screen_text(app)
        await pilot.press("backspace")
        await pilot.pause()
        assert "No recording" not in screen_text(app)


def test_after_the_demo_the_list_is_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    wishes = iter([StudiesWish("demo", ""), None])

    def show_studies(_notice: str) -> StudiesWish | None:
        shown.append("list")
        return next(wishes)

    monkeypatch.setattr("iprtool.studies_app.show_studies", show_studies)
    monkeypatch.setattr(cli_library, "_demo", lambda: Path("demo.ipr"))
    monkeypatch.setattr(cli_library, "keyring_for", lambda *_: None)
    monkeypatch.setattr(cli_library, "show", lambda *_: shown.append("demo"))
    cli_library.show_studies()
    assert shown == ["list", "demo", "list"]


async def test_the_list_is_left_once_and_for_nothing() -> None:
    app = StudiesApp()
    async with app.run_test() as pilot:
        await pilot.press("ctrl+c")
        assert said(app) == ["q leaves."]
        await pilot.press("n", "escape", "q")
    assert app.return_value is None


def test_the_key_line_fits_eighty_columns() -> None:
    shown = key_line(STUDIES, "stopped")[: first_keys(STUDIES, "stopped")]
    assert sum(len(f"{keys} {text} · ") for keys, text, _ in shown) <= 80
    keys = [key for command in STUDIES for key in command.keys.split(",")]
    assert len(keys) == len(set(keys))
