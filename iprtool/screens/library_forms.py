"""What all forms of the library have: whom they tell, how what was typed is kept, and how it is read."""

from collections.abc import Callable
from typing import Protocol

import msgspec
from textual.app import App

from iprtool.library import editing
from iprtool.library.editing import Change, Value
from iprtool.library.overview import RecallState
from iprtool.library.port import StudyShelf
from iprtool.library.roster import DYADIC, Roster
from iprtool.library.visit import Visit
from iprtool.library.wish import Chosen
from iprtool.library.wording import role_words
from iprtool.model.errors import IprtoolError
from iprtool.model.study import Dyad, Person, Session
from iprtool.model.terms import Role, levels
from iprtool.screens.library_form import FormField, FormScreen
from iprtool.screens.library_menu import MenuItem
from iprtool.screens.paths import full_path

MOST_FILES = 8
PSEUDONYM = "Pseudonyms only: a code such as D05-C, never a name or initials."
HELD_HINT = "2026-03-02 14:50, or the day alone"
DAY_HINT = "a day, as 2027-12-31"
NOBODY = ("", "nobody in particular")
CHANNELS = (NOBODY, *((role, role_words(role)) for role in DYADIC))

ADDING = (
    MenuItem("r", "recording", "a recording", "one or several files of a session"),
    MenuItem("s", "session", "a session", "its recording may come later"),
    MenuItem("p", "person", "a person", "client, therapist, interpreter, coder …: by pseudonym"),
    MenuItem("d", "dyad", "a dyad", "with its group"),
)

Values = dict[str, str]


class Library(Protocol):
    """The screen over which the forms are shown."""

    @property
    def roster(self) -> Roster:
        """The roster as it is shown."""
        ...

    @property
    def app(self) -> App[object]:
        """The app, which shows the forms."""
        ...

    def entered(self, said: str) -> None:
        """Something was entered: show it."""
        ...

    def chosen_recall(self) -> RecallState | None:
        """The recall that the cursor is on."""
        ...


class Forms:
    """What they are given goes to the shelf, and can be undone by way of the visit."""

    def __init__(self, library: Library, shelf: StudyShelf, visit: Visit) -> None:
        self._library = library
        self._shelf = shelf
        self._visit = visit
        self._asked: set[str] = set()

    @property
    def _roster(self) -> Roster:
        return self._library.roster

    def _enter(self, change: Change) -> None:
        self._ask_about(change)
        steps = tuple(step for step in change.steps if step.was != step.now)
        if steps:
            change = msgspec.structs.replace(change, steps=steps)
            try:
                self._shelf.carry_out(change)
            except IprtoolError:
                self._library.entered("")
                raise
            self._visit.entered(change)
            if steps[-1].was is None:
                self._visit.chosen = chosen_by(steps[-1].now) or self._visit.chosen
            self._library.entered(f"{change.what[0].upper()}{change.what[1:]}; u undoes it.")

    def _ask_about(self, change: Change) -> None:
        """IprtoolError, once in a form, where a label looks like a name."""
        name = editing.name_entered(change)
        if name is not None:
            self._ask(f"{name} looks like a name; a code such as D05-C keeps it out.")

    def _ask(self, doubt: str) -> None:
        """IprtoolError, once in a form."""
        if doubt not in self._asked:
            self._asked.add(doubt)
            raise IprtoolError(f"{doubt} Enter again keeps it.")

    def _show(self, title: str, fields: list[FormField], take: Callable[[Values], None], about: str = "") -> None:
        self._asked.clear()
        self._library.app.push_screen(FormScreen(title, fields, take, about=about))

    def _dyad_label(self) -> str:
        chosen = self._visit.chosen
        return self._roster.dyad(chosen.dyad).label if chosen.dyad else ""

    def _next_number(self) -> int:
        chosen = self._visit.chosen
        return editing.next_number(self._roster, chosen.dyad) if chosen.dyad else 1

    def _person_fields(self, label: str, role: str, dyad: str) -> list[FormField]:
        named = {"observer": "coder (observer)", "researcher": "researcher (inquirer)"}
        roles: tuple[Role, ...] = levels(Role)
        choices = tuple((one, named.get(one, role_words(one))) for one in roles)
        return [
            FormField("label", "pseudonym", label, hint="as D05-C, or K1 for a coder"),
            FormField("role", "role", role, "choice", choices),
            FormField("dyad", "dyad", dyad, hint="its label; none for researchers and coders"),
        ]


def chosen_by(added: Value) -> Chosen | None:
    """What was added, as what is chosen from now on."""
    match added:
        case Dyad():
            return Chosen(dyad=added.id)
        case Session():
            return Chosen(dyad=added.dyad, session=added.id)
        case Person():
            return Chosen(dyad=added.dyad, person=added.id)
        case _:
            return None


def after_file(number: int) -> str | None:
    """After which file's field this one's is shown."""
    return f"file_{number - 1}" if number > 1 else None


def whole_number(text: str) -> int:
    """A session's number; IprtoolError where it is none."""
    try:
        return int(text)
    except ValueError:
        raise IprtoolError("A session's number is a whole number, 1 or more.") from None


def existing_file(typed: str) -> str:
    """The whole path of a file that is there; IprtoolError where it is not."""
    path = full_path(typed)
    try:
        there = path.is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise IprtoolError(f"There is no file {path.name[:60]} in {path.parent.name or path.parent}; check its path.")
    return str(path)


def channels_of(values: Values) -> tuple[Role, ...]:
    """Who speaks on the channels, left first, as far as it was said."""
    named: list[Role] = [values[side] for side in ("left", "right") if values[side]]  # type: ignore[misc]  # roles
    return tuple(named)
