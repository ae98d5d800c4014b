"""Consents: who has agreed to what, until when, what does not hold today; noting another, or a withdrawal."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Protocol

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from iprtool.commands import CONSENTS
from iprtool.model.consent import PersonConsents, consent_text
from iprtool.model.errors import IprtoolError
from iprtool.model.terms import ConsentScope, levels
from iprtool.recall.beginning import NO_YES, Row
from iprtool.screens.dialogs import BoxDialog
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.keys import bindings_of
from iprtool.screens.new_recall_form import FormPane

Again = Callable[[str], None]
"""Asks once more for what could not be noted, and says why."""

SCOPES: tuple[ConsentScope, ...] = levels(ConsentScope)


class ConsentDesk(Protocol):
    """What the screen asks of the study; every call may be slow, and is made from a thread."""

    def everybody(self) -> list[PersonConsents]:
        """All whose consent is asked, as it stands today."""
        ...

    def give(self, person: str, scopes: Sequence[ConsentScope], signed_on: str, until: str, text_version: str) -> None:
        """Note a consent; IprtoolError where it cannot be."""
        ...

    def withdraw(self, person: str, on: str, scopes: Sequence[ConsentScope], kept_under: str) -> None:
        """Note a withdrawal, of all where no scopes are given; IprtoolError where it cannot be."""
        ...

    def undo(self) -> bool:
        """Take back what was noted last; False where nothing was."""
        ...


class ConsentForm(BoxDialog[dict[str, Any] | None]):
    """A few lines about one person's consent: Enter takes them, Escape leaves all as it was.

    `problem` says why they could not be taken before.
    """

    CSS = BoxDialog.CSS + "BoxDialog FormPane { height: 8; padding: 0; } BoxDialog .problem { color: $text-error; }"
    AUTO_FOCUS = "FormPane"
    BINDINGS = [("enter", "take"), ("escape,ctrl+q", "leave")]

    def __init__(self, title: str, rows: Sequence[Row], problem: str = "") -> None:
        super().__init__()
        self._title, self._rows, self._problem = title, list(rows), problem
        self._values = {row.name: row.value for row in rows}

    def compose(self) -> ComposeResult:
        """Title, lines, keys."""
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            yield FormPane(self._rows, self._set)
            if self._problem:
                yield Static(self._problem, classes="problem", markup=False)
            yield Static("enter notes it · ↑↓ lines · ←→ choose · esc leaves it", classes="hint", markup=False)

    def on_mount(self) -> None:
        """As high as its lines."""
        self.query_one(FormPane).styles.height = len(self._rows)

    def _set(self, name: str, value: Any) -> None:
        self._values[name] = value

    def action_take(self) -> None:
        """Note it."""
        self.dismiss(self._values)

    def action_leave(self) -> None:
        """Leave all as it was."""
        self.dismiss(None)


class ConsentsScreen(Screen[None]):
    """The persons of the study with their consents."""

    CSS = """
    ConsentsScreen OptionList { height: 1fr; border: none; background: transparent; padding: 0 1; }
    """
    AUTO_FOCUS = "OptionList"
    ALLOW_SELECT = False
    BINDINGS = bindings_of(CONSENTS)
    commands = CONSENTS

    class Known(Message):
        """The consents as they are now; a sentence where something could not be noted, and what asks for it again."""

        def __init__(self, everybody: list[PersonConsents], problem: str, said: str, again: Again | None) -> None:
            super().__init__()
            self.everybody = everybody
            self.problem = problem
            self.said = said
            self.again = again

    def __init__(self, desk: ConsentDesk, title: str, person: str | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._title = title
        self._first = person
        self._everybody: list[PersonConsents] = []

    def compose(self) -> ComposeResult:
        """Head line, persons, key line."""
        yield HeadLine(id="head")
        yield OptionList(markup=False, id="persons")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """As the study has it."""
        self.query_one(HeadLine).left = f"iprtool  {self._title} · consents"
        self.query_one(KeyLine).table = self.commands
        self._carry_out(lambda: "")

    @work(thread=True, group="consents", exit_on_error=False)
    def _carry_out(self, change: Callable[[], str], again: Again | None = None) -> None:
        problem = said = ""
        try:
            said = change()
        except IprtoolError as error:
            problem = str(error)
        self.post_message(self.Known(self._desk.everybody(), problem, said, again))

    @on(Known)
    def _show(self, event: Known) -> None:
        self._everybody = event.everybody
        persons = self.query_one(OptionList)
        at = persons.highlighted
        persons.clear_options()
        persons.add_options(Option(_person_text(one), one.person) for one in event.everybody)
        first = next((n for n, one in enumerate(event.everybody) if one.person == self._first), 0)
        persons.highlighted = (at if at is not None else first) if event.everybody else None
        without = sum(one.problem is not None for one in event.everybody)
        self.query_one(HeadLine).right = f"{without} of {len(event.everybody)} do not hold today" if without else ""
        if event.problem and event.again:
            event.again(event.problem)
        elif event.problem:
            self.notify(event.problem, severity="error", timeout=10)
        elif event.said:
            self.notify(event.said)

    @property
    def _person(self) -> PersonConsents | None:
        at = self.query_one(OptionList).highlighted
        return None if at is None or at >= len(self._everybody) else self._everybody[at]

    @on(OptionList.OptionSelected)
    def _entered(self) -> None:
        self.action_give()

    def action_give(self) -> None:
        """Note what was signed."""
        person = self._person
        if person is None:
            self.notify("There is nobody here yet; people are added in the study's list.")
            return
        rows = [
            *(Row(scope, scope, scope == "research", NO_YES) for scope in SCOPES),
            Row("signed", "signed on", date.today().isoformat(), hint="for instance 2026-01-31"),
            Row("until", "holds until", "", hint="its last day, or nothing"),
            Row("text", "version", "", hint="of the text that was signed, if it has one"),
        ]

        self._ask(f"{person.label} has consented to", rows, partial(self._gave, person))

    def _ask(self, title: str, rows: Sequence[Row], take: Callable[[dict[str, Any]], str], problem: str = "") -> None:
        """Ask until it can be noted or is left; what was written stays in its lines."""

        def taken(values: dict[str, Any] | None) -> None:
            if values is not None:
                kept = [msgspec.structs.replace(row, value=values[row.name]) for row in rows]
                self._carry_out(partial(take, values), partial(self._ask, title, kept, take))

        self.app.push_screen(ConsentForm(title, rows, problem), taken)

    def _gave(self, person: PersonConsents, values: dict[str, Any]) -> str:
        scopes = [scope for scope in SCOPES if values[scope]]
        self._desk.give(person.person, scopes, values["signed"], values["until"], values["text"])
        return f"{person.label}'s consent is noted; u takes it back."

    def action_withdraw(self) -> None:
        """Note a withdrawal."""
        person = self._person
        if person is None:
            return
        if person.withdrawn_on is not None:
            self.notify(f"{person.label} withdrew on {person.withdrawn_on} already.")
            return
        rows = [
            Row("on", "since", date.today().isoformat(), hint="for instance 2026-01-31"),
            Row("scope", "from", None, ((None, "everything"), *((scope, scope) for scope in SCOPES))),
            Row("rule", "kept under", "", hint="the rule by which their data stay, or nothing"),
        ]
        self._ask(f"{person.label} has withdrawn", rows, partial(self._withdrew, person))

    def _withdrew(self, person: PersonConsents, values: dict[str, Any]) -> str:
        scopes = [values["scope"]] if values["scope"] else []
        self._desk.withdraw(person.person, values["on"], scopes, values["rule"].strip())
        return f"{person.label}'s withdrawal is noted; u takes it back."

    def action_undo(self) -> None:
        """Take the last change back."""
        self._carry_out(lambda: "Taken back." if self._desk.undo() else "There is nothing to take back.")

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.commands))

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)


def _person_text(one: PersonConsents) -> Content:
    """A person's lines: who, what they agreed to, what does not hold."""
    mark = "!" if one.problem else "✓" if one.consents else " "
    head = Content.assemble((f"{mark} {one.label:<14}", "bold"), (one.role.replace("_", " "), ""))
    lines = [head, *(Content(f"     {consent_text(given)}") for given in one.consents)]
    if one.problem:
        # What is noted at the command line with a command, is noted here with a key.
        lines.append(Content("     " + re.sub(r"with: iprtool consent STUDY .*\.$", "with n.", one.problem)))
    return Content("\n").join(lines)
