"""Dialogs of the researcher's screens: a question with what it is about, and a list to choose from."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ScreenResultType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from iprtool.screens.dialog import Dialog


class BoxDialog(Dialog[ScreenResultType]):
    """A box over another screen: a title, what it is about, and the keys."""

    # The rules name this class, of which every such box is a kind.
    SCOPED_CSS = False
    CSS = """
    BoxDialog { align: center middle; }
    BoxDialog > Vertical {
        width: 76; max-width: 96%; height: auto; max-height: 90%; border: round $primary; background: $surface;
        padding: 0 1;
    }
    BoxDialog .title { color: $accent; text-style: bold; }
    BoxDialog .hint { color: $text-muted; }
    BoxDialog VerticalScroll { height: auto; max-height: 1fr; }
    BoxDialog OptionList { height: auto; max-height: 1fr; border: none; padding: 0; background: transparent; }
    """


class ConfirmScreen(BoxDialog[bool]):
    """A question, with what it is about: Enter or y says yes, n or Escape no."""

    BINDINGS = [
        Binding("enter,y", "answer(True)", show=False),
        Binding("escape,n,q,ctrl+q", "answer(False)", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], answers: str = "enter yes · esc no") -> None:
        super().__init__()
        self._title, self._lines, self._answers = title, lines, answers

    def compose(self) -> ComposeResult:
        """The question, its lines, the answers."""
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll():
                yield Static("\n".join(self._lines), markup=False)
            yield Static(self._answers, classes="hint", markup=False)

    def action_answer(self, answer: bool) -> None:
        """Yes or no."""
        self.dismiss(answer)


class PickScreen(BoxDialog[list[str] | None]):
    """A list to choose from; with `several`, Space ticks and Enter takes those that are ticked."""

    BINDINGS = [
        Binding("space", "tick", show=False, priority=True),
        Binding("enter", "take", show=False, priority=True),
        Binding("escape,q,ctrl+q", "leave", show=False),
    ]

    def __init__(
        self, title: str, choices: Sequence[tuple[str, str]], chosen: Sequence[str] = (), *, several: bool = False
    ) -> None:
        super().__init__()
        self._title, self._choices, self._several = title, dict(choices), several
        self._chosen = set(chosen)

    def compose(self) -> ComposeResult:
        """The title, the list, the keys."""
        keys = "space ticks · enter takes them · esc leaves it" if self._several else "enter takes it · esc leaves it"
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            yield OptionList(*(Option(self._text(one), one) for one in self._choices), compact=True, markup=False)
            yield Static(keys, classes="hint", markup=False)

    def on_mount(self) -> None:
        """The cursor is on what is chosen."""
        names = list(self._choices)
        options = self.query_one(OptionList)
        options.focus()
        options.highlighted = next((names.index(one) for one in names if one in self._chosen), 0 if names else None)

    def action_tick(self) -> None:
        """Tick the one under the cursor, or take its tick off."""
        here = self._here()
        if here is not None and self._several:
            self._chosen ^= {here}
            self.query_one(OptionList).replace_option_prompt(here, self._text(here))

    def action_take(self) -> None:
        """Take what is ticked, or the one under the cursor."""
        here = self._here()
        if self._several:
            self.dismiss([one for one in self._choices if one in self._chosen])
        elif here is not None:
            self.dismiss([here])

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._several:
            self.action_tick()
        else:
            self.action_take()

    def action_leave(self) -> None:
        """Nothing is chosen."""
        self.dismiss(None)

    def _here(self) -> str | None:
        options = self.query_one(OptionList)
        return None if options.highlighted is None else options.get_option_at_index(options.highlighted).id

    def _text(self, name: str) -> str:
        return f"{'●' if name in self._chosen else ' '} {self._choices[name]}"
