"""A coder who codes as fast as the disk takes it, and says what was kept, until the process is killed."""

import threading
from collections.abc import Collection
from multiprocessing.connection import Connection
from pathlib import Path

from iprtool.coding.session import CodingSession
from iprtool.edits import Hand
from iprtool.store.layer import LayerFile
from tests.fakes import FakePlayer

SECONDS = 30


class _Waiting:
    """Waits for what was committed to be kept."""

    def __init__(self) -> None:
        self.kept = threading.Event()

    def marks_changed(self, changes: object) -> None:
        pass

    def coding_changed(self, segments: Collection[int]) -> None:
        pass

    def coverage_changed(self) -> None:
        pass

    def saved(self, error: str | None) -> None:
        assert error is None
        self.kept.set()


def code_until_killed(path: Path, key: bytes, acknowledged: Connection) -> None:
    """Mark evidence of one code after the other, take some off, undo some; send each mark's id once it is kept."""
    with LayerFile(path, key, "coding") as log:
        waiting = _Waiting()
        loaded = log.load()
        player = FakePlayer(loaded.head.duration_ms)
        coding = CodingSession(loaded, player, log, Hand("coder", "dev"), waiting)
        for turn in range(1_000_000):
            coding.go(turn % coding.sheet.segments.count)
            coding.choose(coding.board.rows[turn % 7].id)
            mark = coding.mark_evidence()
            while coding.saving.waiting:
                waiting.kept.clear()
                if coding.saving.waiting:
                    assert waiting.kept.wait(SECONDS)
            acknowledged.send_bytes(mark.id.encode())
            if turn % 3 == 0:
                coding.reopen()
                coding.finish()
                coding.undo()
