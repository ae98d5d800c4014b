"""Versions of a codebook or a guide: which comes next, what changed, and what an id may not come to mean."""

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeVar

import msgspec

from iprtool.codebooks.texts import MAX_LABEL
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale, SessionScale
from iprtool.model.guide import Guide, Lead
from iprtool.model.score import Instrument, Subscale

Entry = CodeEntry | SessionScale | Lead | Subscale
Versioned = TypeVar("Versioned", Codebook, Guide, Instrument)

_LAST_NUMBER = re.compile(r"(.*\.)([0-9]+)", re.DOTALL)
_CHANGED = {"label": "relabelled", "text": "reworded"}


def name_of(book: Versioned) -> str:
    """One in its version, as settings and commands name it."""
    return f"{book.id}@{book.version}"


def next_version(version: str, taken: Collection[str] = ()) -> str:
    """The version after one: its last number one higher (1.0 → 1.1), or `.1` (2022 → 2022.1); none of those taken."""
    found = _LAST_NUMBER.fullmatch(version)
    if found is not None:
        following = found[1] + str(int(found[2]) + 1).zfill(len(found[2]))
    else:
        following = f"{version[: MAX_LABEL - 2].rstrip()}.1"
    return next_version(following, taken) if following in taken else following


def revised(old: Versioned, changes: dict[str, Any], taken: Collection[str] = ()) -> Versioned:
    """A new version with these fields changed; where nothing changes, the old one."""
    new = msgspec.structs.replace(old, **changes)
    return old if new == old else msgspec.structs.replace(new, version=next_version(old.version, taken))


def differences(old: Versioned, new: Versioned) -> tuple[str, ...]:
    """What changed from one version to another, a readable line each: fields, then entries gone, new and changed."""
    return tuple(_fields(old, new))


def differences_since(versions: Sequence[Versioned], book: Versioned) -> tuple[str, ...]:
    """What changed in one of these versions since the one before it, a line each; empty where it is the first."""
    place = versions.index(book)
    return differences(versions[place - 1], book) if place else ()


def meaning_problem(entries: Sequence[Entry], earlier: Sequence[tuple[str, Sequence[Entry]]]) -> str | None:
    """Why an id would mean something else than before, in one sentence, or None.

    `earlier` are versions and their entries, the newest last. A word may be mended, but not become the word of
    another id of the newest version; and an id that was given up comes back only with the word that it had.
    """
    version, newest = earlier[-1]
    words = {one.id: _word(one) for one in newest}
    owners = {word.casefold(): one for one, word in words.items()}
    for entry in entries:
        word = _word(entry)
        if entry.id in words:
            owner = owners.get(word.casefold(), entry.id)
            if owner != entry.id:
                return (
                    f"{word!r} is {owner!r} in version {version} and can't become {entry.id!r}; give it an id of its "
                    "own, so that what was marked keeps its meaning"
                )
        elif (was := _last_word(entry.id, earlier)) is not None and was[1].casefold() != word.casefold():
            return f"the id {entry.id!r} meant {was[1]!r} in version {was[0]}; give {word!r} another id"
    return None


def _last_word(entry: str, earlier: Sequence[tuple[str, Sequence[Entry]]]) -> tuple[str, str] | None:
    for version, entries in reversed(earlier):
        for one in entries:
            if one.id == entry:
                return version, _word(one)
    return None


def _word(entry: Entry) -> str:
    return entry.text if isinstance(entry, Lead) else entry.label


def _called(entry: Entry) -> str:
    return f"{_word(entry)} ({entry.id})"


def _fields(old: msgspec.Struct, new: msgspec.Struct) -> Iterator[str]:
    listed = []
    for field in msgspec.structs.fields(old):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if field.name in ("codes", "session_ratings", "leads", "subscales"):
            listed.append(_entries(field.name.removesuffix("s").replace("_", " "), was, now))
        elif was != now:
            yield f"{field.name}: {_said(was)} → {_said(now)}"
    for lines in listed:
        yield from lines


def _entries(noun: str, old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[str]:
    was = {entry.id: entry for entry in old}
    now = {entry.id: entry for entry in new}
    yield from (f"{noun} removed: {_called(entry)}" for entry in old if entry.id not in now)
    yield from (f"{noun} added: {_called(entry)}" for entry in new if entry.id not in was)
    for entry in new:
        if entry.id in was:
            yield from _entry(noun, was[entry.id], entry)
    for moved in _moved([one.id for one in old if one.id in now], [one.id for one in new if one.id in was]):
        places = f"from place {list(was).index(moved) + 1} to {list(now).index(moved) + 1}"
        yield f"{noun} moved: {_called(now[moved])}, {places}"


def _entry(noun: str, old: Entry, new: Entry) -> Iterator[str]:
    for field in msgspec.structs.fields(old):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was == now:
            continue
        if field.name in _CHANGED:
            yield f"{noun} {_CHANGED[field.name]}: {was} → {now} ({new.id})"
        else:
            yield f"{noun} changed: {_called(new)}, {field.name}: {_said(was)} → {_said(now)}"


def _moved(old: list[str], new: list[str]) -> list[str]:
    """Those, of the same ids in two orders, that stand elsewhere than among their neighbours."""
    blocks = SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks()
    kept = {place for block in blocks for place in range(block.b, block.b + block.size)}
    return [entry for place, entry in enumerate(new) if place not in kept]


def _said(value: object) -> str:
    match value:
        case None | "" | ():
            return "none"
        case bool():
            return "yes" if value else "no"
        case RatingScale(minimum=minimum, maximum=maximum, step=step, anchors=anchors):
            by = "" if step == 1 else f" by {step:g}"
            named = ", ".join(f"{at} {label}" for at, label in anchors.items())
            return f"{minimum:g} to {maximum:g}{by}" + (f" ({named})" if named else "")
        case float():
            return f"{value:g}"
        case tuple():
            return ", ".join(str(one) for one in value)
        case _:
            return str(value)
