"""An operation of a layer in words."""

from collections.abc import Callable, Mapping

import msgspec

from iprtool.history.entry_words import ENTRIES
from iprtool.model.codebook import Codebook
from iprtool.model.coding import SegmentCode, SegmentSeen, SessionRating
from iprtool.model.layer import (
    Closed,
    ConsentSeen,
    CoverUsed,
    Deleted,
    Edited,
    LayerValue,
    LeadUsed,
    LessonsLearned,
    Locked,
    Marked,
    OpBody,
    Put,
    StopChanged,
    Stopped,
    SyncMarked,
    Unblinded,
    Unlocked,
    ViewChanged,
)
from iprtool.model.linking import Episode, LinkValue, MarkRef, Match, QuoteFlag, Tag, Theme
from iprtool.model.mark import Mark
from iprtool.model.times import clock
from iprtool.recall.wording import title_of

FACTS = ("go_on", "coverage", "trace")
"""Kinds of operation that are no change: what was played, and the samples of a dial."""

KINDS = {
    "mark": "mark",
    "edit": "mark",
    "delete": "mark",
    "stop": "stop",
    "stop_edit": "stop",
    "lock": "lock",
    "unlock": "lock",
    "unblind": "lock",
    "close": "close",
    "lessons": "close",
    "consent": "consent",
    "lead": "lead",
    "sync": "sync mark",
    "cover": "cover",
    "view_change": "picture",
}
"""How the kinds of operation are called; a value that was put has a name of its own."""

VALUES: dict[type, str] = {
    SegmentCode: "code",
    SegmentSeen: "segment",
    SessionRating: "session rating",
    Match: "match",
    Episode: "episode",
    Theme: "theme",
    Tag: "theme",
    QuoteFlag: "quote",
}
ALL_KINDS = tuple(sorted({*ENTRIES, *KINDS.values(), *VALUES.values()}))
"""Every kind of change that a history can have."""

BARE: dict[type, str] = {Locked: "locked", Unlocked: "unlocked", Unblinded: "let see the other layers"}
LONGEST = 60


class Known(msgspec.Struct, frozen=True):
    """What the researcher's links are about: the themes' names by their ids, and marks in words."""

    themes: Mapping[str, str] = {}
    marks: Mapping[MarkRef, str] = {}

    def mark(self, mark: MarkRef) -> str:
        """A mark in words, as far as it is known."""
        return self.marks.get(mark, "a mark")


def kind_of(kind: str, body: OpBody) -> str:
    """What kind of change an operation is."""
    if isinstance(body, Put):
        return VALUES[type(body.value if body.value is not None else body.was)]
    return KINDS.get(kind, kind)


def op_words(body: OpBody, before: Mark | None, codebook: Codebook, known: Known) -> str:
    """An operation in one line; `before` is the mark that it is on, as it was."""
    match body:
        case Marked(mark=mark):
            return f"{_at(mark)} {title_of(mark, codebook)}{_noted(mark)}"
        case Deleted(mark=mark):
            return f"{_at(mark)} taken away: {title_of(mark, codebook)}{_noted(mark)}"
        case Edited(changes=changes, was=was):
            there = f"{_at(before)} {title_of(before, codebook)}: " if before is not None else ""
            return there + ", ".join(
                f"{_name(name)}: {_said(was.get(name))} → {_said(changes[name])}" for name in changes
            )
        case Put():
            return _put_words(body, codebook, known)
        case _:
            return _fact_words(body)


def details_of(body: OpBody) -> tuple[str, ...]:
    """An operation in full, a field a line."""
    return tuple(f"{name}: {value}" for name, value in msgspec.to_builtins(body).items() if value not in (None, "", []))


def _fact_words(body: OpBody) -> str:
    if isinstance(body, Stopped | LeadUsed | SyncMarked | CoverUsed | ViewChanged):
        return f"{clock(body.at_ms)} {_moment_words(body)}"
    match body:
        case StopChanged(stopped_by=by, was=was):
            return f"who stopped: {was} → {by}"
        case Closed(answer=answer):
            return f"closed{_quoted(answer)}"
        case LessonsLearned(text=text):
            return f"lessons learned{_quoted(text)}"
        case ConsentSeen(scope=scope):
            return f"consent for {scope} seen to hold"
        case _:
            return BARE.get(type(body), str(type(body).__struct_config__.tag))


