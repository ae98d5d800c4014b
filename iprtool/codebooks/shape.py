"""Whether TOML data has the fields of a value, each of its kind; the fields are read off the model itself."""

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

from iprtool.codebooks.faults import Found
from iprtool.codebooks.lines import FieldPath

_MISMATCH = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_NO_LEVEL = re.compile(r"Invalid enum value '(.*)'")
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def shape_problems(data: object, kind: type[msgspec.Struct], path: FieldPath = ()) -> Iterator[Found]:
    """Fields that are missing, unknown or of the wrong kind, each with its path, in a table and those below it."""
    if not isinstance(data, dict):
        yield path, f"{path[0]} holds something that is no table; write it below a header in brackets"
        return
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    for name in data.keys() - known.keys():
        yield (*path, name), f"there is no field {name[:80]!r} here; the fields are {', '.join(known)}"
    for name, field in known.items():
        if name in data:
            yield from _field(data[name], field.type, (*path, name))
        elif field.required:
            yield path, f"the field {name!r} is missing; add it"


def _field(value: object, kind: object, path: FieldPath) -> Iterator[Found]:
    inner = _struct_in(kind)
    if inner is not None and get_origin(kind) is tuple:
        yield from _tables(value, inner, path)
    elif inner is not None:
        yield from shape_problems(value, inner, path)
    elif get_origin(kind) is dict and isinstance(value, dict):
        yield from _labels(value, path)
    else:
        yield from _value(value, kind, path)


def _struct_in(kind: object) -> type[msgspec.Struct] | None:
    """The table that a field holds: its own, an optional one, or one of a list."""
    for inner in get_args(kind) or (kind,):
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            return inner
    return None


def _tables(value: object, kind: type[msgspec.Struct], path: FieldPath) -> Iterator[Found]:
    if not isinstance(value, list):
        yield path, f"{path[-1]} are written as one [[{path[-1]}]] table each, with double brackets"
        return
    for place, entry in enumerate(value):
        yield from shape_problems(entry, kind, (*path, place))


def _labels(labels: dict[str, Any], path: FieldPath) -> Iterator[Found]:
    noun = str(path[-1]).removesuffix("s")
    for value, label in labels.items():
        if isinstance(label, dict):
            yield (*path, value), f'the {noun} {value!r} is split at its point; put it in quotation marks, as "2.5"'
        else:
            yield from _value(label, str, (*path, value))


def _value(value: object, kind: object, path: FieldPath) -> Iterator[Found]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield path, _kind_reason(str(path[-1]), str(error), kind)


def _kind_reason(name: str, message: str, kind: object) -> str:
    if no_level := _NO_LEVEL.search(message):
        return f"{name!r} holds {no_level[1][:80]!r}; write one of {', '.join(_levels(kind))}"
    mismatch = _MISMATCH.search(message)
    if mismatch is None:
        return f"{name!r} is not what it should be ({message}); mend it"
    wanted, got = (_named(kinds) for kinds in mismatch.groups())
    quote = "; put it in quotation marks" if wanted == "text" and got != "a list" else "; mend it"
    return f"{name!r} should be {wanted} and is {got}{quote}"


def _levels(kind: object) -> Iterator[str]:
    """The words of a closed vocabulary, alone or in a list."""
    for inner in get_args(kind):
        if isinstance(inner, str):
            yield inner
        else:
            yield from _levels(inner)


def _named(kinds: str) -> str:
    names = [_KINDS.get(kind.strip(), kind.strip()) for kind in kinds.split("|") if kind.strip() != "null"]
    return " or ".join(dict.fromkeys(names))
