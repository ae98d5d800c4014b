"""What is entered in the library, form by form: people, dyads, sessions, recordings, and why a recall is missing."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec
from textual.app import App

from iprtool.library import editing
from iprtool.library.dates import written
from iprtool.library.editing import Change, Value
from iprtool.library.overview import RecallState
from iprtool.library.port import NewRecording, StudyShelf
from iprtool.library.roster import DYADIC, Roster
from iprtool.library.visit import Visit
from iprtool.library.wish import Chosen
from iprtool.library.wording import REASON_WORDS, role_words
from iprtool.model.errors import IprtoolError
from iprtool.model.study import Dyad, Person, Recording, Session
from iprtool.model.terms import MissingReason, Role, levels
from iprtool.screens.library_form import FormField, FormScreen
from iprtool.screens.library_menu import MenuItem, MenuScreen
from iprtool.screens.paths import full_path

MOST_FILES = 8
PSEUDONYM = "Pseudonyms only: a code such as D05-C, never a name or initials."
HELD_HINT = "2026-03-02 14:50, or the day alone"
DAY_HINT = "a day, as 2027-12-31"
_NOBODY = ("", "nobody in particular")
_CHANNELS = (_NOBODY, *((role, role_words(role)) for role in DYADIC))

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


class Entering:
    """The forms of a library; what they are given goes to the shelf, and can be undone by way of the visit."""

    def __init__(self, library: Library, shelf: StudyShelf, visit: Visit) -> None:
        self._library = library
        self._shelf = shelf
        self._visit = visit

    @property
    def _roster(self) -> Roster:
        return self._library.roster

    def add(self) -> None:
        """Ask what is to be added."""
        forms = {
            "recording": self.add_recording,
            "session": self.add_session,
            "person": self.add_person,
            "dyad": self.add_dyad,
        }

        def chosen(what: str | None) -> None:
            if what is not None:
                forms[what]()

        self._library.app.push_screen(MenuScreen("Add", ADDING), chosen)

    def add_dyad(self) -> None:
        """A dyad."""
        fields = [
            FormField("label", "label", editing.next_label(self._roster), hint="a pseudonym, as D05"),
            FormField("group", "group", hint="nothing, or the group's name"),
        ]

        def take(values: Values) -> None:
            self._enter(editing.new_dyad(self._roster, values["label"], values["group"]))

        self._show("A new dyad", fields, take, PSEUDONYM)

    def add_person(self) -> None:
        """A person, in the dyad that is chosen."""
        label = self._dyad_label()
        fields = self._person_fields(f"{label}-" if label else "", "client" if label else "observer", label)

        def take(values: Values) -> None:
            role: Role = values["role"]  # type: ignore[assignment]  # one of the choices, which are roles
            dyad = values["dyad"] if role in DYADIC else ""
            self._enter(editing.new_person(self._roster, values["label"], role, dyad))

        self._show("A new person", fields, take, PSEUDONYM)

    def _person_fields(self, label: str, role: str, dyad: str) -> list[FormField]:
        named = {"observer": "observer (coder)", "researcher": "researcher (inquirer)"}
        roles: tuple[Role, ...] = levels(Role)  # type: ignore[assignment]  # they are the roles
        choices = tuple((one, named.get(one, role_words(one))) for one in roles)
        return [
            FormField("role", "role", role, "choice", choices),
            FormField("label", "pseudonym", label, hint="as D05-C, or K1 for a coder"),
            FormField("dyad", "dyad", dyad, hint="its label; none for researchers and coders"),
        ]

    def add_session(self) -> None:
        """A session of the dyad that is chosen."""
        label, number = self._dyad_label(), self._next_number()
        fields = [
            FormField("dyad", "dyad", label, hint="its label, as D05"),
            FormField("number", "session number", str(number)),
            FormField("held", "ended", hint=HELD_HINT),
        ]

        def take(values: Values) -> None:
            number = _whole(values["number"])
            self._enter(editing.new_session(self._roster, values["dyad"], number, values["held"]))

        self._show("A new session", fields, take)

    def add_recording(self) -> None:
        """A recording of the session that is chosen, from one file or several; it is worked on in the queue."""
        chosen = self._visit.chosen
        session = next((one for one in self._roster.sessions if one.id == chosen.session), None)
        files = [
            FormField(f"file_{n}", "file" if n == 1 else f"then file {n}", "", "path", (), "", _after(n))
            for n in range(1, MOST_FILES + 1)
        ]
        fields = [
            *files,
            FormField("dyad", "dyad", self._dyad_label(), hint="its label, as D05"),
            FormField("number", "session number", str(session.number if session else self._next_number())),
            FormField("gaps", "time between", "", hint="as the files tell, or 90s, or 1:30 and 20s", after="file_2"),
            FormField("transcript", "transcript", "", "path", hint="none, or a .vtt file"),
            FormField("left", "left channel", "", "choice", _CHANNELS),
            FormField("right", "right channel", "", "choice", _CHANNELS),
            FormField("keep", "kept until", hint=DAY_HINT),
        ]
        about = "It is sealed into the study; the files themselves are not touched."
        self._show("A session's recording", fields, self._take_recording, about)

    def _take_recording(self, values: Values) -> None:
        files = [values[f"file_{n}"] for n in range(1, MOST_FILES + 1) if values[f"file_{n}"].strip()]
        paths = [_existing(one) for one in files]
        if not paths:
            raise IprtoolError("Name the recording's file; ctrl+o shows the folders.")
        gaps = [self._shelf.gap_ms(one) for one in values["gaps"].replace(" and ", " ").replace(",", " ").split()]
        if gaps and len(gaps) != len(paths) - 1:
            raise IprtoolError(f"{len(paths)} files have {len(paths) - 1} times between them; give each, or none.")
        keep = editing.checked_keep_until(values["keep"])
        transcript = _existing(values["transcript"]) if values["transcript"].strip() else None
        session = self._session_for(values["dyad"], _whole(values["number"]))
        new = NewRecording(session, tuple(paths), tuple(gaps), _channels(values), transcript, keep)
        label = f"{values['dyad'].strip()}, session {values['number'].strip()}: recording"
        self._visit.work.add(label, partial(self._shelf.add_recording, new))
        self._library.entered("")

    def _session_for(self, dyad: str, number: int) -> str:
        """The session's id; it is added where it is not there."""
        try:
            return editing.the_session(self._roster, dyad.strip(), number).id
        except IprtoolError:
            change = editing.new_session(self._roster, dyad, number)
            self._enter(change)
            return change.steps[-1].now.id

    def edit(self) -> None:
        """Correct what is chosen."""
        chosen = self._visit.chosen
        roster = self._roster
        if chosen.person is not None and chosen.session is None:
            self._edit_person(roster.person(chosen.person))
        elif chosen.session is not None:
            self._edit_session(chosen.session)
        elif chosen.dyad is not None:
            self._edit_dyad(chosen.dyad)
        else:
            self._edit_study()

    def _edit_dyad(self, ident: str) -> None:
        was = self._roster.dyad(ident)
        fields = [FormField("label", "label", was.label), FormField("group", "group", was.group or "")]

        def take(values: Values) -> None:
            self._enter(editing.changed_dyad(self._roster, ident, values["label"], values["group"]))

        self._show(f"Dyad {was.label}", fields, take, PSEUDONYM)

    def _edit_person(self, was: Person) -> None:
        dyad = self._roster.dyad(was.dyad).label if was.dyad else ""
        fields = self._person_fields(was.label, was.role, dyad)

        def take(values: Values) -> None:
            role: Role = values["role"]  # type: ignore[assignment]  # one of the choices, which are roles
            dyad = values["dyad"] if role in DYADIC else ""
            self._enter(editing.changed_person(self._roster, was.id, values["label"], role, dyad))

        self._show(was.label, [*fields[1:], fields[0]], take, PSEUDONYM)

    def _edit_session(self, ident: str) -> None:
        was = self._roster.session(ident)
        recording = next((one for one in reversed(self._roster.recordings) if one.session == ident), None)
        fields = [
            FormField("number", "session number", str(was.number)),
            FormField("held", "ended", written(was.held_at) if was.held_at else "", hint=HELD_HINT),
        ]
        if recording is not None:
            fields += self._recording_fields(recording)

        def take(values: Values) -> None:
            steps = editing.changed_session(self._roster, ident, _whole(values["number"]), values["held"]).steps
            if recording is not None:
                new = editing.changed_recording(
                    self._roster, recording.id, values["keep"], _channels(values), values["session"]
                )
                steps = (*steps, *new.steps)
                self._add_transcript(recording, values["transcript"], was.number)
            self._enter(Change(f"session {values['number'].strip()} changed", steps))

        self._show(f"{self._roster.dyad(was.dyad).label} · session {was.number}", fields, take)

    def _recording_fields(self, recording: Recording) -> list[FormField]:
        left, right, *_ = (*recording.channel_speakers, "", "")
        labels = {one.id: one.label for one in self._roster.dyads}
        sessions = tuple((one.id, f"{labels[one.dyad]} · {one.number}") for one in self._roster.sessions)
        hint = "in its place: a .vtt file" if recording.transcript else "none yet: a .vtt file"
        return [
            FormField("keep", "kept until", recording.keep_until or "", hint=DAY_HINT),
            FormField("transcript", "transcript", "", "path", hint=hint),
            FormField("left", "left channel", left, "choice", _CHANNELS),
            FormField("right", "right channel", right, "choice", _CHANNELS),
            FormField("session", "recording is of", recording.session, "choice", sessions),
        ]

    def _add_transcript(self, recording: Recording, typed: str, number: int) -> None:
        if not typed.strip():
            return
        path = _existing(typed)

        def run(_: Callable[[float], None]) -> str:
            self._shelf.add_transcript(recording.id, path)
            return "The transcript is in the study."

        self._visit.work.add(f"session {number}: transcript", run)

    def _edit_study(self) -> None:
        roster = self._roster
        yes_no = (("yes", "yes"), ("no", "no"))
        fields = [FormField("contact", "contact card", roster.contact, hint="whom a participant can turn to")]
        fields += [
            FormField(role, f"{role_words(role)}", "yes" if role in roster.recalled else "no", "choice", yes_no)
            for role in DYADIC
        ]

        def take(values: Values) -> None:
            roles = [role for role in DYADIC if values[role] == "yes"]
            steps = editing.recalled(roster, roles).steps
            if values["contact"].strip() != roster.contact:
                steps = (*steps, *editing.contact_card(roster, values["contact"]).steps)
            self._enter(Change("study changed", steps))

        about = "The card closes every recall begun from now on. Below: whose recall of each session is expected."
        self._show(self._shelf.name, fields, take, about)

    def missing(self) -> None:
        """Why the chosen recall did not take place."""
        state = self._library.chosen_recall()
        if state is None:
            self._library.entered("Choose a recall first; x then says why it did not take place.")
            return
        if state.status == "done":
            self._library.entered("This recall was done; only one that did not take place is missing.")
            return
        reasons: tuple[MissingReason, ...] = levels(MissingReason)  # type: ignore[assignment]  # they are the reasons
        choices: list[tuple[str, str]] = [(one, REASON_WORDS[one]) for one in reasons]
        if state.recall is not None and state.status == "missing":
            choices.append(("", "it is to come after all"))
        fields = [FormField("reason", "because", state.reason or "declined", "choice", tuple(choices))]

        def take(values: Values) -> None:
            reason: MissingReason | None = values["reason"] or None  # type: ignore[assignment]  # one of the choices
            self._enter(editing.missing(state, reason, role_words(state.by)))

        self._show(f"The {role_words(state.by)}'s recall did not take place", fields, take)

    def undo(self) -> None:
        """Take back what was entered last."""
        if not self._visit.done:
            self._library.entered("Nothing has been entered here that could be undone.")
            return
        change = self._visit.done[-1]
        try:
            self._shelf.take_back(change)
        except IprtoolError as error:
            self._library.entered(str(error))
            return
        self._visit.undone.append(self._visit.done.pop())
        self._library.entered(f"Undone: {change.what}.")

    def redo(self) -> None:
        """Enter again what was taken back last."""
        if not self._visit.undone:
            self._library.entered("Nothing was taken back that could be entered again.")
            return
        change = self._visit.undone[-1]
        try:
            self._shelf.carry_out(change)
        except IprtoolError as error:
            self._library.entered(str(error))
            return
        self._visit.done.append(self._visit.undone.pop())
        self._library.entered(f"Done again: {change.what}.")

    def _enter(self, change: Change) -> None:
        steps = tuple(step for step in change.steps if step.was != step.now)
        if steps:
            change = msgspec.structs.replace(change, steps=steps)
            self._shelf.carry_out(change)
            self._visit.entered(change)
            if steps[-1].was is None:
                self._visit.chosen = _chosen(steps[-1].now) or self._visit.chosen
            self._library.entered(f"{change.what[0].upper()}{change.what[1:]}; u undoes it.")

    def _show(self, title: str, fields: list[FormField], take: Callable[[Values], None], about: str = "") -> None:
        self._library.app.push_screen(FormScreen(title, fields, take, about=about))

    def _dyad_label(self) -> str:
        chosen = self._visit.chosen
        return self._roster.dyad(chosen.dyad).label if chosen.dyad else ""

    def _next_number(self) -> int:
        chosen = self._visit.chosen
        return editing.next_number(self._roster, chosen.dyad) if chosen.dyad else 1


def _chosen(added: Value) -> Chosen | None:
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


def _after(number: int) -> str | None:
    return f"file_{number - 1}" if number > 1 else None


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise IprtoolError("A session's number is a whole number, 1 or more.") from None


def _existing(typed: str) -> str:
    path = full_path(typed)
    try:
        there = path.is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise IprtoolError(f"There is no file {path.name[:60]} in {path.parent.name or path.parent}; check its path.")
    return str(path)


def _channels(values: Values) -> tuple[Role, ...]:
    named: list[Role] = [values[side] for side in ("left", "right") if values[side]]  # type: ignore[misc]  # roles
    return tuple(named)
