"""What a recall of any kind has, by marks or by the dial: its layer, picture, cover, sync tone, and its close."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from iprtool.edits import Hand, LayerState, MarkChange
from iprtool.model.layer import Closed, CoverUsed, Draft, LayerContent, Op, OpBody, SyncMarked, ViewChanged
from iprtool.model.mark import Stamp
from iprtool.model.playing import Player
from iprtool.model.ports import LayerLog
from iprtool.model.terms import View
from iprtool.recall.playback import Playback
from iprtool.recall.saving import Saving
from iprtool.recall.sitting import sitting_ms


class Listener(Protocol):
    """Whoever shows the recall. `saved` comes from the writer's thread, the others from the caller's."""

    def coverage_changed(self) -> None:
        """A stretch was played, skipped or declined."""

    def saved(self, error: str | None) -> None:
        """A commit is durable, or did not get there (one sentence)."""


class AnyRecall(ABC):
    """A layer being written by who recalls; each kind makes its `playback`.

    `view` is what is seen of the picture: as it was last chosen, in this recall's earlier sittings too.
    `gone_before_ms` is how long the sitting has taken already that it is gone on with in.
    """

    playback: Playback
    _listener: Listener

    def __init__(self, content: LayerContent, log: LayerLog, hand: Hand, listener: Listener) -> None:
        self.state = LayerState(content)
        self.head = content.head
        self.hand = hand
        self.saving = Saving(log, listener.saved)
        self.draft = content.draft
        self.gone_before_ms = sitting_ms(content.ops, hand.now())
        views = (op.body.view for op in reversed(content.ops) if isinstance(op.body, ViewChanged))
        self.view = next(views, self.head.protocol.view)
        self.covered = False
        self._listener = listener

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self.playback.playing

    @abstractmethod
    def halt(self) -> None:
        """Stop here (each kind's own)."""

    @abstractmethod
    def go_on(self) -> object:
        """Play on from here (each kind's own)."""

    @abstractmethod
    def seek(self, to_ms: int) -> None:
        """Go to a time (each kind's own)."""

    def seek_by(self, ms: int) -> None:
        """Go on or back by so much."""
        self.seek(self.playback.at_ms + ms)

    def set_rate(self, rate: float) -> None:
        """Play at another speed."""
        self.playback.set_rate(rate)

    @abstractmethod
    def keep_draft(self, text: str) -> None:
        """Keep the note as far as it is written (each kind's own)."""

    @abstractmethod
    def save_note(self, text: str) -> object:
        """Save the note that was written (each kind's own)."""

    @abstractmethod
    def undo(self) -> bool:
        """Take back what was last said; False where there is nothing (each kind's own)."""

    @abstractmethod
    def redo(self) -> bool:
        """Do again what was last taken back; False where there is nothing (each kind's own)."""

    # Picture, cover and close

    def sync_mark(self, *, tone: bool) -> None:
        """A tone was sounded for an external recorder, or could not be."""
        self._do([(self.head.layer, SyncMarked(self.playback.at_ms, tone))])

    def view_changed(self, view: View) -> None:
        """From here on this is seen of the picture. A recall begins with it hidden."""
        self.view = view
        self._do([(self.head.layer, ViewChanged(view, self.playback.at_ms))])

    def cover(self) -> None:
        """Silence and stillness at once, no question."""
        at_ms = self._fall_silent().raw_ms
        self.playback.player.set_muted(True)
        self.covered = True
        self._do([(self.head.layer, CoverUsed(True, at_ms))])

    def uncover(self, *, to_ms: int | None = None) -> None:
        """The cover is lifted; with `to_ms` the stretch up to there is declined."""
        self.covered = False
        self.playback.player.set_muted(False)
        self._do([(self.head.layer, CoverUsed(False, self.playback.at_ms))])
        if to_ms is not None:
            self.playback.decline(to_ms)

    def keep_closing(self, text: str) -> None:
        """The answer to the closing question as far as it is written, made durable as it is typed."""
        self._keep(Draft(text, self.playback.at_ms, closing=True))

    def close(self, answer: str = "") -> None:
        """The recall ends with the answer to the closing question."""
        self._do([(self.head.layer, Closed(answer.strip()))], clear_draft=True)
        self.draft = None

    # Within

    def _new_playback(self, player: Player, left_ms: int | None = None) -> Playback:
        reaction_ms = self.head.protocol.reaction_time_ms
        return Playback(player, self.head.duration_ms, reaction_ms, self.hand.new_id, self._write_coverage, left_ms)

    def _fall_silent(self) -> Stamp:
        """The sound stops first; where that was."""
        return self.playback.halt()

    def _keep(self, draft: Draft) -> None:
        self.draft = draft
        self.saving.save_draft(draft if draft.text.strip() else None)

    def _write_coverage(self, spans: Sequence[tuple[str, OpBody]]) -> None:
        if spans:
            self._do(spans)
            self._listener.coverage_changed()

    def _do(self, bodies: Sequence[tuple[str, OpBody]], *, clear_draft: bool = False) -> None:
        self._apply(self.hand.ops(*bodies), clear_draft=clear_draft)

    def _apply(self, ops: Sequence[Op], *, clear_draft: bool = False) -> list[MarkChange]:
        if not ops and not clear_draft:
            return []
        changes = self.state.apply(ops)
        self.saving.commit(ops, clear_draft=clear_draft)
        return changes
