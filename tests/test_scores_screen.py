"""The sheet of scores at the screen: typed, checked as it is typed, kept, taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import OptionList, Static

from iprtool.desk.score_files import StudyScoresAndFiles
from iprtool.desk.scores import all_scores, enter_score, use_instruments
from iprtool.instruments import shipped
from iprtool.instruments.sheet import Entered, Line, Rater
from iprtool.model.study import Dyad, Person, Session
from iprtool.screens.key_line import HeadLine
from iprtool.screens.scores import ScoresScreen
from iprtool.screens.scores_grid import ScoresGrid
from iprtool.store.keys import create_open_keyring
from iprtool.store.study import Study
from tests.registers_desk import calm, press, write


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with create_open_keyring(tmp_path / "open.keyring") as keyring, Study.create(tmp_path / "A.ipr", keyring) as made:
        made.put(Dyad("d", "D05"))
        for number in (3, 5):
            made.put(Session(f"s{number}", "d", number))
        made.put(Person("c", "D05-C", "client", "d"))
        made.put(Person("t", "D05-T", "therapist", "d"))
        yield made


class ScoresApp(App[None]):
    def __init__(self, study: Study, session: str | None = None) -> None:
        super().__init__()
        self.scores = ScoresScreen(StudyScoresAndFiles(study), session)

    def on_mount(self) -> None:
        self.push_screen(self.scores)

    @property
    def said(self) -> str:
        return str(self.scores.query_one("#said", Static).content)

    def lines(self) -> list[str]:
        grid = self.scores.grid
        return ["".join(part.text for part in grid.render_line(y)).rstrip() for y in range(grid.size.height)]


async def test_a_sheet_is_filled_in_by_keys(study: Study) -> None:
    use_instruments(study, [shipped("wai-sr"), shipped("ors")])
    app = ScoresApp(study)
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        assert app.scores.query_one(HeadLine).left == "iprtool  D05 · session 3 · scores"
        assert app.scores.query_one(HeadLine).right == "0 of 9 scores"
        assert app.said == "missing: ors by client (1), wai-sr by client (4), wai-sr by therapist (4)"
        await press(pilot, *"31.5", "enter", *"17", "right")
        assert [(one.instrument, one.subscale, one.value) for one in all_scores(study)] == [
            ("ors", "total", 31.5),
            ("wai-sr", "task", 17),
        ]
        assert app.scores.query_one(HeadLine).right == "2 of 9 scores"
        await press(pilot, *"13", "slash", "3", "down")
        assert "13/3" in "\n".join(app.lines())


async def test_a_total_whose_parts_are_there_says_so_and_a_cell_says_how_few_items_are_written(study: Study) -> None:
    use_instruments(study, [shipped("wai-sr")])
    app = ScoresApp(study)
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await press(pilot, *"17", "down", *"16", "up", "down")
        assert "; if only 3 were answered, write 12/3" in app.said
        assert "(its parts)" not in "\n".join(app.lines())
        await press(pilot, "down", *"15", "down")
        assert "(its parts)" in "\n".join(app.lines())


async def test_what_can_be_no_score_is_told_at_once_and_never_kept(study: Study) -> None:
    use_instruments(study, [shipped("wai-sr")])
    app = ScoresApp(study)
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await press(pilot, "2", "4")
        assert app.said == "! Task goes from 4 to 20, and 24 is outside; check the value."
        assert any("24_ !" in line for line in app.lines())
        await press(pilot, "enter", "right", "n")
        assert app.scores.query_one(HeadLine).left == "iprtool  D05 · session 3 · scores"
        assert all_scores(study) == []
        await press(pilot, "backspace")
        assert app.said.startswith("wai-sr task by client: 4 to 20, 4 items (sum)")
        await press(pilot, "0", "enter")
        assert [one.value for one in all_scores(study)] == [20]
        await press(pilot, "9", "escape")
        assert app.scores.grid.typed is None
        assert app.screen is app.scores


async def test_undo_redo_and_taking_away(study: Study) -> None:
    use_instruments(study, [shipped("wai-sr")])
    app = ScoresApp(study)
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await press(pilot, *"15", "enter", "up", "delete")
        assert all_scores(study) == []
        await press(pilot, "u")
        assert [one.value for one in all_scores(study)] == [15]
        assert app.said.startswith("Undone: wai-sr task by client: taken away")
        await press(pilot, "ctrl+y")
        assert all_scores(study) == []
        await press(pilot, "u", "u")
        assert all_scores(study) == []
        await press(pilot, "u")
        assert app.said.startswith("There is nothing to be undone")


async def test_what_is_typed_stays_with_its_cell_when_lines_come_and_go(study: Study) -> None:
    app = ScoresApp(study)
    for instrument, value in ((shipped("srs"), 31), (shipped("wai-sr"), 16)):
        line = Line(instrument, instrument.subscales[0])
        enter_score(study, study.sessions()[0], Rater("client", "c", "client"), line, Entered(value))
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await press(pilot, "delete", "down", *"11", "u")
        assert app.scores.grid.sheet.lines[0].instrument.id == "srs"
        assert [line.split() for line in app.lines() if "11_" in line] == [["goal", "4–20", "▸11_", "–"]]
        await press(pilot, "ctrl+y")
        assert [line.split()[0] for line in app.lines() if "11_" in line] == ["goal"]
        await press(pilot, "u", "enter")
        assert {(one.subscale, one.value) for one in all_scores(study)} == {("total", 31), ("task", 16), ("goal", 11)}


async def test_what_is_typed_is_dropped_with_a_word_where_its_line_goes(study: Study) -> None:
    use_instruments(study, [shipped("wai-sr")])
    app = ScoresApp(study)
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await press(pilot, "i", "home", "space", "enter")
        first = app.scores.grid.sheet.lines[0]
        assert first.instrument.id != "wai-sr"
        await press(pilot, *["up"] * 20, *"11", "u")
        assert first not in app.scores.grid.sheet.lines
        assert app.scores.grid.typed is None
        assert app.said == "! 11 was not kept: its line is not on the sheet any more."
        await press(pilot, "enter")
        assert all_scores(study) == []


async def test_sessions_one_after_another_and_the_next_missing(study: Study) -> None:
    use_instruments(study, [shipped("wai-sr")])
    app = ScoresApp(study, "s5")
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        assert app.scores.query_one(HeadLine).left == "iprtool  D05 · session 5 · scores"
        await press(pilot, *"15", "n")
        assert app.scores.query_one(HeadLine).left == "iprtool  D05 · session 3 · scores"
        assert [(one.session, one.value) for one in all_scores(study)] == [("s5", 15)]
        await press(pilot, "b", "m")
        assert app.scores.grid.cell is not None
        assert app.scores.grid.cell[0].subscale.id == "goal"
        await press(pilot, "q")
        assert app.screen is not app.scores


async def test_instruments_are_chosen_and_that_is_taken_back(study: Study) -> None:
    app = ScoresApp(study)
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        assert app.said == "No instrument is chosen for this study yet: press i to choose."
        await press(pilot, "i")
        assert isinstance(app.screen.focused, OptionList)
        await press(pilot, "space", "enter")
        assert len({line.instrument.id for line in app.scores.grid.sheet.lines}) == 1
        await press(pilot, "u")
        assert app.scores.grid.sheet.lines == ()


async def test_many_raters_are_reached_on_a_narrow_screen(study: Study) -> None:
    use_instruments(study, [shipped("wai-s")])
    for number in range(1, 5):
        study.put(Person(f"o{number}", f"K{number}", "observer"))
    app = ScoresApp(study)
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await press(pilot, *["right"] * 5)
        assert "observer K4" in app.lines()[0]
        await press(pilot, *"21", "enter")
        assert [(one.person, one.value) for one in all_scores(study)] == [("o4", 21)]
        grid = app.scores.query_one(ScoresGrid)
        await pilot.click(ScoresGrid, offset=(1 + 24 + 10 + 14 + 2, 2))
        assert grid.cell is not None


async def test_scores_and_instruments_come_from_files_and_that_is_taken_back(study: Study, tmp_path: Path) -> None:
    path, own = tmp_path / "scores.csv", tmp_path / "mine.toml"
    path.write_text("dyad,session,rater,instrument,subscale,value\nD05,3,client,wai-sr,task,40\n")
    own.write_text(
        'id = "mine"\nversion = "1"\ntitle = "Mine"\nsource = "ours"\nraters = ["client"]\n'
        '[[subscales]]\nid = "total"\nlabel = "total"\nminimum = 0\nmaximum = 10\n'
    )
    app = ScoresApp(study)
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)

        async def load(file: Path) -> None:
            await press(pilot, "l")
            await write(pilot, "path", str(file))
            await press(pilot, "enter")

        await load(path)
        assert app.said.startswith("! scores.csv, line 2: task goes from 4 to 20")
        path.write_text(path.read_text().replace("40", "14"))
        await load(path)
        assert app.said == "1 scores entered, 0 replaced, 0 there already."
        assert [one.value for one in all_scores(study)] == [14]
        await load(own)
        assert [line.instrument.id for line in app.scores.grid.sheet.lines][-1] == "mine"
        await press(pilot, "u", "u")
        assert all_scores(study) == []
        await press(pilot, "ctrl+y")
        assert [one.value for one in all_scores(study)] == [14]
