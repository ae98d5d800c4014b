"""Whether what a codebook says holds together: ids and keys of their own, labels to be read, a scale that rises."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator

from iprtool.codebooks.lines import FieldPath
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale

Found = tuple[FieldPath, str]

MAX_CODES = 500
MAX_LABEL = 80
MAX_TEXT = 2000
POLARITIES = ("positive", "negative", "neutral")

_BOOK_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_CODE_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_UNFIT = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def content_problems(book: Codebook) -> list[Found]:
    """What does not hold together in a codebook whose fields are all there, each with its path."""
    return [*_head(book), *_codes(book.codes), *_repeats(book.codes), *(_scale(book.rating) if book.rating else ())]


def _head(book: Codebook) -> Iterator[Found]:
    if not _BOOK_ID.fullmatch(book.id):
        yield ("id",), f"the codebook's id {book.id[:80]!r} may hold only a-z, 0-9, - and _, up to 64"
    yield from _line(book.version, ("version",))
    yield from _line(book.title, ("title",), longest=MAX_TEXT)
    yield from _prose(book.source, ("source",))
    if not book.codes:
        yield ("codes",), "there is no code; add a [[codes]] table with an id and a label"
    if len(book.codes) > MAX_CODES:
        yield ("codes", MAX_CODES), f"there are more than {MAX_CODES} codes; split the codebook"


def _codes(codes: tuple[CodeEntry, ...]) -> Iterator[Found]:
    for place, entry in enumerate(codes):
        here: FieldPath = ("codes", place)
        if not _CODE_ID.fullmatch(entry.id):
            yield (*here, "id"), f"the code id {entry.id[:80]!r} may hold only a-z, 0-9 and _, up to 64"
        yield from _line(entry.label, (*here, "label"))
        yield from _prose(entry.gloss, (*here, "gloss"), needed=False)
        if entry.group is not None:
            yield from _line(entry.group, (*here, "group"))
        if entry.polarity is not None and entry.polarity not in POLARITIES:
            yield (*here, "polarity"), f"{entry.polarity[:80]!r} is no polarity; write one of {', '.join(POLARITIES)}"
        if entry.key is not None and not 1 <= entry.key <= 9:
            yield (*here, "key"), f"the key {entry.key} is none of the digits; write 1 to 9, or leave it out"


def _repeats(codes: tuple[CodeEntry, ...]) -> Iterator[Found]:
    yield from _repeated("id", (entry.id for entry in codes))
    yield from _repeated("label", (entry.label.strip().casefold() or None for entry in codes))
    yield from _repeated("key", (entry.key for entry in codes))


def _repeated(field: str, values: Iterable[str | int | None]) -> Iterator[Found]:
    first: dict[str | int, int] = {}
    for place, value in enumerate(values):
        if value is not None and first.setdefault(value, place) != place:
            earlier = f"code {first[value] + 1} has it already"
            yield ("codes", place, field), f"the {field} {value!r} is used twice ({earlier}); give each code its own"


def _scale(scale: RatingScale) -> Iterator[Found]:
    if not all(math.isfinite(bound) for bound in (scale.minimum, scale.maximum, scale.step)):
        yield ("rating",), "the rating's minimum, maximum and step must be finite numbers; mend them"
        return
    if scale.minimum >= scale.maximum:
        reason = f"the rating scale is upside down ({scale.minimum:g} to {scale.maximum:g})"
        yield ("rating", "minimum"), f"{reason}; the minimum must be below the maximum"
        return
    if not 0 < scale.step <= scale.maximum - scale.minimum:
        yield ("rating", "step"), f"the step {scale.step:g} does not fit the scale; it must be above 0 and within it"
        return
    for value, label in scale.anchors.items():
        yield from _anchor(scale, value, label)


def _anchor(scale: RatingScale, value: str, label: str) -> Iterator[Found]:
    here: FieldPath = ("rating", "anchors", value)
    yield from _line(label, here)
    try:
        steps = (float(value) - scale.minimum) / scale.step
    except ValueError:
        yield here, f"the anchor {value[:80]!r} names no value; write a number of the scale"
        return
    if not (scale.minimum <= float(value) <= scale.maximum and math.isclose(steps, round(steps), abs_tol=1e-6)):
        yield (
            here,
            f"the anchor {value[:80]!r} is not on the scale; it goes from {scale.minimum:g} to {scale.maximum:g}",
        )


def _line(text: str, path: FieldPath, *, longest: int = MAX_LABEL) -> Iterator[Found]:
    """Text of one line, not empty."""
    yield from _text(text, path, longest=longest, allowed="", needed=True)


def _prose(text: str, path: FieldPath, *, needed: bool = True) -> Iterator[Found]:
    """Text that may have several lines."""
    yield from _text(text, path, longest=MAX_TEXT, allowed="\n\t", needed=needed)


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
