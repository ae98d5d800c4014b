"""The words on keys: every label is read whole, and every line of it can be clicked."""

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from iprtool.desk.recalls import codebook_for
from iprtool.screens.words import WordsPane


class Pane(App[None]):
    """A codebook's words, and what was clicked."""

    def __init__(self, codebook: str) -> None:
        super().__init__()
        self.codebook = codebook_for("researcher", codebook)
        self.pressed: list[int] = []

    def compose(self) -> ComposeResult:
        yield WordsPane(self.codebook)
        yield Static("below")

    def on_words_pane_pressed(self, event: WordsPane.Pressed) -> None:
        self.pressed.append(event.key)

    def read(self) -> dict[int, str]:
        """The labels by key, as a person puts them together from the two columns."""
        pane = self.query_one(WordsPane)
        half = pane._layout(pane.size.width)[0]
        labels: dict[int, str] = {}
        for piece in (slice(0, half), slice(half, None)):
            last = -1
            for y in range(pane.size.height):
                text = pane.render_line(y).text[piece]
                key, label = text[:4].strip(" ●"), text[4:].strip()
                last = int(key) if key else last
                if label:
                    labels[last] = f"{labels.get(last, '')} {label}".strip()
        return labels


@pytest.mark.parametrize("codebook", ["recaller-plain", "therapist-plain", "elliott-events-1985"])
@pytest.mark.parametrize("size", [(56, 24), (68, 40), (120, 40)])
async def test_every_label_is_read_whole(codebook: str, size: tuple[int, int]) -> None:
    app = Pane(codebook)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        low = size[1] < 30
        for key, label in app.read().items():
            entry = app.codebook.on_key(key)
            whole = entry.label if entry else f"all {len(app.codebook.codes)} words"
            assert label == (whole.partition(" (")[0] if low else whole)


async def test_a_click_on_any_line_of_a_label_is_its_key() -> None:
    app = Pane("therapist-plain")
    async with app.run_test(size=(56, 24)) as pilot:
        await pilot.pause()
        pane = app.query_one(WordsPane)
        half, columns = pane._layout(pane.size.width)
        clicked = [(0, y) for y in range(len(columns[0]))] + [(half, y) for y in range(len(columns[1]))]
        for x, y in clicked:
            await pilot.click(WordsPane, offset=(x + 1, y))
        await pilot.pause()
        assert app.pressed == [key for column in columns for key, _, _ in column]
        assert set(app.pressed) == set(range(10))
