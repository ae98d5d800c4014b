"""The registers as the library leads to them: each by its letter, with its own palette, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from iprtool.commands.registers import CODEBOOK, CODEBOOKS, EDITING, GUIDES, HISTORY, SCORES
from iprtool.library.visit import Visit
from iprtool.library_app import LibraryApp
from iprtool.screens.codebook_editor import CodebookEditor
from iprtool.screens.codebooks import CodebooksScreen
from iprtool.screens.guide_editor import GuideEditor
from iprtool.screens.guides import GuidesScreen
from iprtool.screens.help import HelpScreen
from iprtool.screens.history import HistoryScreen
from iprtool.screens.register import RegisterScreen
from iprtool.screens.scores import ScoresScreen
from iprtool.store.keys import create_open_keyring
from iprtool.store.study import Study
from tests.registers_desk import calm, press
from tests.store_samples import a_study

REGISTERS: dict[str, type[RegisterScreen]] = {
    "s": ScoresScreen,
    "k": CodebooksScreen,
    "g": GuidesScreen,
    "h": HistoryScreen,
}


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as made:
        yield made


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 10)])
async def test_each_register_is_a_letter_away_and_knows_its_own_commands(study: Study, size: tuple[int, int]) -> None:
    app = LibraryApp(study, Visit())
    async with app.run_test(size=size) as pilot:
        await calm(pilot)
        for key, kind in REGISTERS.items():
            await press(pilot, key)
            assert isinstance(app.screen, kind)
            listed = {command.title for command in app.get_system_commands(app.screen)}
            assert listed == {one.label for one in app.screen.commands if one.palette}
            await press(pilot, "question_mark")
            assert [type(one) for one in app.screen_stack[1:]] == [kind, HelpScreen]
            await press(pilot, "q")
            await press(pilot, "q")
            assert app.screen_stack == [app.library]


def test_every_command_of_a_register_has_what_it_runs() -> None:
    tables = {
        ScoresScreen: SCORES,
        CodebooksScreen: CODEBOOKS,
        CodebookEditor: CODEBOOK,
        GuidesScreen: GUIDES,
        GuideEditor: EDITING,
        HistoryScreen: HISTORY,
    }
    for screen, table in tables.items():
        for command in table:
            assert hasattr(screen, f"action_{command.action}"), (screen, command.id)
        keys = [key for command in table for key in command.keys.split(",")]
        assert len(keys) == len(set(keys)), (screen, keys)
