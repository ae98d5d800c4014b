"""A recall before it begins, as it is set together on the screen: what can be chosen, and what comes of it."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from iprtool.model.consent import UNASKED
from iprtool.model.errors import IprtoolError
from iprtool.model.protocol import PROTOCOLS, RecallProtocol
from iprtool.model.terms import Role, View, levels
from iprtool.model.times import clock, parse_duration
from iprtool.recall.settings import (
    CHOSEN,
    RecallChoice,
    Stretch,
    parse_stretches,
    protocol_of,
    recording_problem,
    stretches_text,
)

PARTICIPANTS: tuple[Role, ...] = ("client", "second_client", "interpreter")
"""Those who are shown plain words only."""

NO_YES = ((False, "no"), (True, "yes"))


class Row(msgspec.Struct, frozen=True):
    """One thing to be chosen: its levels as (value, text), or, where there are none, a text to be typed.

    `hint` stands where nothing has been typed.
    """

    name: str
    label: str
    value: Any
    levels: tuple[tuple[Any, str], ...] = ()
    hint: str = ""


class Candidate(msgspec.Struct, frozen=True):
    """Somebody whose recall it may be: a person by id and pseudonym, or a role for which nobody is noted.

    `to_come` is whether their recall is still expected: not begun, nor noted as missing.
    """

    by: Role
    person: str | None = None
    label: str = ""
    begun: bool = False
    to_come: bool = True

    @property
    def text(self) -> str:
        """How they are called on the screen."""
        role = self.by.replace("_", " ")
        return f"{self.label} ({role})" if self.label else role


class Offers(msgspec.Struct, frozen=True):
    """What a new recall of one session is chosen from.

    `codebooks` are (id, title, whether it is in plain words); `events` are the bounds of the event that a role has
    found in a Brief Structured Recall of this session; `planned` is what a role's recall was planned with.
    """

    title: str
    duration_ms: int
    candidates: tuple[Candidate, ...]
    guides: tuple[str, ...] = ()
    codebooks: tuple[tuple[str, str, bool], ...] = ()
    has_picture: bool = False
    has_transcript: bool = False
    events: dict[str, Stretch] = {}
    planned: dict[str, RecallProtocol] = {}
    inquirer: str = ""
    place: str = ""
    latency: str = ""
    late: bool = False
    forms: str = ""


class ConsentCheck(msgspec.Struct, frozen=True):
    """The consents of those who would take part, a line each, and why the recall may not open, if it may not."""

    lines: tuple[str, ...] = ()
    problem: str | None = None


class Beginning:
    """The choice as it stands. Values of rows are set one by one; those that a protocol brings come with it."""

    def __init__(self, offers: Offers, by: Role | None = None) -> None:
        self.offers = offers
        candidates = offers.candidates
        first = _first_chosen(candidates, by)
        self._values: dict[str, Any] = {
            "who": first,
            "also": None,
            "inquirer": offers.inquirer,
            "place": offers.place,
            "guide": offers.guides[-1] if offers.guides else None,
            "codebook": None,
            "minutes": "",
        }
        planned = offers.planned.get(candidates[first].by) if candidates else None
        self._take(planned or PROTOCOLS["person-centred"])

    @property
    def who(self) -> Candidate:
        """Whose recall it is."""
        place: int = self._values["who"]
        return self.offers.candidates[place]

    @property
    def kind(self) -> str:
        """The kind of the protocol that is chosen."""
        return PROTOCOLS[self._values["protocol"]].kind

    def set(self, name: str, value: Any) -> None:
        """A row has another value."""
        self._values[name] = value
        if name == "protocol":
            self._take(PROTOCOLS[value])
        elif name == "who":
            self._values["also"] = None
            self._values["segments"] = self._event_text() if self.kind == "event" else self._values["segments"]

    def rows(self) -> list[Row]:
        """What can be chosen now, in its order."""
        return [*self._people(), *self._course(), *self._words(), *self._picture()]

    def protocol(self) -> RecallProtocol:
        """The protocol with its settings; IprtoolError says in one sentence what does not go together."""
        values = self._values
        settings: dict[str, Any] = {
            "after_note": values["after_note"],
            "planned_minutes": _minutes(values["minutes"]),
            "view": "hidden" if values["audio_only"] else values["view"],
            "audio_only": values["audio_only"],
            "start_covered": values["start_covered"],
            "show_transcript": values["show_transcript"],
        }
        if self.kind in ("segments", "event"):
            settings["segments"] = _stretches(values["segments"])
        if self.kind == "interval":
            settings["prompt_every_ms"] = _time(values["every"])
        if self.kind == "supervision":
            settings["choose"] = values["choose"]
        protocol = protocol_of(values["protocol"], **settings)
        offers = self.offers
        problem = recording_problem(protocol, offers.duration_ms, has_transcript=offers.has_transcript)
        if problem is not None:
            raise IprtoolError(problem)
        return protocol

    def choice(self) -> RecallChoice:
        """All that is chosen; IprtoolError as `protocol`."""
        values, who = self._values, self.who
        protocol = self.protocol()
        also = values["also"] if protocol.kind == "mutual" else None
        return RecallChoice(
            who.by,
            who.person,
            (also,) if also else (),
            values["inquirer"].strip() or None,
            values["place"].strip() or None,
            protocol,
            values["codebook"],
            values["guide"],
        )

    @property
    def problem(self) -> str | None:
        """Why it cannot begin like this, in one sentence; None where it can."""
        try:
            self.protocol()
        except IprtoolError as error:
            return str(error)
        return None

    def _take(self, protocol: RecallProtocol) -> None:
        """The protocol's own settings."""
        self._values |= {
            "protocol": protocol.name if protocol.name in PROTOCOLS else "person-centred",
            "after_note": protocol.after_note,
            "segments": stretches_text(protocol.segments),
            "every": clock(protocol.prompt_every_ms) if protocol.prompt_every_ms else "",
            "choose": protocol.choose,
            "view": protocol.view,
            "audio_only": protocol.audio_only,
            "start_covered": protocol.start_covered,
            "show_transcript": protocol.show_transcript,
        }
        if protocol.planned_minutes:
            self._values["minutes"] = str(protocol.planned_minutes)
        if protocol.kind == "event" and not protocol.segments:
            self._values["segments"] = self._event_text()

    def _event_text(self) -> str:
        """The bounds of the partner's event: whoever finds it themselves is given none."""
        others = (bounds for role, bounds in self.offers.events.items() if role != self.who.by)
        bounds = next(others, None)
        return stretches_text([bounds]) if bounds else ""

    def _row(self, name: str, label: str, options: Sequence[tuple[Any, str]] = (), hint: str = "") -> Row:
        return Row(name, label, self._values[name], tuple(options), hint)

    def _people(self) -> Iterator[Row]:
        yield self._row("who", "who", [(place, one.text) for place, one in enumerate(self.offers.candidates)])
        if self.kind == "mutual":
            others = [one for one in self.offers.candidates if one.person and one != self.who and one.by not in UNASKED]
            yield self._row(
                "also", "together with", [(None, "the partner"), *((one.person, one.text) for one in others)]
            )
        yield self._row("inquirer", "inquirer", hint="a pseudonym, or nobody")
        yield self._row("place", "place", hint="for instance clinic, home")

    def _course(self) -> Iterator[Row]:
        yield self._row("protocol", "protocol", [(name, name) for name in PROTOCOLS])
        match self.kind:
            case "segments":
                yield self._row("segments", "segments", hint="for instance 12:30-14:00, 31:10-33:00")
            case "event":
                yield self._row("segments", "the event", hint="empty: the person finds it; or its bounds, 12:30-14:00")
            case "interval":
                yield self._row("every", "asks every", hint="for instance 2:00")
            case "supervision":
                yield self._row("choose", "moments", [(number, str(number)) for number in CHOSEN])
        yield self._row("after_note", "Enter saves and", (("go_on", "goes on"), ("stay", "stays stopped")))
        yield self._row("minutes", "minutes", hint="how long it may take, or nothing")

    def _words(self) -> Iterator[Row]:
        plain = self.who.by in PARTICIPANTS or self.kind == "mutual"
        books = [(ident, title) for ident, title, is_plain in self.offers.codebooks if is_plain or not plain]
        yield self._row("codebook", "words", [(None, "as for this role"), *books])
        if self.offers.guides:
            yield self._row("guide", "guide", [(version, version) for version in self.offers.guides])

    def _picture(self) -> Iterator[Row]:
        if self.offers.has_picture:
            yield self._row("audio_only", "sound only", NO_YES)
            if not self._values["audio_only"]:
                yield self._row("view", "picture", [(view, view.replace("_", " ")) for view in levels(View)])
        yield self._row("start_covered", "starts covered", NO_YES)
        if self.offers.has_transcript:
            yield self._row("show_transcript", "transcript", ((False, "not shown"), (True, "shown")))


def _first_chosen(candidates: Sequence[Candidate], by: Role | None) -> int:
    """The place of whoever is chosen at first: of the role, or else of those in the session, who is still to recall."""
    of_role = [place for place, one in enumerate(candidates) if one.by == by]
    places = of_role or [place for place, one in enumerate(candidates) if one.by not in UNASKED]
    return next((place for place in places if candidates[place].to_come), of_role[0] if of_role else 0)


def _minutes(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdigit() or int(text) < 1:
        raise IprtoolError("How long it may take is a number of minutes, as 60.")
    return int(text)


def _time(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise IprtoolError(f"{error}.") from error


def _stretches(text: str) -> tuple[Stretch, ...]:
    try:
        return parse_stretches(text)
    except ValueError as error:
        raise IprtoolError(f"{error}.") from error
