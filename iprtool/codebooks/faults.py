"""What is wrong with a file of a study's vocabularies, by line."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from iprtool.codebooks.lines import FieldPath, line_of

Found = tuple[FieldPath, str]
"""A fault before its line is known: the path of the field, and the reason."""


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a file: the line, counted from 1 (None: no line to name), and the reason."""

    line: int | None
    reason: str


class FaultyFileError(Exception):
    """The file is not what it should be; what is wrong with it, in the order of its lines."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems

    def sentence(self, path: Path) -> str:
        """The first problem with the file's name and line, and how many more there are."""
        first, more = self.problems[0], len(self.problems) - 1
        name = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in path.name or str(path))
        where = name if first.line is None else f"{name}, line {first.line}"
        return f"{where}: {first.reason}" + (f" ({more} more to mend after it)" if more else "")


def refuse(found: Iterable[Found], index: dict[FieldPath, int]) -> None:
    """Raise what was found, each at its line; nothing where nothing was."""
    at_lines = sorted((line_of(index, path), reason) for path, reason in found)
    if at_lines:
        raise FaultyFileError(*(Problem(*at) for at in at_lines))
