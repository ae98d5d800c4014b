"""A review in words: what there is of a session, and what is said of one of its marks."""

from collections.abc import Iterable, Mapping, Sequence

from iprtool.model.layer import LayerValue, Op, Put
from iprtool.model.linking import Episode, MarkRef, Match, QuoteFlag, Tag, Theme
from iprtool.model.terms import CoverageKind, Role
from iprtool.model.times import clock
from iprtool.reviewing.episodes import outcome_text
from iprtool.reviewing.links import Links, refs_of
from iprtool.reviewing.proposals import Moments
from iprtool.reviewing.review import SAME_MOMENT_MS, Placed, Review

PLAYED_NEAR_MS = 1_000
"""A moment was played where no more than this lies between it and what was: stretches need not meet exactly."""


def layers_text(review: Review, scores: int, room: int) -> str:
    """What there is of a session, as much as fits into a room of cells: client ✓ 5  therapist … 2  coders 2  scores 6.

    A recall that was ended has a ✓; the numbers of its marks give way first, then the scores.
    """
    recalls = [
        (f"{name} {'✓' if layer.closed else '…'}", str(len(layer.marks)))
        for name, layer in zip(review.names, review.layers, strict=True)
        if layer.head.purpose != "coding"
    ]
    coders = len(review.layers) - len(recalls)
    counts = [f"coders {coders}"] * bool(coders) + [f"scores {scores}"] * bool(scores)
    whole, short = [*map(" ".join, recalls), *counts], [*(state for state, _ in recalls), *counts]
    ways = ["  ".join(whole), " ".join(whole), " ".join(short), " ".join(short[:-1])]
    return next((text for text in ways if len(text) <= room), ways[-1])


def state_of(
    placed: Placed, pair: tuple[Placed, Placed] | None, links: Links, moments: Moments, *, held: bool = False
) -> str:
    """Whether a mark is one moment with the other of the pair that is shown, and whether it is held."""
    parts = ["held"] if held else []
    if pair is not None and placed in pair:
        said = links.match_of(pair[0].ref, pair[1].ref)
        if said is not None:
            parts.append("═ one moment" if said[1].same else "≠ not one moment")
        elif moments.between(*pair) is not None:
            parts.append("╌ one moment?")
    return "  ".join(parts)


def said_of(placed: Placed, links: Links) -> list[str]:
    """Themes, episodes and quoting of a mark, as far as there is anything to say."""
    parts = []
    if themes := links.themes_of(placed.ref):
        parts.append("themes: " + ", ".join(theme.name for theme in themes))
    for entity in links.episodes_of(placed.ref):
        episode = links.episodes[entity]
        parts.append(f"{episode.label}: {episode.rupture_type}, {outcome_text(episode)}")
    quoting = links.quoting(placed.ref, placed.mark)
    if links.quote_of(placed.ref) or quoting.quotable != "ask" or quoting.partner_recognisable:
        also = ", the partner may recognise it" if quoting.partner_recognisable else ""
        parts.append(f"quote: {quoting.quotable}{also}")
    return parts


def absence_of(review: Review, by: Role, at_ms: int) -> str:
    """Why there is no account of a moment: no recall that is shown, the moment not played in it, or nothing marked."""
    recalls = [review.layers[at] for at in review.of_role(by)]
    if not recalls:
        return review.absent.get(by, "no recall yet")
    stretches = [one for layer in recalls for one in layer.coverage]
    kinds = {one.kind for one in stretches if one.start_ms - PLAYED_NEAR_MS <= at_ms <= one.end_ms + PLAYED_NEAR_MS}
    if not stretches or "played" in kinds:
        return f"nothing marked within {SAME_MOMENT_MS // 1000} s of {clock(at_ms)}"
    whys: tuple[CoverageKind, ...] = ("declined", "skipped")
    why = next((f" ({one})" for one in whys if one in kinds), "")
    return f"{clock(at_ms)} was not played in this recall{why}"


def unspoken_text(review: Review) -> str:
    """Why no transcript is shown."""
    if not review.withheld:
        return "This session has no transcript."
    return f"Transcript and codings are of everybody in the recording, and are not shown: {review.withheld}"


def refs_said(ops: Iterable[Op]) -> list[MarkRef]:
    """The marks that operations said something of."""
    puts = (op.body for op in ops if isinstance(op.body, Put))
    return list(dict.fromkeys(ref for put in puts for ref in (*refs_of(put.value), *refs_of(put.was))))


def change_text(ops: Sequence[Op], review: Review, themes: Mapping[str, Theme]) -> str:
    """What operations changed in what is said: client 01:45 · theme read instead of seen; with the themes by entity."""
    puts = [op.body for op in ops if isinstance(op.body, Put)]
    # A theme that comes or goes with its first mark is named there.
    of_marks = [one for one in puts if refs_of(one.value or one.was)] or puts
    return "; ".join(dict.fromkeys(_change(one, review, themes) for one in of_marks))


def _change(put: Put, review: Review, themes: Mapping[str, Theme]) -> str:
    value, was = put.value, put.was
    kind, name = _named(value or was, themes)
    if value is None or was is None:
        text = f"{kind}{name} {'taken away' if value is None else 'put back'}"
    elif (before := _named(was, themes)[1]) != name:
        text = f"{kind}{name} instead of {before}"
    else:
        text = f"{kind}{name}: {', '.join(_differences(value, was))}"
    marks = (review.by_ref.get(ref) for ref in _shown_refs(value or was))
    where = ", ".join(f"{review.whose(one)} {clock(one.start_ms)}" for one in marks if one is not None)
    return f"{where} · {text}" if where else text


def _shown_refs(value: LayerValue | None) -> tuple[MarkRef, ...]:
    return value.markers[:1] if isinstance(value, Episode) else refs_of(value)


def _named(value: LayerValue | None, themes: Mapping[str, Theme]) -> tuple[str, str]:
    """What it is, and what is said by it."""
    match value:
        case Match(same=same):
            return "", "one moment" if same else "not one moment"
        case Episode(label=label):
            return "", label
        case Theme(name=name):
            return "theme ", name
        case Tag(theme=theme):
            return "theme ", themes[theme].name if theme in themes else "that is gone"
        case QuoteFlag(quotable=quotable):
            return "quote ", quotable
        case _:
            return "", ""


_FIELDS = {"rupture_type": "type", "end_ms": "end", "start_ms": "beginning", "partner_recognisable": "recognisable"}


def _differences(value: LayerValue, was: LayerValue) -> Iterable[str]:
    for field in value.__struct_fields__:
        now, before = getattr(value, field), getattr(was, field)
        if now != before and field in ("note", "gloss"):
            yield f"another {field}"
        elif now != before:
            yield f"{_FIELDS.get(field, field)} {_text(field, now)} instead of {_text(field, before)}"


def _text(field: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and field.endswith("_ms"):
        return clock(value)
    return str(len(value)) if isinstance(value, tuple) else str(value) if value is not None else "none"
