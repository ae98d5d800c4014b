"""Whether what an instrument says holds together: raters, and subscales with ranges that rise."""

import math
from collections.abc import Iterator

from iprtool.codebooks.faults import Found
from iprtool.codebooks.lines import FieldPath
from iprtool.codebooks.texts import MAX_TEXT, book_id, entry_id, line, prose, repeated
from iprtool.model.score import Instrument, Subscale

MAX_SUBSCALES = 50
MAX_ITEMS = 1000


def content_problems(instrument: Instrument) -> Iterator[Found]:
    """What does not hold together in an instrument whose fields are all there, each with its path."""
    yield from book_id(instrument.id, ("id",), "instrument")
    yield from line(instrument.version, ("version",))
    yield from line(instrument.title, ("title",), longest=MAX_TEXT)
    yield from prose(instrument.source, ("source",))
    if not instrument.raters:
        yield ("raters",), "nobody fills it in; name at least one rater, such as client"
    if not instrument.subscales:
        yield ("subscales",), "there is no subscale; add one, for instance its total"
    if len(instrument.subscales) > MAX_SUBSCALES:
        yield ("subscales", MAX_SUBSCALES), f"there are more than {MAX_SUBSCALES} subscales; leave some out"
    for place, subscale in enumerate(instrument.subscales):
        yield from _subscale(subscale, ("subscales", place))
    yield from repeated("subscales", "subscale", "id", (one.id for one in instrument.subscales))
    labels = (one.label.strip().casefold() or None for one in instrument.subscales)
    yield from repeated("subscales", "subscale", "label", labels)


def _subscale(subscale: Subscale, here: FieldPath) -> Iterator[Found]:
    yield from entry_id(subscale.id, (*here, "id"), "subscale's id")
    yield from line(subscale.label, (*here, "label"))
    if not all(math.isfinite(bound) for bound in (subscale.minimum, subscale.maximum, subscale.step)):
        yield here, "the minimum, maximum and step must be finite numbers; mend them"
    elif subscale.minimum >= subscale.maximum:
        reason = f"the range is upside down ({subscale.minimum:g} to {subscale.maximum:g})"
        yield (*here, "minimum"), f"{reason}; the minimum must be below the maximum"
    elif not 0 < subscale.step <= subscale.maximum - subscale.minimum:
        yield (*here, "step"), f"the step {subscale.step:g} does not fit the range; it must be above 0 and within it"
    if subscale.items is not None and not 1 <= subscale.items <= MAX_ITEMS:
        yield (*here, "items"), f"{subscale.items} is no number of items; write 1 to {MAX_ITEMS}, or leave it out"
