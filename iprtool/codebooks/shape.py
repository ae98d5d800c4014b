"""Whether a TOML file has a codebook's fields, each of its kind; the fields are read off the model itself."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from iprtool.codebooks.lines import FieldPath
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale

Found = tuple[FieldPath, str]

_NESTED = {"codes", "rating"}
_MISMATCH = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def shape_problems(data: dict[str, Any]) -> list[Found]:
    """Fields that are missing, unknown or of the wrong kind, each with its path."""
    return list(_book(data))


def _book(data: dict[str, Any]) -> Iterator[Found]:
    yield from _fields(data, Codebook, ())
    codes = data.get("codes", [])
    if not isinstance(codes, list):
        yield ("codes",), "codes are written as one [[codes]] table each, with double brackets"
        return
    for place, entry in enumerate(codes):
        yield from _table(entry, CodeEntry, ("codes", place))
    if "rating" in data:
        yield from _table(data["rating"], RatingScale, ("rating",))


def _table(value: object, kind: type[msgspec.Struct], path: FieldPath) -> Iterator[Found]:
    if isinstance(value, dict):
        yield from _fields(value, kind, path)
    else:
        yield path, f"{path[0]} holds something that is no table; write it below a header in brackets"


def _fields(table: dict[str, Any], kind: type[msgspec.Struct], path: FieldPath) -> Iterator[Found]:
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    for name in table.keys() - known.keys():
        yield (*path, name), f"there is no field {name[:80]!r} here; the fields are {', '.join(known)}"
    for name, field in known.items():
        if name not in table:
            if field.required:
                yield path, f"the field {name!r} is missing; add it"
        elif name == "anchors" and isinstance(table[name], dict):
            yield from _anchors(table[name], (*path, name))
        elif not (path == () and name in _NESTED):
            yield from _value(table[name], field.type, (*path, name))


def _anchors(anchors: dict[str, Any], path: FieldPath) -> Iterator[Found]:
    for value, label in anchors.items():
        if isinstance(label, dict):
            yield (*path, value), f'the anchor {value!r} is split at its point; put it in quotation marks, as "2.5"'
        else:
            yield from _value(label, str, (*path, value))


def _value(value: object, kind: object, path: FieldPath) -> Iterator[Found]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield path, _kind_reason(str(path[-1]), str(error))


def _kind_reason(name: str, message: str) -> str:
    mismatch = _MISMATCH.search(message)
    if mismatch is None:
        return f"{name!r} is not what it should be ({message}); mend it"
    wanted, got = (_named(kinds) for kinds in mismatch.groups())
    quote = "; put it in quotation marks" if wanted == "text" and got != "a list" else "; mend it"
    return f"{name!r} should be {wanted} and is {got}{quote}"


def _named(kinds: str) -> str:
    names = [_KINDS.get(kind.strip(), kind.strip()) for kind in kinds.split("|") if kind.strip() != "null"]
    return " or ".join(dict.fromkeys(names))
