"""A review in words: what there is of a session, and what is said of one of its marks."""

from iprtool.reviewing.episodes import outcome_text
from iprtool.reviewing.links import Links
from iprtool.reviewing.proposals import Moments
from iprtool.reviewing.review import Placed, Review


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
