"""Rupture episodes as items of a lane: sign, outcome, and the moments that lie on their lines."""

from collections.abc import Iterable

from iprtool.model.linking import MAJOR_SALIENCE, Episode
from iprtool.model.terms import RuptureType
from iprtool.recall.wording import RUPTURE_LETTERS
from iprtool.timeline.lanes.lane import LaneItem

_MAJOR, _MINOR = "▼", "▽"


class EpisodeItem(LaneItem, frozen=True, gc=False):
    """An episode on a lane: its sign, its outcome as the label, and by time the moments that lie on its line.

    Where it is `open` it did not end in the session, and `end_ms` is that of its last moment.
    """

    strategies: tuple[LaneItem, ...] = ()
    markers: tuple[LaneItem, ...] = ()

    @property
    def last_ms(self) -> int:
        """Its end, or where the last of it is known."""
        return self.start_ms if self.end_ms is None else self.end_ms

    @property
    def moments(self) -> tuple[LaneItem, ...]:
        """What lies on its line."""
        return (*self.strategies, *self.markers)


def rupture_sign(kind: RuptureType, salience: int | None) -> str:
    """The sign of a rupture: ▼ major or ▽ minor, the type's letter, the salience if it was judged (else ▼)."""
    judged = "" if salience is None else f" {salience}"
    return f"{_MINOR if _is_minor(salience) else _MAJOR}{RUPTURE_LETTERS[kind]}{judged}"


def rupture_item(
    item_id: str, start_ms: int, end_ms: int | None, kind: RuptureType, salience: int | None, label: str = ""
) -> LaneItem:
    """A rupture marker as an item of a lane, of an episode or of none."""
    return LaneItem(item_id, start_ms, end_ms, rupture_sign(kind, salience), label, style=_style(salience))


def strategy_id(episode_id: str, number: int) -> str:
    """The id of an episode's strategy, counted from 0 in the episode's order."""
    return f"{episode_id}:strategy:{number}"


def episode_item(episode_id: str, episode: Episode, markers: Iterable[LaneItem] = ()) -> EpisodeItem:
    """An episode as an item of a lane; `markers` are further markers of it, to be drawn on its line."""
    on_line = sorted(markers, key=_start_ms)
    strategies = [
        LaneItem(strategy_id(episode_id, number), one.at_ms, label=one.code, style="episode")
        for number, one in enumerate(episode.strategies)
    ]
    ends_ms = [one.last_ms for one in (*strategies, *on_line)]
    return EpisodeItem(
        id=episode_id,
        start_ms=episode.start_ms,
        end_ms=max(episode.start_ms, episode.end_ms or 0, *ends_ms),
        glyph=rupture_sign(episode.rupture_type, episode.salience),
        label=_outcome(episode),
        open=episode.end_ms is None,
        style=_style(episode.salience),
        strategies=tuple(sorted(strategies, key=_start_ms)),
        markers=tuple(on_line),
    )


def _is_minor(salience: int | None) -> bool:
    return salience is not None and salience < MAJOR_SALIENCE


def _style(salience: int | None) -> str:
    return "episode" if _is_minor(salience) else "rupture"


def _outcome(episode: Episode) -> str:
    """How it came out and how far it was resolved, 1 to 5; nothing where neither was judged."""
    said = [] if episode.outcome == "unclear" and episode.resolved is None else [episode.outcome]
    return " ".join([*said, *([] if episode.resolved is None else [str(episode.resolved)])])


def _start_ms(item: LaneItem) -> int:
    return item.start_ms
