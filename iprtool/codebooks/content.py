"""Whether what a codebook says holds together: ids and keys of their own, labels to be read, scales that rise."""

import math
import re
from collections.abc import Iterator

from iprtool.codebooks.faults import Found
from iprtool.codebooks.lines import FieldPath
from iprtool.codebooks.texts import MAX_TEXT, book_id, entry_id, line, prose, repeated
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale, SessionScale

MAX_CODES = 500
MAX_SESSION_RATINGS = 50
MAX_STEPS = 1000
POLARITIES = ("positive", "negative", "neutral")

RESEARCHERS_TERMS = ("rupture", "withdrawal", "confrontation", "alliance", "salience")
"""What is never in a codebook whose words participants may be shown: the terms in which observers code what they see
(rupture, withdrawal, confrontation: Eubanks, Muran & Safran 2015; alliance: Bordin 1979; salience: Eubanks & Muran
2022). A person who is shown them recalls in them."""

_TERM = re.compile(rf"\b({'|'.join(RESEARCHERS_TERMS)})s?\b", re.IGNORECASE)


def content_problems(book: Codebook) -> Iterator[Found]:
    """What does not hold together in a codebook whose fields are all there, each with its path."""
    yield from _head(book)
    yield from _codes(book.codes)
    yield from _repeats(book.codes)
    yield from _session_ratings(book.session_ratings)
    if book.rating is not None:
        yield from _scale(book.rating, ("rating",))
    if book.plain:
        yield from _researchers_terms(book)


def _researchers_terms(book: Codebook) -> Iterator[Found]:
    for path, text in _shown(book):
        if found := _TERM.search(text):
            yield (
                path,
                f"{found[0]!r} is a researcher's term, which participants are never shown; say it in plain words",
            )


def _shown(book: Codebook) -> Iterator[tuple[FieldPath, str]]:
    """What a person who recalls may be shown of a codebook: all but the ratings of the whole session, a coder's."""
    yield ("title",), book.title
    for place, code in enumerate(book.codes):
        for field, text in (("label", code.label), ("gloss", code.gloss), ("group", code.group or "")):
            yield ("codes", place, field), text
    for value, label in (book.rating.anchors if book.rating else {}).items():
        yield ("rating", "anchors", value), label


def _head(book: Codebook) -> Iterator[Found]:
    yield from book_id(book.id, ("id",), "codebook")
    yield from line(book.version, ("version",))
    yield from line(book.title, ("title",), longest=MAX_TEXT)
    yield from prose(book.source, ("source",))
    if not book.codes:
        yield ("codes",), "there is no code; add one with an id and a label"
    if len(book.codes) > MAX_CODES:
        yield ("codes", MAX_CODES), f"there are more than {MAX_CODES} codes; split the codebook"


def _codes(codes: tuple[CodeEntry, ...]) -> Iterator[Found]:
    for place, entry in enumerate(codes):
        here: FieldPath = ("codes", place)
        yield from entry_id(entry.id, (*here, "id"), "code id")
        yield from line(entry.label, (*here, "label"))
        yield from prose(entry.gloss, (*here, "gloss"), needed=False)
        if entry.group is not None:
            yield from line(entry.group, (*here, "group"))
        if entry.polarity is not None and entry.polarity not in POLARITIES:
            yield (*here, "polarity"), f"{entry.polarity[:80]!r} is no polarity; write one of {', '.join(POLARITIES)}"
        if entry.key is not None and not 1 <= entry.key <= 9:
            yield (*here, "key"), f"the key {entry.key} is none of the digits; write 1 to 9, or leave it out"


def _repeats(codes: tuple[CodeEntry, ...]) -> Iterator[Found]:
    yield from repeated("codes", "code", "id", (entry.id for entry in codes))
    yield from repeated("codes", "code", "label", (entry.label.strip().casefold() or None for entry in codes))
    yield from repeated("codes", "code", "key", (entry.key for entry in codes))


def _session_ratings(scales: tuple[SessionScale, ...]) -> Iterator[Found]:
    if len(scales) > MAX_SESSION_RATINGS:
        reason = f"there are more than {MAX_SESSION_RATINGS} ratings of the whole session; leave some out"
        yield ("session_ratings", MAX_SESSION_RATINGS), reason
    for place, scale in enumerate(scales):
        here: FieldPath = ("session_ratings", place)
        yield from entry_id(scale.id, (*here, "id"), "session rating's id")
        yield from line(scale.label, (*here, "label"))
        yield from prose(scale.gloss, (*here, "gloss"), needed=False)
        yield from _scale(scale.rating, (*here, "rating"))
    yield from repeated("session_ratings", "session rating", "id", (scale.id for scale in scales))
    labels = (scale.label.strip().casefold() or None for scale in scales)
    yield from repeated("session_ratings", "session rating", "label", labels)


def _scale(scale: RatingScale, path: FieldPath) -> Iterator[Found]:
    if not all(math.isfinite(bound) for bound in (scale.minimum, scale.maximum, scale.step)):
        yield path, "the rating's minimum, maximum and step must be finite numbers; mend them"
        return
    if scale.minimum >= scale.maximum:
        reason = f"the rating scale is upside down ({scale.minimum:g} to {scale.maximum:g})"
        yield (*path, "minimum"), f"{reason}; the minimum must be below the maximum"
        return
    steps = (scale.maximum - scale.minimum) / scale.step if scale.step > 0 else 0
    if not (1 <= steps <= MAX_STEPS and math.isclose(steps, round(steps), abs_tol=1e-6)):
        reach = f"it must lead from {scale.minimum:g} to {scale.maximum:g} in whole steps, at most {MAX_STEPS}"
        yield (*path, "step"), f"the step {scale.step:g} does not fit the scale; {reach}"
        return
    for value, label in scale.anchors.items():
        yield from _anchor(scale, value, label, (*path, "anchors", value))


def _anchor(scale: RatingScale, value: str, label: str, here: FieldPath) -> Iterator[Found]:
    yield from line(label, here)
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
