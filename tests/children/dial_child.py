"""A process that dials until it is killed, and says how far it has come once the disk has what was handed over."""

import threading
from multiprocessing.connection import Connection
from pathlib import Path

from iprtool.dial.rating import Samples
from iprtool.dial.session import Dial
from iprtool.edits import Hand
from iprtool.store.layer import LayerFile
from tests.fakes import FakePlayer


class _Listener:
    def __init__(self) -> None:
        self.settled = threading.Semaphore(0)

    def traced(self, samples: Samples) -> None:
        pass

    def coverage_changed(self) -> None:
        pass

    def saved(self, error: str | None) -> None:
        assert error is None
        self.settled.release()


def dial_until_killed(path: Path, key: bytes, told: Connection) -> None:
    """Play, with the dial at another value each time, a tenth of a second after the other; send each sample's ms.

    Time is counted, not waited for, so that what is told does not depend on how busy the machine is.
    """
    with LayerFile(path, key) as layer:
        now_s = 0.0
        loaded, listener = layer.load(), _Listener()
        player = FakePlayer(loaded.head.duration_ms)
        dial = Dial(loaded, player, layer, Hand("client", "dev"), listener, lambda: now_s)
        player.on_state(dial.player_changed)
        dial.resume()
        dial.go_on()
        while True:
            now_s += 0.1
            player.run(100)
            dial.turn_to(player.at_ms // 100 % 9 + 1)
            dial.tick()
            while dial.saving.waiting:
                listener.settled.acquire()
            told.send(player.at_ms)
