"""Correcting what a study has: a dyad, a person, a session with its recording, the study itself."""

from collections.abc import Callable

from iprtool.library import editing
from iprtool.library.dates import written
from iprtool.library.editing import Change
from iprtool.library.roster import DYADIC
from iprtool.library.wording import role_words
from iprtool.model.study import Person, Recording
from iprtool.model.terms import Role
from iprtool.screens.library_form import FormField
from iprtool.screens.library_forms import (
    CHANNELS,
    DAY_HINT,
    HELD_HINT,
    PSEUDONYM,
    Forms,
    Values,
    channels_of,
    existing_file,
    whole_number,
)


class Correcting(Forms):
    """The forms for what is there."""

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

        self._show(was.label, fields, take, PSEUDONYM)

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
            steps = editing.changed_session(self._roster, ident, whole_number(values["number"]), values["held"]).steps
            if recording is not None:
                new = editing.changed_recording(
                    self._roster, recording.id, values["keep"], channels_of(values), values["session"]
                )
                steps = (*steps, *new.steps)
            transcript = existing_file(values["transcript"]) if values.get("transcript", "").strip() else None
            self._enter(Change(f"session {values['number'].strip()} changed", steps))
            if recording is not None and transcript is not None:
                self._add_transcript(recording, transcript, was.number)

        several = sum(one.session == ident for one in self._roster.recordings) > 1
        about = "Of its recordings, what is said here is said of the newest, which counts." if several else ""
        self._show(f"{self._roster.dyad(was.dyad).label} · session {was.number}", fields, take, about)

    def _recording_fields(self, recording: Recording) -> list[FormField]:
        left, right, *_ = (*recording.channel_speakers, "", "")
        labels = {one.id: one.label for one in self._roster.dyads}
        sessions = tuple((one.id, f"{labels[one.dyad]} · {one.number}") for one in self._roster.sessions)
        hint = "in its place: a .vtt file" if recording.transcript else "none yet: a .vtt file"
        return [
            FormField("keep", "kept until", recording.keep_until or "", hint=DAY_HINT),
            FormField("transcript", "transcript", "", "path", hint=hint),
            FormField("left", "left channel", left, "choice", CHANNELS),
            FormField("right", "right channel", right, "choice", CHANNELS),
            FormField("session", "recording is of", recording.session, "choice", sessions),
        ]

    def _add_transcript(self, recording: Recording, path: str, number: int) -> None:
        def run(_: Callable[[float], None]) -> str:
            self._shelf.add_transcript(recording.id, path)
            return ""

        self._visit.work.add(f"session {number}: transcript", run)
        self._library.entered("")

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
