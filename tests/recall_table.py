"""A recall without a screen, with a player whose time the test moves."""

from collections.abc import Sequence
from typing import Any

from iprtool.edits import Hand, MarkChange
from iprtool.model.layer import LayerContent
from iprtool.model.mark import Mark
from iprtool.model.playing import PlayerState
from iprtool.recall.session import Recall
from tests.fakes import FakeLog, FakePlayer, content


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.errors: list[str | None] = []
        self.changes: list[MarkChange] = []

    def marks_changed(self, changes: Sequence[MarkChange]) -> None:
        self.changes += changes

    def coverage_changed(self) -> None:
        pass

    def saved(self, error: str | None) -> None:
        self.errors.append(error)


class Table:
    """A recall with its fake player and log."""

    def __init__(self, loaded: LayerContent | None = None) -> None:
        loaded = loaded or content()
        self.player, self.heard = FakePlayer(loaded.head.duration_ms), Heard()
        self.log = FakeLog(loaded)
        self.recall = Recall(self.log.loaded, self.player, self.log, Hand("client", "dev"), self.heard)
        self.player.on_state(self._player_changed)

    def _player_changed(self, state: PlayerState) -> None:
        self.recall.player_changed(state)

    def play(self, ms: int) -> None:
        """Play on for so long, at a stroke."""
        if not self.recall.playing:
            self.recall.go_on()
        self.player.run(ms)
        self.recall.tick()

    def watch(self, ms: int, step_ms: int = 50) -> None:
        """Play on for so long, looked at now and then, or until the program stops it."""
        if not self.recall.playing:
            self.recall.go_on()
        for _ in range(0, ms, step_ms):
            self.player.run(step_ms)
            if self.recall.tick() or not self.recall.playing:
                return

    def again(self) -> "Table":
        """The same layer, opened once more."""
        state = self.recall.state
        return Table(
            LayerContent(
                self.recall.head,
                tuple(state.marks.values()),
                tuple(state.stops.values()),
                tuple(state.coverage.values()),
                self.log.draft,
                tuple(self.log.ops),
            )
        )

    @property
    def marks(self) -> list[Mark]:
        return sorted(self.recall.state.marks.values(), key=lambda mark: mark.start_ms)

    def bodies(self, kind: type[Any]) -> list[Any]:
        return [op.body for op in self.log.ops if isinstance(op.body, kind)]
