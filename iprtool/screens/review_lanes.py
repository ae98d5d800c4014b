"""The lanes of a review: sound and speech, each person's marks and dial, moments, episodes, coders' segments."""

from collections.abc import Iterable, Iterator

import msgspec

from iprtool.coding.wording import segment_texts
from iprtool.model.layer import LayerContent
from iprtool.model.linking import Episode, MarkRef
from iprtool.model.terms import Role
from iprtool.recall.wording import title_of
from iprtool.reviewing.proposals import Moment
from iprtool.reviewing.review import Placed, Review
from iprtool.screens.presenting import item_of
from iprtool.timeline.lanes import (
    EpisodesLane,
    Lane,
    LaneItem,
    LinksLane,
    MarksLane,
    PeaksLane,
    SegmentsLane,
    SpeechLane,
    TraceLane,
    episode_item,
    link_item,
    rupture_item,
)

MATCHED, RUPTURES = "matched", "ruptures"
EPISODE, RUPTURE = "episode:", "rupture:"
"""How the ids of episodes and rupture markers begin on their lane; a marker's goes on with the mark's own."""


def review_lanes(review: Review, *, rows: int) -> list[Lane]:
    """All lanes, before anything is matched or linked; where there is room, dials and episodes have several rows."""
    lanes: list[Lane] = [PeaksLane("sound")]
    if review.transcript:
        lanes.append(SpeechLane("speech", [(one.start_ms, one.end_ms, one.speaker) for one in review.transcript]))
    marks: list[list[LaneItem]] = [[] for _ in review.layers]
    for one in review.marks:
        marks[one.layer].append(_item(review, one))
    recalls = [number for number, layer in enumerate(review.layers) if layer.head.purpose != "coding"]
    lanes += [
        MarksLane(review.names[number], marks[number])
        for number in recalls
        if marks[number] or not review.layers[number].traces
    ]
    lanes += [LinksLane(MATCHED), ruptures_lane(review, {}, rows=rows)]
    for number in recalls:
        if (layer := review.layers[number]).traces:
            samples = (sample for trace in layer.traces for sample in trace.samples)
            lanes.append(TraceLane(f"dial {review.names[number]}", samples, rows=rows))
    return [*lanes, *(_segments(review, number) for number in range(len(review.layers)) if number not in recalls)]


def _item(review: Review, one: Placed) -> LaneItem:
    """A mark; where several recalled together, in the tone of who spoke, with their letter."""
    if one.by is not None:
        return item_of(one.mark, review.codebook(one), key=one.id, tone=one.by)
    spoke = one.mark.author
    tone: Role = spoke if spoke in ("client", "therapist") else "researcher"
    item = item_of(one.mark, review.codebook(one), key=one.id, tone=tone)
    return msgspec.structs.replace(item, glyph=f"{item.glyph} {spoke[0].upper()}")


def _segments(review: Review, number: int) -> Lane:
    layer: LayerContent = review.layers[number]
    return SegmentsLane(review.names[number], layer.head.segment_ms, layer.head.duration_ms, segment_texts(layer))


def matched_lane(moments: Iterable[Moment]) -> LinksLane:
    """Moments that are one, said or proposed."""
    return LinksLane(
        MATCHED,
        [
            link_item(
                one.id,
                (one.first.start_ms, one.first.last_ms),
                (one.second.start_ms, one.second.last_ms),
                confirmed=one.said,
            )
            for one in moments
        ],
    )


def ruptures_lane(review: Review, episodes: dict[str, Episode], *, rows: int) -> EpisodesLane:
    """Episodes, and the rupture markers that are in none."""
    linked = {ref for one in episodes.values() for ref in one.markers}
    loose = (_marker(review, one) for one in review.ruptures if one.ref not in linked)
    lines = (episode_item(f"{EPISODE}{entity}", one, _further(review, entity, one)) for entity, one in episodes.items())
    return EpisodesLane(RUPTURES, [*lines, *loose], height=rows)


def _further(review: Review, entity: str, episode: Episode) -> Iterator[LaneItem]:
    """The markers of an episode but the first, whose sign the episode has."""
    placed = sorted(_placed(review, episode.markers), key=lambda one: one.start_ms)
    for one in placed[1:]:
        item = _marker(review, one)
        # The same mark may be in two episodes.
        yield LaneItem(f"{item.id}@{entity}", item.start_ms, item.end_ms, item.glyph, item.label, style=item.style)


def _placed(review: Review, refs: Iterable[MarkRef]) -> Iterator[Placed]:
    return (review.by_ref[ref] for ref in refs if ref in review.by_ref)


def _marker(review: Review, one: Placed) -> LaneItem:
    rupture, mark = one.mark.rupture, one.mark
    kind, salience = (rupture.type, rupture.salience) if rupture else ("unclear", None)
    label = title_of(mark, review.codebook(one))
    return rupture_item(f"{RUPTURE}{one.id}", mark.start_ms, mark.end_ms, kind, salience, label)