def _moment_words(body: Stopped | LeadUsed | SyncMarked | CoverUsed | ViewChanged) -> str:
    match body:
        case Stopped(stopped_by=by):
            return f"stopped by the {by}"
        case LeadUsed(category=category):
            return f"lead used: {category}"
        case SyncMarked():
            return "tone for the recorder"
        case CoverUsed(on=on):
            return f"cover {'used' if on else 'lifted'}"
        case ViewChanged(view=view):
            return f"picture {view.replace('_', ' ')}"


def _put_words(body: Put, codebook: Codebook, known: Known) -> str:
    def said(value: LayerValue) -> str:
        return value_words(value, codebook, known)

    match body.value, body.was:
        case None, None:
            return "nothing"
        case None, was if was is not None:
            return f"taken away: {said(was)}"
        case value, None if value is not None:
            return said(value)
        case value, was:
            assert value is not None
            assert was is not None
            same = said(value) == said(was)
            return f"{said(was)} → {said(value)}" if not same else f"{said(value)}: {_differing(was, value)}"


def value_words(value: LayerValue, codebook: Codebook, known: Known) -> str:
    """What a coder or the researcher said, in one line."""
    if isinstance(value, SegmentCode | SegmentSeen | SessionRating):
        return _coded(value, lambda code: _label(codebook, code), codebook)
    return _linked(value, known)


def _coded(value: SegmentCode | SegmentSeen | SessionRating, label: Callable[[str], str], codebook: Codebook) -> str:
    match value:
        case SegmentCode(segment=segment, code=code, clarity=clarity, rating=rating, note=note):
            more = "".join(f" {one}" for one in (clarity, f"{rating:g}" if rating is not None else None) if one)
            return f"segment {segment + 1}: {label(code)}{more}{_quoted(note)}"
        case SegmentSeen(segment=segment, done=done):
            return f"segment {segment + 1} {'finished' if done else 'open again'}"
        case SessionRating(scale=scale, value=rated, note=note):
            found = codebook.session_scale(scale)
            return f"{found.label if found else scale}: {rated:g}{_quoted(note)}"


def _linked(value: LinkValue, known: Known) -> str:
    match value:
        case Match(first=first, second=second, same=same):
            return f"{known.mark(first)} {'is' if same else 'is not'} one moment with {known.mark(second)}"
        case Episode(label=label, rupture_type=kind, start_ms=start_ms, outcome=outcome):
            called = label if label.startswith("episode") else f"episode {label}"
            return f"{called}: {kind} from {clock(start_ms)}, {outcome}"
        case Theme(name=name, group=group):
            return f"theme {name}{f' ({group})' if group else ''}"
        case Tag(theme=theme, mark=mark):
            return f"{known.mark(mark)} shows the theme {known.themes.get(theme, theme[:8])}"
        case QuoteFlag(mark=mark, quotable=quotable, partner_recognisable=recognised):
            return f"{known.mark(mark)} quotable: {quotable}{', the partner may recognise it' if recognised else ''}"


def layer_of(body: OpBody) -> str | None:
    """The layer that a link is about, or None."""
    value = (body.value if body.value is not None else body.was) if isinstance(body, Put) else None
    match value:
        case Match(first=mark) | Tag(mark=mark) | QuoteFlag(mark=mark):
            return mark.layer
        case Episode(markers=(mark, *_)):
            return mark.layer
        case _:
            return None


def _label(codebook: Codebook, code: str) -> str:
    entry = codebook.entry(code)
    return entry.label if entry else code


def _differing(was: LayerValue, now: LayerValue) -> str:
    before, after = msgspec.to_builtins(was), msgspec.to_builtins(now)
    return ", ".join(_name(name) for name in after if after[name] != before.get(name))


def _at(mark: Mark) -> str:
    return clock(mark.start_ms) + (f"–{clock(mark.end_ms)}" if mark.end_ms is not None else "")


def _noted(mark: Mark) -> str:
    return _quoted(mark.note)


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f" “{line[:LONGEST]}{'…' if len(line) > LONGEST else ''}”" if line else ""


def _name(field: str) -> str:
    return field.removesuffix("_ms").replace("_", " ")


def _said(value: object) -> str:
    if value in (None, "", []):
        return "none"
    if isinstance(value, list):
        return ", ".join(str(one["code"]) if isinstance(one, dict) and "code" in one else str(one) for one in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
