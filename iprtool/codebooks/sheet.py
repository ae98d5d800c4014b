"""A codebook as a spreadsheet: one row a code, and above the columns' names what belongs to the codebook itself.

    codebook,our-words
    version,1.0
    title,Our words
    source,Our own study
    rating,1 to 5
    anchor 1,not at all
    anchor 5,very much
    session rating,how close they were,1 to 7

    id,label,gloss,group,polarity,key
    felt_safe,felt safe,I could let my guard down,good,positive,1

Only the column `label` is needed: an id is made of the label, the codebook's id and title of the file's name. Further
lines above may be `plain,yes` (its words may be shown to participants) and `clarity,yes`. A scale may have a step
(`1 to 9 by 0.5`); 1 to 5 is that of a session rating which names none.
"""

import re
from pathlib import PurePath
from typing import Any

import msgspec

from iprtool.codebooks.content import content_problems
from iprtool.codebooks.faults import FaultyFileError, Problem, refuse
from iprtool.codebooks.lines import FieldPath
from iprtool.codebooks.table import Record, Row, column_name, number, table, whole_number
from iprtool.codebooks.texts import slug
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale, SessionScale

COLUMNS = ("id", "label", "gloss", "group", "polarity", "key")
SOURCE = "This study's own codebook."
"""The source of a codebook whose spreadsheet names none."""

_TEXTS = ("codebook", "version", "title", "source")
_SWITCHES = ("plain", "clarity")
_ABOVE = "codebook, version, title, source, plain, clarity, rating, anchor 1 (2, 3 …) and session rating"
_ANCHOR = re.compile(r"anchor[\s_]*(\S+)", re.IGNORECASE)
_SCALE = re.compile(r"(\S+?)\s*(?:to|\.\.|–|-)\s*(\S+?)(?:\s+(?:by|step)\s+(\S+))?")
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


class _Notes:
    """What is wrong with a table as far as it was read, and the line of each field of the codebook."""

    def __init__(self, line: int) -> None:
        self.problems: list[Problem] = []
        self.index: dict[FieldPath, int] = {("codes",): line}

    def fault(self, line: int, reason: str) -> None:
        self.problems.append(Problem(line, reason))

    def at(self, line: int, *path: str | int) -> None:
        self.index[path] = line


def codebook_from_table(text: str, file_name: str) -> Codebook:
    """The codebook in a CSV text; FaultyFileError says what is wrong with it, by line."""
    found = table(text, COLUMNS, ("label",))
    notes = _Notes(found.line)
    notes.problems += found.faults
    stem = PurePath(file_name).stem
    fields: dict[str, Any] = {
        "id": slug(stem) or "codebook",
        "version": "1.0",
        "title": stem.replace("_", " "),
        "source": SOURCE,
        "codes": tuple(_code(row, place, notes) for place, row in enumerate(found.rows)),
        **_above(found.above, notes),
    }
    if notes.problems:
        raise FaultyFileError(*sorted(notes.problems, key=lambda one: one.line or 0))
    codebook = Codebook(**fields)
    refuse(content_problems(codebook), notes.index)
    return codebook


def _above(records: list[Record], notes: _Notes) -> dict[str, Any]:
    """The codebook's own fields, from the lines above the columns' names."""
    fields: dict[str, Any] = {}
    scales: list[SessionScale] = []
    anchors: dict[str, str] = {}
    for record in records:
        name, value = column_name(record.cells[0]), (*record.cells, "")[1]
        if name == "session_rating":
            scales.append(_session_scale(record, len(scales), notes))
        elif (anchor := _ANCHOR.fullmatch(record.cells[0])) and (point := number(anchor[1])) is not None:
            at = f"{point:.15g}"
            anchors[at] = value
            notes.at(record.line, "rating", "anchors", at)
        else:
            field = "id" if name in ("codebook", "id") else name
            if field in fields:
                notes.fault(record.line, f"{record.cells[0]!r} is there twice; leave one out")
            fields |= _field(field, value, record, notes)
    if anchors:
        fields["rating"] = _anchored(fields.get("rating"), anchors, notes)
    return {**fields, "session_ratings": tuple(scales)}


def _field(field: str, value: str, record: Record, notes: _Notes) -> dict[str, Any]:
    notes.at(record.line, field)
    if field in ("id", *_TEXTS):
        return {field: value}
    if field in _SWITCHES and value.casefold() in _YES_NO:
        return {field: _YES_NO[value.casefold()]}
    if field in _SWITCHES:
        notes.fault(record.line, f"{field} is yes or no, not {value[:80]!r}; write one of them")
    elif field == "rating":
        return {field: _scale(value, record.line, notes)}
    else:
        reason = f"there is no {record.cells[0][:80]!r} above the columns' names; there may be {_ABOVE}"
        notes.fault(record.line, reason)
    return {}


def _anchored(rating: RatingScale | None, anchors: dict[str, str], notes: _Notes) -> RatingScale | None:
    if rating is None:
        line = notes.index["rating", "anchors", next(iter(anchors))]
        notes.fault(line, "there is an anchor and no rating; add a line above it, such as: rating,1 to 5")
        return None
    return msgspec.structs.replace(rating, anchors=anchors)


def _session_scale(record: Record, place: int, notes: _Notes) -> SessionScale:
    label, scale, own_id = (*record.cells, "", "", "")[1:4]
    notes.at(record.line, "session_ratings", place)
    rating = _scale(scale, record.line, notes) if scale else RatingScale(1, 5)
    return SessionScale(own_id or _id_of(label, record.line, notes), label, rating=rating)


def _scale(text: str, line: int, notes: _Notes) -> RatingScale:
    found = _SCALE.fullmatch(text)
    bounds = [number(bound) for bound in found.groups("1")] if found else []
    match bounds:
        case [float(minimum), float(maximum), float(step)]:
            return RatingScale(minimum, maximum, step)
        case _:
            notes.fault(line, f"{text[:80]!r} is no scale; write it like 1 to 5, or 1 to 9 by 0.5")
            return RatingScale(1, 5)


def _code(row: Row, place: int, notes: _Notes) -> CodeEntry:
    notes.at(row.line, "codes", place)
    cells = row.cells
    label = cells["label"]
    return CodeEntry(
        id=cells.get("id") or _id_of(label, row.line, notes),
        label=label,
        gloss=cells.get("gloss", ""),
        group=cells.get("group") or None,
        polarity=cells.get("polarity", "").casefold() or None,
        key=_key(cells.get("key", ""), row.line, notes),
    )


def _id_of(label: str, line: int, notes: _Notes) -> str:
    made = slug(label)
    if label and not made:
        notes.fault(line, f"no id can be made of {label[:80]!r}; write one of a-z, 0-9 and _")
    return made or "none"


def _key(cell: str, line: int, notes: _Notes) -> int | None:
    key = whole_number(cell)
    if cell and key is None:
        notes.fault(line, f"the key {cell[:80]!r} is none of the digits; write 1 to 9, or leave it empty")
    return key
