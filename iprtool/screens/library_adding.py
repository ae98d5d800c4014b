"""Adding to a study: dyads, people, sessions, recordings."""

from functools import partial

from iprtool.library import editing
from iprtool.library.port import NewRecording
from iprtool.library.roster import DYADIC
from iprtool.model.errors import IprtoolError
from iprtool.model.study import Session
from iprtool.model.terms import Role
from iprtool.screens.library_form import FormField
from iprtool.screens.library_forms import (
    ADDING,
    CHANNELS,
    DAY_HINT,
    HELD_HINT,
    MOST_FILES,
    PSEUDONYM,
    Forms,
    Values,
    after_file,
    channels_of,
    existing_file,
    whole_number,
)
from iprtool.screens.library_menu import MenuScreen


class Adding(Forms):
    """The forms for what is new."""

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
        fields = self._person_fields(f"{label}-" if label else "", self._next_role(), label)

        def take(values: Values) -> None:
            role: Role = values["role"]  # type: ignore[assignment]  # one of the choices, which are roles
            dyad = values["dyad"] if role in DYADIC else ""
            self._enter(editing.new_person(self._roster, values["label"], role, dyad))

        self._show("A new person", fields, take, PSEUDONYM)

    def _next_role(self) -> Role:
        """The first role that the chosen dyad has nobody in, those who are to recall before others.

        Where none is chosen: a coder, once every dyad has its people.
        """
        dyad = self._visit.chosen.dyad
        there = {(one.dyad, one.role) for one in self._roster.persons}
        if dyad is None:
            needed = {(one.id, role) for one in self._roster.dyads for role in self._roster.recalled}
            return "observer" if needed and needed <= there else "client"
        return next((role for role in (*self._roster.recalled, *DYADIC) if (dyad, role) not in there), "client")

    def add_session(self) -> None:
        """A session of the dyad that is chosen."""
        label, number = self._dyad_label(), self._next_number()
        fields = [
            FormField("dyad", "dyad", label, hint="its label, as D05"),
            FormField("number", "session number", str(number)),
            FormField("held", "ended", hint=HELD_HINT),
        ]

        def take(values: Values) -> None:
            number = whole_number(values["number"])
            self._enter(editing.new_session(self._roster, values["dyad"], number, values["held"]))

        self._show("A new session", fields, take)

    def add_recording(self) -> None:
        """A recording of the session that is chosen, from one file or several; it is worked on in the queue."""
        chosen = self._visit.chosen
        session = next((one for one in self._roster.sessions if one.id == chosen.session), None)
        session = session or self._without_recording(chosen.dyad)
        files = [
            FormField(f"file_{n}", "file" if n == 1 else f"then file {n}", "", "path", (), "", after_file(n))
            for n in range(1, MOST_FILES + 1)
        ]
        fields = [
            *files,
            FormField("dyad", "dyad", self._dyad_label(), hint="its label, as D05"),
            FormField("number", "session number", str(session.number if session else self._next_number())),
            FormField("gaps", "time between", "", hint="as the files tell, or 90s, or 1:30 and 20s", after="file_2"),
            FormField("transcript", "transcript", "", "path", hint="none, or a .vtt file"),
            FormField("left", "left channel", "", "choice", CHANNELS),
            FormField("right", "right channel", "", "choice", CHANNELS),
            FormField("keep", "kept until", hint=DAY_HINT),
        ]
        about = "It is sealed into the study; the files themselves are not touched."
        self._show("A session's recording", fields, self._take_recording, about)

    def _without_recording(self, dyad: str | None) -> Session | None:
        """A dyad's first session that has no recording."""
        recorded = {one.session for one in self._roster.recordings}
        found = (one for one in self._roster.sessions if one.dyad == dyad and one.id not in recorded)
        return min(found, key=lambda one: one.number, default=None)

    def _take_recording(self, values: Values) -> None:
        files = [values[f"file_{n}"] for n in range(1, MOST_FILES + 1) if values[f"file_{n}"].strip()]
        paths = [existing_file(one) for one in files]
        if not paths:
            raise IprtoolError("Name the recording's file; ctrl+o shows the folders.")
        gaps = [self._shelf.gap_ms(one) for one in values["gaps"].replace(" and ", " ").replace(",", " ").split()]
        if gaps and len(gaps) != len(paths) - 1:
            raise IprtoolError(f"{len(paths)} files have {len(paths) - 1} times between them; give each, or none.")
        keep = editing.checked_keep_until(values["keep"])
        transcript = existing_file(values["transcript"]) if values["transcript"].strip() else None
        dyad, number = values["dyad"].strip(), whole_number(values["number"])
        where = f"{dyad}, session {number}"
        session = editing.session_there(self._roster, dyad, number)
        another = session is not None and any(one.session == session.id for one in self._roster.recordings)
        if session is None:
            # It is made with its recording; what does not fit, or looks like a name, is said now.
            self._ask_about(editing.new_session(self._roster, dyad, number))
        elif another:
            self._ask(f"{where} has a recording already, which stays with its recalls; this one will count.")
        new = NewRecording(
            session.id if session else "",
            dyad,
            number,
            tuple(paths),
            another=another,
            gaps_ms=tuple(gaps),
            channel_speakers=channels_of(values),
            transcript=transcript,
            keep_until=keep,
        )
        self._visit.work.add(f"{where}: recording", partial(self._shelf.add_recording, new))
        self._library.entered("")
