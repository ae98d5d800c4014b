"""Codebooks from TOML: the shipped ones by id, a study's own from a file, each error with its line."""

import re
import tomllib
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import msgspec

from iprtool.codebooks.content import content_problems
from iprtool.codebooks.lines import FieldPath, line_index, line_of
from iprtool.codebooks.shape import shape_problems
from iprtool.model.codebook import Codebook
from iprtool.model.errors import CodebookError

MAX_BYTES = 256 * 1024
"""The largest file that is read as a codebook; the largest shipped one has 6 KiB."""

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_AT_END = " (at end of document)"
_LONG_NUMBER = re.compile(r"[0-9_]{4000}")
_DEEP_KEY = re.compile(r"""(?<![\w"'-])(?:(?:[\w-]++|"(?:[^"\\]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""", re.ASCII)


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a codebook's file: the line, counted from 1 (None: no line to name), and the reason."""

    line: int | None
    reason: str


class _NoCodebookError(Exception):
    """The file is no codebook; what is wrong with it, in the order of its lines."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems


def load(path: Path) -> Codebook:
    """The codebook in a TOML file; CodebookError names the file, the line and the reason."""
    try:
        return _codebook(path)
    except _NoCodebookError as fault:
        raise CodebookError(_sentence(path, fault.problems)) from None


def check(path: Path) -> tuple[Problem, ...]:
    """What is wrong with a codebook's file, by line; empty where `load` would succeed."""
    try:
        _codebook(path)
    except _NoCodebookError as fault:
        return fault.problems
    return ()


@cache
def shipped(codebook_id: str) -> Codebook:
    """The codebook that comes with iprtool under this id; CodebookError where there is none."""
    if codebook_id not in shipped_ids():
        raise CodebookError(f"no codebook {codebook_id!r} comes with iprtool; there are {', '.join(shipped_ids())}")
    with as_file(files(__package__) / f"{codebook_id}.toml") as path:
        return load(path)


@cache
def shipped_ids() -> tuple[str, ...]:
    """The ids of the codebooks that come with iprtool, in alphabetical order."""
    names = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def _sentence(path: Path, problems: tuple[Problem, ...]) -> str:
    first, more = problems[0], len(problems) - 1
    name = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in path.name or str(path))
    where = name if first.line is None else f"{name}, line {first.line}"
    return f"{where}: {first.reason}" + (f" ({more} more to mend after it)" if more else "")


def _codebook(path: Path) -> Codebook:
    text = _text(_bytes(path))
    data = _parsed(text)
    _refuse(text, shape_problems(data))
    codebook = msgspec.convert(data, Codebook)
    _refuse(text, content_problems(codebook))
    return codebook


def _refuse(text: str, found: list[tuple[FieldPath, str]]) -> None:
    if found:
        index = line_index(text)
        raise _NoCodebookError(
            *(Problem(*at) for at in sorted((line_of(index, path), reason) for path, reason in found))
        )


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _NoCodebookError(Problem(None, "this is a folder; name the codebook's TOML file in it"))
        if path.exists() and not path.is_file():
            raise _NoCodebookError(Problem(None, "this is no ordinary file; name a TOML file"))
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _NoCodebookError(Problem(None, "there is no such file; check the path")) from None
    except OSError as error:
        reason = f"it could not be read ({error.strerror}); check the path and its permissions"
        raise _NoCodebookError(Problem(None, reason)) from None


def _text(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        reason = f"it is larger than {MAX_BYTES // 1024} KiB, which no codebook is; check the path"
        raise _NoCodebookError(Problem(None, reason))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reason = "a character here is not UTF-8; save the file with the encoding UTF-8"
        raise _NoCodebookError(Problem(line, reason)) from None
    if not text.strip():
        raise _NoCodebookError(
            Problem(1, "the file is empty; write at least an id, a version, a title, a source and one code")
        )
    return text


def _parsed(text: str) -> dict[str, Any]:
    if deep := _DEEP_KEY.search(text):
        # tomllib's memory grows with the square of a dotted key's parts: a small file can take all there is.
        reason = "a dotted name has too many parts; a codebook needs two at most"
        raise _NoCodebookError(Problem(_line_at(text, deep.start()), reason))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _NoCodebookError(_syntax_problem(text, str(error))) from None
    except RecursionError:
        raise _NoCodebookError(
            Problem(1, "brackets are nested too deeply; a codebook needs two levels at most")
        ) from None
    except ValueError:
        number = _LONG_NUMBER.search(text)
        line = _line_at(text, number.start()) if number else 1
        raise _NoCodebookError(Problem(line, "a number is too long to be read; write a shorter one")) from None


def _line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _syntax_problem(text: str, message: str) -> Problem:
    at = _AT_LINE.search(message)
    line = int(at[1]) if at else _line_at(text.rstrip(), len(text))
    reason = _AT_LINE.sub("", message).removesuffix(_AT_END)
    return Problem(line, f"not TOML here ({reason[:1].lower()}{reason[1:]}); mend this line")
