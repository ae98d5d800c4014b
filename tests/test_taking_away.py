"""What is taken off a screen by keys typed fast is not drawn any more, whenever the screen happens to be drawn."""

from collections.abc import Iterator
from typing import Any

import pytest
from textual.events import Key
from textual.screen import Screen
from textual.widget import Widget

from tests.recall_desk import desk
from tests.test_review_links_screen import desk as review_desk

CHARACTERS = {"enter": "\r", "space": " ", "slash": "/", "backspace": "\x7f"}


class Drawn:
    """A screen that is looked at whenever a widget has just gone, as it may be drawn then by a timer."""

    def __init__(self) -> None:
        self.screen: Screen[Any] | None = None
        self.ghosts: list[Widget] = []

    def look(self) -> None:
        """What is gone, and would be drawn all the same: without its styles, which Textual does not survive."""
        if self.screen is not None and self.screen.is_current:
            shown = self.screen._compositor.visible_widgets
            self.ghosts += [one for one in shown if not one.is_attached and one.COMPONENT_CLASSES]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[Drawn]:
    """The screen is looked at in the moment when a widget has gone from it."""
    watched, leave = Drawn(), Widget._message_loop_exit

    async def left(widget: Widget) -> None:
        await leave(widget)
        watched.look()

    monkeypatch.setattr(Widget, "_message_loop_exit", left)
    yield watched


async def burst(table: Any, drawn: Drawn, *keys: str) -> None:
    """Keys, all there before the first is looked at."""
    drawn.screen = table.app.screen
    here = table.app.screen.focused or table.app.screen
    for key in keys:
        here.post_message(Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))
    for _ in range(5):
        await table.pilot.pause()
    drawn.screen = None


async def test_the_answer_to_the_closing_question(drawn: Drawn) -> None:
    async with desk() as table:
        await table.press("ctrl+q")
        await burst(table, drawn, "o", "k", "enter")
        assert "Thank you." in table.shown
        assert drawn.ghosts == []


@pytest.mark.parametrize(
    "opened", [("0",), ("space", "ctrl+o"), ("space", "1", "ctrl+e"), ("space", "1", "ctrl+e", "down", "down")]
)
async def test_a_pane_of_a_recall(drawn: Drawn, opened: tuple[str, ...]) -> None:
    async with desk("researcher") as table:
        await table.press(*opened)
        await burst(table, drawn, "enter", "space")
        await burst(table, drawn, "ctrl+l", "backspace", "space")
        assert drawn.ghosts == []


@pytest.mark.parametrize("opened", [("slash",), ("n", "h"), ("r", "e"), ("n", "k")])
async def test_a_form_of_a_review(drawn: Drawn, opened: tuple[str, ...]) -> None:
    async with review_desk() as table:
        await table.does(*opened)
        await burst(table, drawn, "escape", "n", "n")
        assert drawn.ghosts == []
