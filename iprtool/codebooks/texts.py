"""Whether words and ids are fit to be shown, stored and compared."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from iprtool.codebooks.faults import Found
from iprtool.codebooks.lines import FieldPath

MAX_LABEL = 80
MAX_TEXT = 2000

_DASHED = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_UNFIT = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def book_id(text: str, path: FieldPath, noun: str) -> Iterator[Found]:
    """The id of a codebook, guide or instrument."""
    if not _DASHED.fullmatch(text):
        yield path, f"the {noun}'s id {text[:80]!r} may hold only a-z, 0-9, - and _, up to 64"


def entry_id(text: str, path: FieldPath, noun: str) -> Iterator[Found]:
    """The id of a code, lead or subscale."""
    if not _PLAIN.fullmatch(text):
        yield path, f"the {noun} {text[:80]!r} may hold only a-z, 0-9 and _, up to 64"


def line(text: str, path: FieldPath, *, longest: int = MAX_LABEL) -> Iterator[Found]:
    """Text of one line, not empty."""
    yield from _text(text, path, longest=longest, allowed="", needed=True)


def prose(text: str, path: FieldPath, *, needed: bool = True) -> Iterator[Found]:
    """Text that may have several lines."""
    yield from _text(text, path, longest=MAX_TEXT, allowed="\n\t", needed=needed)


def repeated(table: str, noun: str, field: str, values: Iterable[str | int | None]) -> Iterator[Found]:
    """Values of a table's field that an earlier entry has already; None is no value."""
    first: dict[str | int, int] = {}
    for place, value in enumerate(values):
        if value is not None and first.setdefault(value, place) != place:
            earlier = f"{noun} {first[value] + 1} has it already"
            yield (table, place, field), f"the {field} {value!r} is used twice ({earlier}); give each {noun} its own"


def slug(text: str) -> str:
    """An id made of a label's letters and digits, without their accents; empty where none is left."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("æ", "ae").replace("ł", "l"))
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:64].rstrip("_")


def _text(text: str, path: FieldPath, *, longest: int, allowed: str, needed: bool) -> Iterator[Found]:
    name = str(path[-1])
    if needed and not text.strip():
        yield path, f"the {name} is empty; write something to be read"
    if len(text) > longest:
        yield path, f"the {name} is longer than {longest} characters; shorten it"
    unfit = next((char for char in text if _is_unfit(char) and char not in allowed), None)
    if unfit is not None:
        yield path, f"the {name} holds the invisible control character U+{ord(unfit):04X}; take it out"


def _is_unfit(char: str) -> bool:
    """Control characters, terminal escapes, direction marks and the like; joiners are letters to many scripts."""
    return unicodedata.category(char) in _UNFIT and char not in _JOINERS
