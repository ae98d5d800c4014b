"""Rupture episodes: marker, strategies, outcome; major and subtle ones, of the alliance and of the real relationship.

No order of stages is asked for: the strategies of an episode come in any order, or not at all.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from iprtool.model.codebook import Codebook
from iprtool.model.coding import SegmentCode
from iprtool.model.layer import LayerContent
from iprtool.model.linking import MAJOR_SALIENCE, Episode, MarkRef, Strategy
from iprtool.model.mark import Rupture
from iprtool.model.terms import Locus
from iprtool.model.times import clock
from iprtool.reviewing.review import Placed

STRATEGIES = "resolution strategy"
"""The group that resolution strategies are in, in the 3RS 2015 codebook."""

RELATIONSHIPS: dict[Locus, str] = {
    "task": "working alliance",
    "goal": "working alliance",
    "bond": "working alliance",
    "genuineness": "real relationship",
    "realism": "real relationship",
}
"""Which relationship a strain is on, by where it lies (Bordin 1979; Gelso); an unclear one is on neither."""


def weight(salience: int | None) -> str | None:
    """Major or subtle, by the salience; None where that was not judged."""
    return None if salience is None else "major" if salience >= MAJOR_SALIENCE else "subtle"


def begun(label: str, marker: Placed) -> Episode:
    """An episode of one marker, with what its author judged."""
    rupture = marker.mark.rupture or Rupture()
    return Episode(
        label,
        rupture.type,
        marker.start_ms,
        markers=(marker.ref,),
        mover=rupture.mover,
        locus=rupture.locus,
        salience=rupture.salience,
        resolved=rupture.resolved,
    )


def joined(episode: Episode, marker: Placed) -> Episode:
    """With one more marker; it begins where the first of them does."""
    if marker.ref in episode.markers:
        return episode
    return msgspec.structs.replace(
        episode, markers=(*episode.markers, marker.ref), start_ms=min(episode.start_ms, marker.start_ms)
    )


def without(episode: Episode, ref: MarkRef, placed: Mapping[MarkRef, Placed]) -> Episode | None:
    """Without a mark, as marker and as what shows a strategy; None where it was the last marker."""
    markers = tuple(one for one in episode.markers if one != ref)
    if not markers:
        return None
    strategies = tuple(one for one in episode.strategies if one.shown_by != ref)
    starts = [placed[one].start_ms for one in markers if one in placed]
    start_ms = min(starts, default=episode.start_ms)
    return msgspec.structs.replace(episode, markers=markers, strategies=strategies, start_ms=start_ms)


def last_ms(episode: Episode, placed: Mapping[MarkRef, Placed]) -> int:
    """Up to where it is drawn: its end, or the last of its markers and strategies."""
    if episode.end_ms is not None:
        return max(episode.start_ms, episode.end_ms)
    ends = [placed[one].last_ms for one in episode.markers if one in placed]
    return max([episode.start_ms, *ends, *(one.at_ms for one in episode.strategies)])


def outcome_text(episode: Episode) -> str:
    """How it came out: repaired 4."""
    return " ".join([episode.outcome, *([str(episode.resolved)] if episode.resolved else [])])


def episode_title(episode: Episode) -> str:
    """An episode above its fields: when, how much belongs to it, which relationship it strains, major or subtle."""
    ends = clock(episode.end_ms) if episode.end_ms is not None else "open"
    parts = [
        f"{episode.label}  {clock(episode.start_ms)}–{ends}",
        _counted(len(episode.markers), "marker"),
        _counted(len(episode.strategies), "strategy", "strategies"),
        RELATIONSHIPS.get(episode.locus, "") if episode.locus else "",
        weight(episode.salience) or "",
    ]
    return " · ".join(part for part in parts if part)


def _counted(count: int, one: str, several: str = "") -> str:
    return "" if not count else f"{count} {one if count == 1 else several or one + 's'}"


def strategies_in(codebook: Codebook) -> list[str]:
    """The codes of a codebook that are resolution strategies."""
    return [entry.id for entry in codebook.codes if entry.group == STRATEGIES]


def strategies_shown(layers: Sequence[LayerContent]) -> list[Strategy]:
    """The strategies that layers show, in time, each where it was: by a coder's evidence, or a mark with its code."""
    found = {(one.code, one.shown_by): one for layer in layers for one in _shown_by(layer)}
    return sorted(found.values(), key=lambda one: (one.at_ms, one.code))


def _shown_by(layer: LayerContent) -> Iterator[Strategy]:
    codes = frozenset(strategies_in(layer.head.codebook))
    if not codes:
        return
    starts = {mark.id: mark.start_ms for mark in layer.marks}
    for value in layer.values.values():
        if isinstance(value, SegmentCode) and value.code in codes:
            for ident in starts.keys() & value.evidence:
                yield Strategy(value.code, starts[ident], MarkRef(layer.head.layer, ident))
    for mark in layer.marks:
        for code in mark.codes:
            if code.code in codes and code.codebook == layer.head.codebook.id:
                yield Strategy(code.code, mark.start_ms, MarkRef(layer.head.layer, mark.id))
