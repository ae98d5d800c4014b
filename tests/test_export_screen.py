"""The export at the screen: what would leave is seen before it does, and nothing leaves that was not asked for."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from iprtool.desk.leaving import StudyExporter
from iprtool.export.verify import verify_export
from iprtool.model.errors import ExportError
from iprtool.model.leaving import Leaving, LeavingTable, LeavingWish, Left
from iprtool.screens.dialogs import ConfirmScreen
from iprtool.screens.export import ExportScreen, LineScreen
from iprtool.screens.key_line import HeadLine
from iprtool.store.keys import create_open_keyring
from iprtool.store.study import Study
from tests.store_samples import a_study

Progress = Callable[[float], None]


class Exporter:
    """A study of two tables; `wait` holds an export up until it is told to go on."""

    name = "Oslo"
    folder = "/exports"

    def __init__(self, problem: str = "") -> None:
        self.wishes: list[tuple[LeavingWish, str]] = []
        self.problem = problem
        self.go_on = threading.Event()
        self.begun = threading.Event()
        self.go_on.set()

    def look(self, wish: LeavingWish, progress: Progress) -> Leaving:
        progress(1.0)
        texts = ("note",) if wish.text else ()
        left = "nothing of 1 recall (withdrawn)"
        tables = (LeavingTable("annotations", 1234, texts, (), left), LeavingTable("scores", 6))
        return Leaving(tables, ("D05-C withdrew on 2024-05-02, so nothing of theirs is used.",))

    def export(self, wish: LeavingWish, folder: str, progress: Progress) -> Left:
        if self.problem:
            raise ExportError(self.problem)
        progress(0.5)
        self.begun.set()
        self.go_on.wait(30)
        progress(1.0)
        self.wishes.append((wish, folder))
        return Left(f"{folder}/export-Oslo", 1240)


class ExportApp(App[None]):
    def __init__(self, exporter: Any) -> None:
        super().__init__()
        self.export = ExportScreen(exporter)

    def on_mount(self) -> None:
        self.push_screen(self.export)

    def text(self, where: str) -> str:
        return str(self.export.query_one(where, Static).content)

    def tables(self) -> list[str]:
        """The lines of the tables, as they are drawn."""
        shown = self.export.query_one("#tables", Static)
        return ["".join(part.text for part in shown.render_line(y)).rstrip() for y in range(shown.size.height)]


async def settled(pilot: Pilot[Any]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    await settled(pilot)


async def test_it_shows_what_leaves_and_what_consents_forbid() -> None:
    app = ExportApp(Exporter())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert app.export.query_one(HeadLine).left == "iprtool  Oslo · export"
        assert app.export.query_one(HeadLine).right == "1,240 rows"
        assert app.text("#wish") == "free text left out · dates left out · ids as in exports before\ninto /exports"
        assert app.tables() == [
            "table         rows  what of it",
            "annotations  1,234  left out: nothing of 1 recall (withdrawn)",
            "scores           6",
            "",
            "What consents forbid",
            "! D05-C withdrew on 2024-05-02, so nothing of theirs is used.",
        ]


async def test_what_is_asked_for_is_seen_and_written_once_it_is_confirmed() -> None:
    exporter = Exporter()
    app = ExportApp(exporter)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t", "d", "i", "f")
        assert isinstance(app.screen, LineScreen)
        await press(pilot, *("backspace",) * 8, *"/o", "enter", "r", *"Bergen", "enter")
        assert app.text("#wish") == "free text LEAVES · dates LEAVE, as offsets · ids fresh · for Bergen\ninto /o"
        assert app.tables()[1].endswith("1,234  free text: note")
        await press(pilot, "enter")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "n")
        assert exporter.wishes == []
        await press(pilot, "enter", "y")
        assert exporter.wishes == [(LeavingWish(text=True, dates=True, fresh_ids=True, recipient="Bergen"), "/o")]
        assert app.text("#said") == "Written: /o/export-Oslo (1,240 rows in all)."


async def test_an_export_that_is_cancelled_is_said_to_be() -> None:
    """While it is written, nothing else can be asked for and nobody leaves."""
    exporter = Exporter()
    exporter.go_on.clear()
    app = ExportApp(exporter)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert exporter.begun.wait(30)
        await pilot.pause()
        assert app.text("#said").startswith("writing") and "c cancels" in app.text("#said")
        await pilot.press("t", "q")
        await pilot.pause()
        assert app.text("#said") == "An export is being written; c cancels it."
        assert app.text("#wish").startswith("free text left out")
        await pilot.press("c")
        exporter.go_on.set()
        while "cancelled" not in app.text("#said"):
            await pilot.pause(0.01)
        assert app.text("#said") == "The export was cancelled; nothing of it is left."
        assert exporter.wishes == []
        await pilot.press("q")
        await pilot.pause()
        assert app.screen is not app.export


async def test_it_is_readable_where_it_is_narrow() -> None:
    """What is said of a table goes on under itself."""
    app = ExportApp(Exporter())
    async with app.run_test(size=(40, 24)) as pilot:
        await settled(pilot)
        assert app.tables()[1:3] == ["annotations  1,234  left out: nothing", " " * 20 + "of 1 recall"]


async def test_why_it_could_not_be_written_is_one_sentence() -> None:
    app = ExportApp(Exporter("Nothing can be written into /exports (read-only): choose another folder."))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "enter", "y")
        assert app.text("#said") == "! Nothing can be written into /exports (read-only): choose another folder."


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as made:
        yield made


async def test_a_study_is_exported_beside_itself(study: Study) -> None:
    """With the study's own exporter: the folder verifies, and the ledger has it."""
    app = ExportApp(StudyExporter(study))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "recalls               1" in app.tables()
        await press(pilot, "enter", "y")
        (folder,) = study.path.parent.glob("export-A-*")
        assert app.text("#said").startswith(f"Written: {folder} (")
        assert verify_export(folder) == []
        assert len(study.exports()) == 1
