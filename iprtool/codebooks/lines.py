"""Where in a TOML text a field stands, so that an error can name its line."""

import re
from collections.abc import Iterable

FieldPath = tuple[str | int, ...]

_PART = r"""(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_ARRAY_HEADER = re.compile(rf"\s*\[\[\s*({_DOTTED})\s*\]\]")
_HEADER = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=\s*(.*)")


def line_index(text: str) -> dict[FieldPath, int]:
    """The first line, counted from 1, of each table and field, by path: `("codes", 2, "label")`, say.

    What stands inside an inline table or array has no entry of its own; `line_of` answers with what holds it.
    """
    found: dict[FieldPath, int] = {}
    seen: dict[FieldPath, int] = {}
    table: FieldPath = ()
    fence: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if fence is not None:
            fence = None if fence in line else fence
        elif header := _ARRAY_HEADER.match(line):
            *holder, last = _parts(header[1])
            array = (*_placed(holder, seen), last)
            seen[array] = seen.get(array, -1) + 1
            table = (*array, seen[array])
            _note(found, table, number)
        elif header := _HEADER.match(line):
            table = _placed(_parts(header[1]), seen)
            _note(found, table, number)
        elif key := _KEY.match(line):
            _note(found, (*table, *_parts(key[1])), number)
            fence = _left_open(key[2])
    return found


def line_of(index: dict[FieldPath, int], path: FieldPath) -> int:
    """The line of the longest known beginning of a path; the first line where there is none."""
    return next((index[path[:size]] for size in range(len(path), 0, -1) if path[:size] in index), 1)


def _placed(parts: Iterable[str | int], seen: dict[FieldPath, int]) -> FieldPath:
    """The path of a header's table: the newest table of every array on the way is meant."""
    path: FieldPath = ()
    for part in parts:
        path = (*path, part)
        if path in seen:
            path = (*path, seen[path])
    return path


def _parts(dotted: str) -> FieldPath:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _note(found: dict[FieldPath, int], path: FieldPath, number: int) -> None:
    for size in range(1, len(path) + 1):
        found.setdefault(path[:size], number)


def _left_open(value: str) -> str | None:
    """The quotation marks of a multi-line string that begins here and does not end on the line."""
    fence = value[:3]
    return fence if fence in ('"""', "'''") and fence not in value[3:] else None
