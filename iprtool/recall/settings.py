"""The settings of a recall: a protocol of the literature by its name, with what is set differently."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from iprtool.model.errors import IprtoolError
from iprtool.model.protocol import PROTOCOLS, RecallProtocol
from iprtool.model.terms import Role
from iprtool.model.times import clock, parse_clock

CHOSEN = (3, 5)
"""How many moments a supervision may be about."""

SHORTEST_PROMPT_MS = 10_000

Stretch = tuple[int, int]
"""From when to when, in ms of the recording."""


def protocol_of(name: str, **settings: Any) -> RecallProtocol:
    """A protocol with these settings (those that are None stay as the protocol has them).

    IprtoolError where there is no such protocol, or where the settings do not go with it.
    """
    if name not in PROTOCOLS:
        raise IprtoolError(f"There is no protocol {name[:40]!r}; the protocols are {', '.join(PROTOCOLS)}.")
    given = {field: value for field, value in settings.items() if value is not None}
    protocol = msgspec.structs.replace(PROTOCOLS[name], **given)
    if protocol.audio_only and "view" not in given:
        protocol = msgspec.structs.replace(protocol, view="hidden")
    problem = settings_problem(protocol)
    if problem is not None:
        raise IprtoolError(problem)
    return protocol


def settings_problem(protocol: RecallProtocol) -> str | None:
    """Why these settings do not go together, in one sentence; None where they do."""
    return next(_settings_problems(protocol), None)


def _settings_problems(protocol: RecallProtocol) -> Iterator[str]:
    kind, every_ms, choose = protocol.kind, protocol.prompt_every_ms, protocol.choose
    if protocol.segments and kind not in ("segments", "event"):
        yield "Segments belong to the protocols segments and brief-structured; choose one of these, or leave them out."
    if kind == "event" and len(protocol.segments) > 1:
        yield "A Brief Structured Recall is of one event; give its bounds once."
    if every_ms is not None and kind != "interval":
        yield "Prompts at intervals belong to the protocol interval; choose it, or leave the interval out."
    if every_ms is not None and every_ms < SHORTEST_PROMPT_MS:
        yield "The program asks every 10 seconds at most; choose a longer interval."
    if choose is not None and kind != "supervision":
        yield "Chosen moments belong to the protocol supervision; choose it, or leave their number out."
    if choose is not None and choose not in CHOSEN:
        yield f"A supervision is about 3 or 5 moments, not {choose}."
    if protocol.audio_only and protocol.view != "hidden":
        yield "Audio only means that the picture is hidden; leave one of the two out."
    overlap = overlap_problem(protocol.segments)
    if overlap is not None:
        yield overlap


def overlap_problem(segments: Sequence[Stretch]) -> str | None:
    """Why these cannot be segments of one recall, in one sentence; None where they can."""
    end_ms = 0
    for start_ms, stop_ms in segments:
        if start_ms >= stop_ms:
            return f"A segment ends after it begins, not at {clock(stop_ms)}; write it like 12:30-14:00."
        if start_ms < end_ms:
            return f"Segments come in their order and apart; the one from {clock(start_ms)} begins too early."
        end_ms = stop_ms
    return None


def recording_problem(protocol: RecallProtocol, duration_ms: int, *, has_transcript: bool) -> str | None:
    """Why a protocol does not go with a recording, in one sentence; None where it does."""
    if protocol.kind == "segments" and not protocol.segments:
        return "The protocol segments needs the segments that were chosen; say which, like 12:30-14:00."
    if protocol.segments and protocol.segments[-1][1] > duration_ms:
        return f"The recording ends at {clock(duration_ms)}; give segments that lie within it."
    if protocol.prompt_every_ms is not None and protocol.prompt_every_ms >= duration_ms:
        return f"The recording is {clock(duration_ms)} long; choose a shorter interval."
    if protocol.show_transcript and not has_transcript:
        return "This recording has no transcript to be shown; add one, or leave that setting out."
    return None


def parse_stretch(text: str) -> Stretch:
    """A stretch as 12:30-14:00; ValueError says what is read."""
    start, dash, end = text.replace("–", "-").partition("-")
    if not dash:
        raise ValueError(f"{text.strip()!r} is no stretch; write it like 12:30-14:00")
    return parse_clock(start), parse_clock(end)


def parse_stretches(text: str) -> tuple[Stretch, ...]:
    """Stretches with commas or blanks between them; ValueError says what is read."""
    return tuple(parse_stretch(one) for one in text.replace(",", " ").split())


def stretches_text(segments: Sequence[Stretch]) -> str:
    """Stretches as they are written."""
    return ", ".join(f"{clock(start_ms)}-{clock(end_ms)}" for start_ms, end_ms in segments)


def protocol_text(protocol: RecallProtocol) -> str:
    """Who may stop, and what is set, in a few words."""
    stops = " or ".join(protocol.may_stop) or "nobody"
    parts = [f"{stops} may stop"]
    if protocol.segments:
        parts.append(stretches_text(protocol.segments))
    if protocol.prompt_every_ms:
        parts.append(f"asks every {clock(protocol.prompt_every_ms)}")
    if protocol.choose:
        parts.append(f"{protocol.choose} moments are chosen")
    if protocol.ask_helpful:
        parts.append("asks how helpful it was")
    if protocol.ask_guess:
        parts.append("asks for a guess of the partner")
    parts.append("Enter goes on" if protocol.after_note == "go_on" else "Enter stays")
    return " · ".join(parts)


class RecallChoice(msgspec.Struct, frozen=True):
    """What was chosen for a new recall: whose it is (ids of persons), who asks and where, and how it goes.

    What is None is as the study, or the role, has it. `codebook` is an id or a file, `guide` a version.
    """

    by: Role
    person: str | None = None
    also: tuple[str, ...] = ()
    inquirer: str | None = None
    place: str | None = None
    protocol: RecallProtocol | None = None
    codebook: str | None = None
    guide: str | None = None
