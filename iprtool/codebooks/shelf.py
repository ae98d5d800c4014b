"""What comes with iprtool of one kind (codebooks, guides, instruments), and how a study's own is read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Generic

from msgspec import UNSET

from iprtool.codebooks.faults import FaultyFileError, Found, Problem
from iprtool.codebooks.files import text_of
from iprtool.codebooks.toml import from_toml
from iprtool.codebooks.versions import Versioned, meaning_problem, revised
from iprtool.model.errors import IprtoolError

MAX_BYTES = 256 * 1024
"""The largest file that is read as one of them; the largest shipped one has 8 KiB."""

TABLE_SUFFIXES = (".csv", ".tsv")


def _as_it_is(data: dict[str, Any]) -> None:
    """Nothing may be left out of the file."""


@dataclass(frozen=True)
class Shelf(Generic[Versioned]):
    """The values of one kind: `package` holds the shipped ones as TOML, `error` is what a faulty file raises.

    `needs` says what a file has at least, `tables` which fields hold entries with ids. `from_table` makes the value of
    a CSV text and the file's name, where there is such a form.
    """

    kind: type[Versioned]
    noun: str
    needs: str
    package: str
    error: type[IprtoolError]
    content: Callable[[Versioned], Iterable[Found]]
    tables: tuple[str, ...]
    complete: Callable[[dict[str, Any]], None] = _as_it_is
    from_table: Callable[[str, str], Versioned] | None = None

    def load(self, path: Path) -> Versioned:
        """The value in a file; the error names the file, the line and the reason."""
        try:
            return self._read(path)
        except FaultyFileError as fault:
            raise self.error(fault.sentence(path)) from None

    def check(self, path: Path) -> tuple[Problem, ...]:
        """What is wrong with a file, by line; empty where `load` would succeed."""
        try:
            self._read(path)
        except FaultyFileError as fault:
            return fault.problems
        return ()

    def shipped(self, book: str) -> Versioned:
        """The one that comes with iprtool under this id; the error names those there are."""
        if book not in self.shipped_ids():
            raise self.error(f"no {self.noun} {book!r} comes with iprtool; there are {', '.join(self.shipped_ids())}")
        with as_file(files(self.package) / f"{book}.toml") as path:
            return self.load(path)

    def shipped_ids(self) -> tuple[str, ...]:
        """The ids of those that come with iprtool, in alphabetical order."""
        names = (entry.name for entry in files(self.package).iterdir())
        return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))

    def changed(self, old: Versioned, given: Mapping[str, object], earlier: Sequence[Versioned]) -> Versioned:
        """The next version, with the fields given that are not UNSET; the same one where nothing would change.

        `earlier` are the versions before, the oldest first: none of their numbers is used again, and no id of theirs
        may come to mean something else. The error says the first thing that does not hold together.
        """
        changes = {name: value for name, value in given.items() if value is not UNSET}
        before = list(earlier)
        before.append(old)
        new = revised(old, changes, {one.version for one in before})
        for table in self.tables:
            entries = [(one.version, getattr(one, table)) for one in before]
            if (problem := meaning_problem(getattr(new, table), entries)) is not None:
                raise self._refusal(problem)
        return self.checked(new)

    def following(self, new: Versioned, earlier: Sequence[Versioned]) -> Versioned:
        """A version from elsewhere, where it may come after the earlier ones, the oldest first; the error says why not.

        Its number may not be one of theirs, and no id of theirs may mean something else in it.
        """
        if new.version in {one.version for one in earlier}:
            raise self._refusal(
                f"there is a version {new.version} of {new.id} already; give the changed {self.noun} a new version"
            )
        for table in self.tables if earlier else ():
            entries = [(one.version, getattr(one, table)) for one in earlier]
            if (problem := meaning_problem(getattr(new, table), entries)) is not None:
                raise self._refusal(problem)
        return self.checked(new)

    def checked(self, value: Versioned) -> Versioned:
        """The value itself, where it holds together; the error says the first thing that does not."""
        for _path, reason in self.content(value):
            raise self._refusal(reason)
        return value

    def _refusal(self, reason: str) -> IprtoolError:
        return self.error(f"{reason[:1].upper()}{reason[1:]}.")

    def _read(self, path: Path) -> Versioned:
        text = text_of(path, self.noun, self.needs, MAX_BYTES)
        if self.from_table is not None and path.suffix.lower() in TABLE_SUFFIXES:
            return self.from_table(text, path.name)
        return from_toml(text, self.kind, self.content, self.complete)
