"""Hours of a person's work at a player, as fast as it goes: what its process and ours hold on to, early and late."""

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import msgspec

from iprtool.model.playing import PlayerState
from iprtool.model.terms import Engine
from iprtool.player.messages import Opening
from iprtool.player.remote import ProcessPlayer
from tests.player_tape import COMMAND, RATE_HZ, recording
from tests.sounds import Kind

SECONDS = 30
SECONDS_AN_OPERATION = 3.0
"""How often a person does something, at a guess: two hours are 2,400 operations."""
RATES = (0.5, 0.75, 1.0, 1.0, 1.0, 1.5, 2.0)
LOOKS = 40
_KIB = 1024


class Held(msgspec.Struct, frozen=True):
    """What a process holds: resident memory in MiB, threads, open files."""

    memory_mib: float
    threads: float
    files: float


class Endured(msgspec.Struct, frozen=True):
    """What a process held after the first quarter, and at the end: medians of several looks."""

    early: Held
    late: Held

    @property
    def ratios(self) -> tuple[float, float, float]:
        """By how much each has grown."""
        early, late = (msgspec.structs.astuple(one) for one in (self.early, self.late))
        memory, threads, files = (after / before for before, after in zip(early, late, strict=True))
        return memory, threads, files


def endure(engine: Engine, kind: Kind, operations: int, seed: int = 0) -> dict[str, Endured]:
    """Carry out so many operations on a player; the player's process, and the one that speaks to it."""
    path, conformed = recording(kind, SECONDS)
    opening = Opening({"path": str(path)}, conformed.audio_codec, RATE_HZ, conformed.duration_ms, engine)
    player = ProcessPlayer(COMMAND, opening)
    try:
        person = Person(player, random.Random(seed))
        person.until(lambda state: state.status == "paused")
        looks = []
        for number in range(operations):
            person.act()
            if number % max(1, operations // LOOKS) == 0:
                person.rest()
                looks.append((held(_pid(player)), held(os.getpid())))
    finally:
        player.close()
    quarter = len(looks) // 4
    early, late = looks[quarter : quarter + 5], looks[-5:]
    return {
        name: Endured(_median([look[side] for look in early]), _median([look[side] for look in late]))
        for side, name in enumerate(("player", "parent"))
    }


class Person:
    """Someone who plays, stops, jumps, steps, goes round and changes the rate, in an order of chance."""

    def __init__(self, player: ProcessPlayer, chance: random.Random) -> None:
        self._player, self._chance = player, chance
        self._ways: list[Callable[[], None]] = [
            *(self._play, self._stop, self._jump) * 2,
            self._step,
            self._rate,
            self._round,
            self._hush,
        ]

    def act(self) -> None:
        """One operation, and a moment of what comes of it."""
        self._chance.choice(self._ways)()
        time.sleep(self._chance.uniform(0, 0.03))
        assert self._player.state.status in {"playing", "paused", "ended"}, self._player.state

    def rest(self) -> None:
        """Stand still, to be looked at."""
        self._player.set_loop(None)
        self._player.set_rate(1)
        self._player.pause()
        self._player.seek(1_000)
        self.until(lambda state: state.status == "paused" and state.position_ms == 1_000 and state.rate == 1)

    def until(self, wanted: Callable[[PlayerState], bool]) -> None:
        """Wait; the limit is only there to end what hangs."""
        end = time.monotonic() + 30
        while not wanted(self._player.state):
            assert time.monotonic() < end, self._player.state
            time.sleep(0.002)

    def _play(self) -> None:
        self._player.play()
        self.until(lambda state: state.status in {"playing", "ended"})

    def _stop(self) -> None:
        self._player.pause()
        self.until(lambda state: state.status != "playing")

    def _jump(self) -> None:
        to_ms = self._chance.randrange(SECONDS * 1000)
        self._player.seek(to_ms)
        self.until(lambda state: state.status != "paused" or abs(state.position_ms - to_ms) <= 20)

    def _step(self) -> None:
        self._stop()
        for _ in range(self._chance.randrange(1, 6)):
            self._player.step(self._chance.choice((-1, 1)))

    def _rate(self) -> None:
        rate = self._chance.choice(RATES)
        self._player.set_rate(rate)
        self.until(lambda state: state.rate == rate)

    def _round(self) -> None:
        start_ms = self._chance.randrange(SECONDS * 1000)
        self._player.set_loop(self._chance.choice((None, None, (start_ms, start_ms + 600))))

    def _hush(self) -> None:
        self._player.set_muted(self._chance.random() < 0.5)
        self._player.set_volume(self._chance.randrange(101))


def held(pid: int) -> Held:
    """What a process holds now."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    status = dict(line.split(":", 1) for line in lines)
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Held(int(status["VmRSS"].split()[0]) / _KIB, int(status["Threads"]), files)


def supported() -> bool:
    """Whether what a process holds can be seen here."""
    return sys.platform.startswith("linux")


def _pid(player: ProcessPlayer) -> int:
    assert player.pid is not None
    return player.pid


def _median(looks: list[Held]) -> Held:
    return Held(*(float(median(figures)) for figures in zip(*map(msgspec.structs.astuple, looks), strict=True)))
