"""A value from TOML text, each error with its line."""

import re
import tomllib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from iprtool.codebooks.faults import FaultyFileError, Found, Problem, refuse
from iprtool.codebooks.lines import line_index
from iprtool.codebooks.shape import shape_problems

Kind = TypeVar("Kind", bound=msgspec.Struct)

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_AT_END = " (at end of document)"
_LONG_NUMBER = re.compile(r"[0-9_]{4000}")
_DEEP_KEY = re.compile(r"""(?<![\w"'-])(?:(?:[\w-]++|"(?:[^"\\]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""", re.ASCII)


def from_toml(
    text: str,
    kind: type[Kind],
    content: Callable[[Kind], Iterable[Found]],
    complete: Callable[[dict[str, Any]], None],
) -> Kind:
    """The value that the text describes; FaultyFileError says what is wrong with it.

    `complete` may fill in, on the data as read, what the text may leave out; `content` says what does not hold
    together in a value whose fields are all there.
    """
    data = _parsed(text)
    complete(data)
    if found := list(shape_problems(data, kind)):
        refuse(found, line_index(text))
    value = msgspec.convert(data, kind)
    if found := list(content(value)):
        refuse(found, line_index(text))
    return value


def _parsed(text: str) -> dict[str, Any]:
    if deep := _DEEP_KEY.search(text):
        # tomllib's memory grows with the square of a dotted key's parts: a small file can take all there is.
        raise _fault(_line_at(text, deep.start()), "a dotted name has too many parts; none here needs more than three")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_fault(text, str(error)) from None
    except RecursionError:
        raise _fault(1, "brackets are nested too deeply; nothing here needs more than three levels") from None
    except ValueError:
        number = _LONG_NUMBER.search(text)
        line = _line_at(text, number.start()) if number else 1
        raise _fault(line, "a number is too long to be read; write a shorter one") from None


def _syntax_fault(text: str, message: str) -> FaultyFileError:
    at = _AT_LINE.search(message)
    line = int(at[1]) if at else _line_at(text.rstrip(), len(text))
    reason = _AT_LINE.sub("", message).removesuffix(_AT_END)
    return _fault(line, f"not TOML here ({reason[:1].lower()}{reason[1:]}); mend this line")


def _line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _fault(line: int, reason: str) -> FaultyFileError:
    return FaultyFileError(Problem(line, reason))
