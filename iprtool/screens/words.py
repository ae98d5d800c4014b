"""The words of the codebook on keys 1 to 9, and the list of all of them."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from textwrap import wrap

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from iprtool.model.codebook import Codebook, CodeEntry

LOW_SCREEN = 30
BEFORE_LABEL = 4
Line = tuple[int, str, bool]
"""A line of a column: its key, the piece of the label, and whether the label begins with it."""


class WordsPane(Widget):
    """The words on keys, in two columns; those set on this stop have a ●. A click is a key press."""

    COMPONENT_CLASSES = {"words--key", "words--word", "words--set"}
    DEFAULT_CSS = """
    WordsPane { height: auto; padding: 0 1; }
    WordsPane > .words--key { color: $accent; text-style: bold; }
    WordsPane > .words--word { color: $text; }
    WordsPane > .words--set { color: $text-success; text-style: bold; }
    """
    ALLOW_SELECT = False

    class Pressed(Message):
        """A word was clicked; None stands for "all words"."""

        def __init__(self, key: int) -> None:
            super().__init__()
            self.key = key

    def __init__(self, codebook: Codebook, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._codebook = codebook
        self._set: frozenset[str] = frozenset()

    def show(self, codes: Iterable[str]) -> None:
        """Which codes are set on this stop."""
        fresh = frozenset(codes)
        if fresh != self._set:
            self._set = fresh
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as the longer column needs."""
        return max(map(len, self._layout(width)[1]))

    def render_line(self, y: int) -> Strip:
        """A line of both columns; the last place is "0 all words"."""
        half, columns = self._layout(self.size.width)
        parts = [self._cell(*column[y]) if y < len(column) else [] for column in columns]
        left = Strip(parts[0]).adjust_cell_length(half, self.rich_style)
        return Strip.join([left, Strip(parts[1])]).adjust_cell_length(self.size.width, self.rich_style)

    def _layout(self, width: int) -> tuple[int, list[list[Line]]]:
        """The left column's width and the two columns' lines: a label that is too long goes on in the next line.

        The columns are as wide as keeps them short. On a low screen what stands in brackets is left out.
        """
        return _laid(self._labels(), width)

    def _labels(self) -> tuple[tuple[int, str], ...]:
        labels = [(key, entry.label) for key in range(1, 10) if (entry := self._codebook.on_key(key))]
        if self.screen.size.height < LOW_SCREEN:
            labels = [(key, label.partition(" (")[0]) for key, label in labels]
        return (*labels, (0, f"all {len(self._codebook.codes)} words"))

    def _cell(self, key: int, text: str, begins: bool) -> list[Segment]:
        style = self.get_component_rich_style
        entry = self._codebook.on_key(key) if key else None
        is_set = entry is not None and entry.id in self._set
        name = "words--set" if is_set else "words--word"
        return [
            Segment("● " if is_set and begins else "  ", style(name)),
            Segment(f"{key} " if begins else "  ", style("words--key")),
            Segment(text, style(name)),
        ]

    def on_click(self, event: Click) -> None:
        """The word under the pointer."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        half, columns = self._layout(self.content_size.width)
        column = columns[x >= half]
        if 0 <= y < len(column):
            self.post_message(self.Pressed(column[y][0]))


@lru_cache(maxsize=8)
def _laid(labels: tuple[tuple[int, str], ...], width: int) -> tuple[int, list[list[Line]]]:
    """Labels in two columns: of the widths of the left one that make them shortest, that nearest to the half."""
    middle = (len(labels) + 1) // 2
    sides = (labels[:middle], labels[middle:])

    half, best = width // 2, None
    for left in sorted(range(width // 4, width - width // 4 + 1), key=lambda left: abs(left - half)):
        columns = [_lines(side, room) for side, room in zip(sides, (left, width - left), strict=True)]
        height = max(map(len, columns))
        if best is None or height < best[0]:
            best = height, left, columns
        if height == middle:
            break
    assert best is not None
    return best[1], best[2]


def _lines(labels: Iterable[tuple[int, str]], width: int) -> list[Line]:
    pieces = [(key, wrap(label, max(4, width - BEFORE_LABEL - 1))) for key, label in labels]
    return [(key, piece, index == 0) for key, texts in pieces for index, piece in enumerate(texts)]


class ChoicePane(Vertical):
    """A list to choose one entry from: letters narrow it, arrows go through it, Enter takes, backspace leaves."""

    DEFAULT_CSS = """
    ChoicePane { height: 1fr; padding: 0 1; }
    ChoicePane > #choice-title { color: $accent; text-style: bold; }
    ChoicePane > #choice-typed { background: $boost; color: $text; }
    ChoicePane > OptionList { border: none; height: 1fr; padding: 0; background: transparent; }
    """

    def __init__(
        self,
        title: str,
        choices: list[tuple[str, str]],
        chosen: Callable[[str | None], None],
        *,
        name: str,
    ) -> None:
        super().__init__(name=name)
        self._title = title
        self._choices = choices
        self._chosen = chosen
        self._typed = ""

    def compose(self) -> ComposeResult:
        """A title, what is typed, and what matches it."""
        yield Static(self._title, id="choice-title", markup=False)
        yield Static("", id="choice-typed", markup=False)
        options = OptionList(compact=True, markup=False)
        options.can_focus = False
        yield options

    def on_mount(self) -> None:
        """Everything is shown until something is typed."""
        self._show()

    def press(self, key: str, character: str | None) -> bool:
        """Carry a key out at once, in the order in which they come; False where it is none of the pane's."""
        options = self.query_one(OptionList)
        match key:
            case "up":
                options.action_cursor_up()
            case "down":
                options.action_cursor_down()
            case "enter":
                at = options.highlighted
                self._chosen(options.get_option_at_index(at).id if at is not None else None)
            case "backspace" if not self._typed:
                self._chosen(None)
            case "backspace":
                self._typed = self._typed[:-1]
                self._show()
            case _ if character is not None and character.isprintable():
                self._typed += character
                self._show()
            case _:
                return False
        return True

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """An entry was clicked."""
        event.stop()
        self._chosen(event.option.id)

    def _show(self) -> None:
        needle = self._typed.casefold().strip()
        hint = "type a part of it · enter takes · backspace leaves"
        self.query_one("#choice-typed", Static).update(f"{self._typed}▏" if self._typed else hint)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(text, choice) for choice, text in self._choices if needle in text.casefold())
        options.highlighted = 0 if options.option_count else None


def choices_of(codebook: Codebook, chosen: Iterable[str]) -> list[tuple[str, str]]:
    """A codebook's entries as choices: its key, label and gloss; those set have a ●."""
    is_set = frozenset(chosen)

    def text(entry: CodeEntry) -> str:
        dot = "●" if entry.id in is_set else " "
        gloss = f" — {entry.gloss}" if entry.gloss else ""
        return f"{dot} {entry.key or ' '} {entry.label}{gloss}"

    return [(entry.id, text(entry)) for entry in codebook.codes]
