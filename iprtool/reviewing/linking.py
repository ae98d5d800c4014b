"""What the researcher does across layers, as operations on the study's review: each can be undone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import msgspec

from iprtool.edits import Hand, LayerState
from iprtool.model.layer import LayerContent, LayerValue, Op, OpBody, Put
from iprtool.model.linking import Episode, MarkRef, Match, QuoteFlag, Strategy, Tag, Theme
from iprtool.reviewing.episodes import begun, joined, without
from iprtool.reviewing.links import Links, concerns
from iprtool.reviewing.review import Placed, Review

Change = tuple[str, LayerValue | None]
"""An entity and the value that it is to have, None to take it away."""


class Linking:
    """The study's review, as far as one session is concerned: `links` is what was said, each method says more.

    Undo goes back over what was said since it was made; the history takes back what is older.
    """

    def __init__(
        self, content: LayerContent, review: Review, hand: Hand, commit: Callable[[Sequence[Op]], None]
    ) -> None:
        self._here = frozenset(one.head.layer for one in review.layers)
        self._state = LayerState(msgspec.structs.replace(content, ops=()))
        self._placed: Mapping[MarkRef, Placed] = review.by_ref
        self._hand = hand
        self._commit = commit
        self.head = content.head
        self.links = Links(self._state.values)

    @property
    def episodes(self) -> dict[str, Episode]:
        """This session's episodes, by entity, in time."""
        mine = ((entity, one) for entity, one in self.links.episodes.items() if concerns(one, self._here))
        return dict(sorted(mine, key=lambda each: each[1].start_ms))

    # Matches

    def say_same(self, one: Placed, other: Placed) -> None:
        """Two marks are one moment; neither is that any more with another mark of the other's layer."""
        first, second = sorted((one, other), key=lambda placed: placed.layer)
        changes = [
            (entity, None)
            for entity, match in self.links.matches.values()
            if match.same and _replaced(match, first.ref, second.ref)
        ]
        self._put([*changes, self._match(first.ref, second.ref, same=True)])

    def say_apart(self, one: Placed, other: Placed) -> None:
        """Two marks are not one moment, near as they may be."""
        first, second = sorted((one, other), key=lambda placed: placed.layer)
        self._put([self._match(first.ref, second.ref, same=False)])

    def _match(self, first: MarkRef, second: MarkRef, *, same: bool) -> Change:
        said = self.links.match_of(first, second)
        return said[0] if said else self._hand.new_id(), Match(first, second, same)

    # Episodes

    def begin_episode(self, marker: Placed) -> str:
        """A new episode from a marker, numbered on from those that the session has; its entity."""
        entity = self._hand.new_id()
        labels = {one.label for one in self.episodes.values()}
        number = next(number for number in count(len(self.episodes) + 1) if f"episode {number}" not in labels)
        self._put([(entity, begun(f"episode {number}", marker))])
        return entity

    def join(self, entity: str, marker: Placed) -> None:
        """One more marker in an episode."""
        self._put([(entity, joined(self.links.episodes[entity], marker))])

    def leave(self, entity: str, ref: MarkRef) -> None:
        """A mark is of an episode no longer; with its last marker the episode goes."""
        self._put([(entity, without(self.links.episodes[entity], ref, self._placed))])

    def change_episode(self, entity: str, **fields: Any) -> None:
        """Give an episode other values."""
        self._put([(entity, msgspec.structs.replace(self.links.episodes[entity], **fields))])

    def drop_episode(self, entity: str) -> None:
        """There is no such episode; where it is what was said last, that is undone."""
        back = self._state.undo_stack.undo(self._hand)
        if [(op.entity, op.body) for op in back] == [(entity, Put(None, self.links.episodes[entity]))]:
            self._carry_out(back)
        else:
            self._put([(entity, None)])

    def toggle_strategy(self, entity: str, strategy: Strategy) -> bool:
        """Put a strategy into an episode, or take the same one out; whether it is in it now."""
        had = self.links.episodes[entity].strategies
        left = tuple(one for one in had if one != strategy)
        taken = left if len(left) < len(had) else (*had, strategy)
        self.change_episode(entity, strategies=tuple(sorted(taken, key=lambda one: one.at_ms)))
        return len(left) == len(had)

    # Themes

    def toggle_theme(self, theme: str, ref: MarkRef) -> bool:
        """A mark shows a theme, or no longer; whether it does now."""
        tag = self.links.tags_of(ref).get(theme)
        self._put([(tag, None) if tag else (self._hand.new_id(), Tag(theme, ref))])
        return tag is None

    def make_theme(self, theme: Theme, ref: MarkRef | None = None) -> str:
        """A new theme, shown by a mark; one of this name and group is taken where there is one. Its entity."""
        known = self.links.theme_named(theme.name, theme.group)
        entity = known or self._hand.new_id()
        changes: list[Change] = [] if known else [(entity, theme)]
        if ref is not None and entity not in self.links.tags_of(ref):
            changes.append((self._hand.new_id(), Tag(entity, ref)))
        self._put(changes)
        return entity

    def change_theme(self, entity: str, **fields: Any) -> None:
        """Give a theme another name, gloss or group, everywhere."""
        self._put([(entity, msgspec.structs.replace(self.links.themes[entity], **fields))])

    # Quotes

    def flag(self, placed: Placed, **fields: Any) -> None:
        """Decide of quoting a mark; what was not decided yet is as its author said."""
        said = self.links.quote_of(placed.ref)
        mark = placed.mark
        flag = said[1] if said else QuoteFlag(placed.ref, mark.quotable, mark.partner_recognisable)
        self._put([(said[0] if said else self._hand.new_id(), msgspec.structs.replace(flag, **fields))])

    def unflag(self, ref: MarkRef) -> None:
        """Nothing is decided of quoting a mark."""
        if (said := self.links.quote_of(ref)) is not None:
            self._put([(said[0], None)])

    # Undo

    def undo(self) -> Sequence[Op]:
        """Take the last change back; the operations that do, none where nothing was said since the beginning."""
        return self._carry_out(self._state.undo_stack.undo(self._hand))

    def redo(self) -> Sequence[Op]:
        """Do the last undone change again; the operations that do, none where there is none."""
        return self._carry_out(self._state.undo_stack.redo(self._hand))

    def _put(self, changes: Iterable[Change]) -> None:
        bodies: list[tuple[str, OpBody]] = []
        for entity, value in changes:
            was = self._state.values.get(entity)
            if value != was:
                bodies.append((entity, Put(value, was)))
        self._carry_out(self._hand.ops(*bodies))

    def _carry_out(self, ops: Sequence[Op]) -> Sequence[Op]:
        if ops:
            self._state.apply(ops)
            self.links = Links(self._state.values)
            self._commit(ops)
        return ops


def _replaced(match: Match, first: MarkRef, second: MarkRef) -> bool:
    """Whether a match is of one of these marks with another mark of the other's layer."""
    pair = {match.first, match.second}
    if pair == {first, second}:
        return False
    return any(mine in pair and any(one.layer == other.layer for one in pair) for mine, other in _both(first, second))


def _both(first: MarkRef, second: MarkRef) -> tuple[tuple[MarkRef, MarkRef], tuple[MarkRef, MarkRef]]:
    return (first, second), (second, first)
