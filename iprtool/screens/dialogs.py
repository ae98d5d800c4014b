"""Dialogs of the researcher's screens: a form of a few lines, a question, a choice."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

Check = Callable[[Mapping[str, str]], str | None]
"""Why what was typed, by the fields' names, is not right, in one sentence; None where it is."""

_CSS = """
    {name} {{ align: center middle; }}
    {name} > Vertical {{
        width: 76; max-width: 96%; height: auto; max-height: 90%; border: round $primary; background: $surface;
        padding: 0 1;
    }}
    {name} .title {{ color: $accent; text-style: bold; }}
    {name} .hint {{ color: $text-muted; }}
    {name} .wrong {{ color: $text-error; height: auto; }}
    {name} Input {{ border: none; height: 1; padding: 0; background: $boost; }}
    {name} Input:focus {{ background: $primary-background; }}
    {name} VerticalScroll {{ height: auto; max-height: 1fr; }}
    {name} OptionList {{ height: auto; max-height: 1fr; border: none; padding: 0; background: transparent; }}
"""


class FormField(msgspec.Struct, frozen=True):
    """One line of a form: its name, its label, what stands in it, a hint, and what it may be if that is limited."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()


class FormScreen(ModalScreen[dict[str, str] | None]):
    """A few lines to be filled in: Enter takes them all if they are right, Escape leaves all as it was."""

    CSS = _CSS.format(name="FormScreen")
    BINDINGS = [
        Binding("escape,ctrl+q", "leave", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, fields: Sequence[FormField], check: Check) -> None:
        super().__init__()
        self._title, self._fields, self._check = title, fields, check

    def compose(self) -> ComposeResult:
        """The title, each field with its label, what is wrong, the keys."""
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=False):
                for field in self._fields:
                    hint = f"  {field.hint}" if field.hint else ""
                    yield Static(f"{field.label}{hint}", classes="hint", markup=False)
                    suggester = SuggestFromList(field.choices) if field.choices else None
                    yield Input(field.value, id=f"field-{field.name}", suggester=suggester, select_on_focus=False)
            yield Static("", id="wrong", classes="wrong", markup=False)
            yield Static("enter takes it · ↑↓ fields · esc leaves it as it was", classes="hint", markup=False)

    @on(Input.Changed)
    def _changed(self) -> None:
        """What was wrong is looked at again."""
        if self.query_one("#wrong", Static).content:
            self._wrong()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._wrong() is None:
            self.dismiss(self._values())

    def action_leave(self) -> None:
        """Nothing is changed."""
        self.dismiss(None)

    def _wrong(self) -> str | None:
        problem = self._check(self._values())
        self.query_one("#wrong", Static).update(problem or "")
        return problem

    def _values(self) -> dict[str, str]:
        return {one.name: self.query_one(f"#field-{one.name}", Input).value.strip() for one in self._fields}


class ConfirmScreen(ModalScreen[bool]):
    """A question, with what it is about: Enter or y says yes, n or Escape no."""

    CSS = _CSS.format(name="ConfirmScreen")
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


class PickScreen(ModalScreen[list[str] | None]):
    """A list to choose from; with `several`, Space ticks and Enter takes those that are ticked."""

    CSS = _CSS.format(name="PickScreen")
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
