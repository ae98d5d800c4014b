"""What a coding says, in a few characters for a timeline and in words for a screen."""

from collections import Counter

from iprtool.coding.sheet import Sheet
from iprtool.model.codebook import RatingScale
from iprtool.model.coding import SegmentCode
from iprtool.model.layer import LayerContent
from iprtool.model.terms import Clarity

CLARITY_SIGNS: dict[Clarity | None, str] = {"minus": "−", "plain": "●", "plus": "+", None: "●"}
NOTHING = "–"
"""A finished segment in which nothing was found."""


def sign_of(value: SegmentCode) -> str:
    """A code found, in one sign: its rating, else its clarity, else a dot."""
    return f"{value.rating:g}" if value.rating is not None else CLARITY_SIGNS[value.clarity]


def short_of(label: str) -> str:
    """A scale's short name (WD_P) where its label begins with one, else the label's first letters."""
    first = label.split()[0]
    return first if first.isupper() else first[:4]


def segment_text(sheet: Sheet, segment: int) -> str:
    """A segment on a timeline: what was rated above the lowest value (WD_P 3), else how many of each group (W2 C1).

    A finished one in which nothing was found is a dash, one that was not begun is empty.
    """
    scheme = sheet.scheme
    codes = sheet.codes(segment)
    scale = scheme.codebook.rating
    if scheme.scales and scale is not None:
        ratings = {one.code: one.rating for one in codes if one.rating is not None}
        above = [
            f"{short_of(one.label)} {ratings[one.id]:g}"
            for one in scheme.scales
            if ratings.get(one.id, scale.minimum) > scale.minimum
        ]
        text = " ".join(above)
    else:
        counts = Counter((entry.group or "") for one in codes if (entry := scheme.codebook.entry(one.code)))
        text = " ".join(f"{(group or 'x')[0].upper()}{count}" for group, count in counts.items())
    return text or (NOTHING if sheet.is_finished(segment) else "")


def segment_texts(content: LayerContent) -> dict[int, str]:
    """The texts of all segments of a coding that have one, for a `SegmentsLane`."""
    sheet = Sheet(content.head, content.values)
    texts = {number: segment_text(sheet, number) for number in range(sheet.segments.count)}
    return {number: text for number, text in texts.items() if text}


def anchored(scale: RatingScale, value: float) -> str:
    """A rating with its anchor, where the codebook has one."""
    anchor = scale.anchors.get(f"{value:g}")
    return f"{value:g} {anchor}" if anchor else f"{value:g}"
