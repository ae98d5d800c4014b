"""An entry of the roster, or of a person's object, in words."""

from collections.abc import Mapping
from typing import Any

Names = Mapping[str, str]
"""What dyads, persons and sessions are called, by their ids: D05, D05-C, D05 · session 3."""

Fields = Mapping[str, Any]
"""A value as plain JSON."""

ENTRIES = (
    "dyad",
    "person",
    "session",
    "recording",
    "recall",
    "coding",
    "score",
    "consent",
    "codebook",
    "guide",
    "instrument",
    "setting",
    "export",
)
"""The kinds of entry in the roster and in persons' objects that are somebody's change."""

TECHNICAL = ("object",)
"""Kinds of entry that are nobody's change: the sealed objects and the commitments to their keys."""

SECRET = ("export_key", "review")
"""Settings that are nobody's to read or to change."""

UNSAID = ("id", "sealed", "media", "peaks", "transcript", "layer", "original_sha256", "parts", "silences")
"""Fields that are not told: ids of objects, and what was measured of a recording."""

LONGEST = 60


def entry_words(kind: str, ident: str, was: Fields | None, now: Fields | None, names: Names) -> str:
    """An entry in one line: what was added, changed from what to what, or taken away."""
    value = now if now is not None else was
    if value is None:
        return f"{_called(kind, ident, {}, names)} taken away"
    called = _called(kind, ident, value, names)
    if now is None:
        return f"{called} taken away"
    if kind == "setting":
        return f"{called}: {_said(was.get('value') if was else None, names)} → {_said(now.get('value'), names)}"
    if was is None:
        return f"{called} added"
    changed = list(differing(was, now))
    said = (f"{_name(one)}: {_said(was.get(one), names)} → {_said(now.get(one), names)}" for one in changed)
    return f"{called}: {', '.join(said)}" if changed else f"{called} entered again"


def differing(was: Fields, now: Fields) -> list[str]:
    """The fields, of those that are told, that are not the same."""
    fields = dict.fromkeys((*was, *now))
    return [one for one in fields if one not in UNSAID and was.get(one) != now.get(one)]


def is_told(was: Fields | None, now: Fields | None) -> bool:
    """Whether an entry says anything to a person: not where only an object's id was noted."""
    return was is None or now is None or was == now or bool(differing(was, now))


def details_of(was: Fields | None, now: Fields | None, names: Names) -> tuple[str, ...]:
    """An entry in full: each field as it was and as it became."""
    if was is None or now is None:
        there = now or was or {}
        return tuple(f"{_name(one)}: {_said(there[one], names)}" for one in there if one not in UNSAID and there[one])
    told = [one for one in dict.fromkeys((*was, *now)) if one not in UNSAID]
    return tuple(
        f"{_name(one)}: {_said(was.get(one), names)} → {_said(now.get(one), names)}"
        if was.get(one) != now.get(one)
        else f"{_name(one)}: {_said(now.get(one), names)}"
        for one in told
        if was.get(one) or now.get(one)
    )


def _called(kind: str, ident: str, value: Fields, names: Names) -> str:
    match kind:
        case "dyad" | "person":
            return f"{kind} {value.get('label', names.get(ident, ident[:8]))}"
        case "session":
            return f"session {value.get('number', '')}".strip()
        case "recall" | "coding":
            whose = str(value.get("by", value.get("coder", ""))).replace("_", " ")
            return f"{kind} by {whose}" if whose else kind
        case "score" | "consent":
            return _own_words(kind, value, names)
        case "setting" | "codebook" | "guide" | "instrument":
            return f"{kind} {ident}"
        case _:
            return f"{kind} {value.get('to', '')}".strip()


def _own_words(kind: str, value: Fields, names: Names) -> str:
    if kind == "score":
        return f"score {value.get('instrument', '')} {value.get('subscale', '')} {_said(value.get('value'), names)}"
    scopes = ", ".join(value.get("scopes", ()))
    return f"consent for {scopes}" if scopes else "consent"


def _name(field: str) -> str:
    return field.removesuffix("_ms").replace("_", " ")


def _said(value: object, names: Names) -> str:
    match value:
        case None | "" | []:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case str():
            text = names.get(value, value)
        case dict():
            said = (value[one] for one in ("label", "text", "name", "title", "id") if value.get(one))
            text = str(next(said, f"{len(value)} fields"))
        case list():
            text = ", ".join(_said(one, names) for one in value[:6]) + (" …" if len(value) > 6 else "")
        case _:
            text = str(value)
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
