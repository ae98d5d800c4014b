"""The rows of episodes, matches and themes, out of what the researcher said across layers."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from iprtool.export.links import Links, Standing
from iprtool.export.roster import Record
from iprtool.export.rows import StudyRows
from iprtool.model.linking import Episode, MarkRef, Match, Tag, Theme
from iprtool.model.study import Coding, Recall
from iprtool.reviewing.links import refs_of


def link_records(rows: StudyRows, links: Links, standing: Standing) -> dict[str, list[Record]]:
    """The rows of each table; what is of marks that do not leave is left out, or named as little as can be."""
    values = links.values.items()
    episodes = {ident: value for ident, value in values if isinstance(value, Episode) and _is_left(value, standing)}
    tagged = {(tag.theme, tag.mark) for _, tag in values if isinstance(tag, Tag)}
    shown = {theme for theme, ref in tagged if ref in standing}
    # A theme that only those show of whom nothing leaves may be named in their words.
    kept_back = {theme for theme, ref in tagged if ref.layer in links.gone} - shown
    themes = {ident: one for ident, one in values if isinstance(one, Theme) and ident not in kept_back}
    places = _Places(rows)
    return {
        "episodes": [_episode(ident, value, places, links) for ident, value in episodes.items()],
        "episode_members": [
            {"episode": ident, **member}
            for ident, value in episodes.items()
            for member in _members(value, rows, standing)
        ],
        "matches": [
            {"id": ident, "first": value.first.mark, "second": value.second.mark, "same": value.same}
            for ident, value in values
            if isinstance(value, Match) and value.first in standing and value.second in standing
        ],
        "themes": [{**msgspec.structs.asdict(value), "id": ident} for ident, value in themes.items()],
        "annotation_themes": [
            {"theme": theme, "annotation": ref.mark} for theme, ref in tagged if theme in themes and ref in standing
        ],
    }


class _Places:
    """Which session and recording a layer is of."""

    def __init__(self, rows: StudyRows) -> None:
        made: list[Recall | Coding] = [*rows.recalls, *rows.codings]
        self._by_layer = {one.layer: (one.session, one.recording) for one in made if one.layer is not None}

    def of(self, refs: Iterable[MarkRef]) -> tuple[str | None, str | None]:
        """The session and the recording that marks are of, where they are known."""
        found = (self._by_layer[ref.layer] for ref in refs if ref.layer in self._by_layer)
        return next(found, (None, None))


def _is_left(episode: Episode, standing: Standing) -> bool:
    """Whether any of it leaves; one that no mark shows stays the researcher's own."""
    refs = refs_of(episode)
    return not refs or any(ref in standing for ref in refs)


def _episode(ident: str, episode: Episode, places: _Places, links: Links) -> Record:
    session, recording = places.of(refs_of(episode))
    # What the researcher wrote may hold words of someone of whom nothing leaves.
    silent = {"label": None, "note": None} if links.is_of_gone([episode]) else {}
    return {**msgspec.structs.asdict(episode), **silent, "id": ident, "session": session, "recording": recording}


def _members(episode: Episode, rows: StudyRows, standing: Standing) -> Iterator[Record]:
    book = rows.strategies
    gone = rows.withheld_layers
    found: list[Mapping[str, object]] = [
        {"role": "marker", "annotation": ref.mark, "at_ms": standing[ref], "code": None}
        for ref in episode.markers
        if ref in standing
    ]
    for strategy in episode.strategies:
        shown = strategy.shown_by
        if shown is None or shown.layer not in gone:
            mark = shown.mark if shown in standing and shown is not None else None
            found.append({"role": "strategy", "annotation": mark, "at_ms": strategy.at_ms, "code": strategy.code})
    for position, one in enumerate(found):
        named = {"codebook": book.id, "codebook_version": book.version} if book and one["code"] is not None else {}
        yield {"position": position, "codebook": None, "codebook_version": None, **one, **named}
