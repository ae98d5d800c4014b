"""A recording without sound: the player keeps the time, so that its picture can be watched and marked."""

import time
from collections.abc import Callable

from iprtool.player.clock import stamp
from iprtool.player.deck import Deck
from iprtool.player.engine import Happening
from iprtool.player.messages import AnyCommand, Opening, Pause, Play, Report, Seek, SetRate
from iprtool.player.silent import SilentEngine

PATIENCE_S = 20.0


class Table:
    """A deck with the engine, worked by hand."""

    def __init__(self, duration_ms: int) -> None:
        opening = Opening({}, duration_ms=duration_ms, sounds=False)
        self.told: list[Happening] = []
        self.reports: list[Report] = []
        self.serial = 0
        self.deck = Deck(SilentEngine(opening, self.told.append), "embedded", opening, self.reports.append)

    def do(self, kind: Callable[[int], AnyCommand]) -> None:
        self.serial += 1
        self.deck.carry_out([kind(self.serial)])

    def at_ms(self) -> int:
        return stamp(self.reports[-1].clock, time.monotonic_ns()).raw_ms

    @property
    def status(self) -> str:
        return self.reports[-1].state.status

    def work_until(self, done: Callable[[], bool]) -> float:
        """Seconds until it is done."""
        began = time.monotonic()
        while not done():
            assert time.monotonic() - began < PATIENCE_S
            self.deck.work()
            while self.told:
                self.deck.take(self.told.pop(0))
            time.sleep(0.005)
        return time.monotonic() - began


def test_it_moves_on_with_the_time_and_ends_and_plays_again() -> None:
    table = Table(400)
    assert table.status == "paused"
    table.do(Play)
    took_s = table.work_until(lambda: table.status == "ended")
    assert took_s >= 0.4
    assert len(table.reports) < 20
    assert table.at_ms() == 400
    assert not table.reports[-1].state.message
    table.do(Play)
    assert table.status == "playing"
    table.work_until(lambda: table.status == "ended")


def test_stopped_it_stands_and_it_goes_where_it_is_told() -> None:
    table = Table(60_000)
    table.do(Play)
    table.work_until(lambda: table.at_ms() > 100)
    table.do(Pause)
    stood_ms = table.at_ms()
    time.sleep(0.05)
    table.deck.work()
    assert table.at_ms() == stood_ms
    table.do(lambda serial: Seek(serial, 30_000))
    assert (table.at_ms(), table.status) == (30_000, "paused")
    table.do(Play)
    table.work_until(lambda: table.at_ms() > 30_100)


def test_twice_as_fast_takes_half_as_long() -> None:
    table = Table(60_000)
    table.do(Play)
    table.do(lambda serial: SetRate(serial, 2.0))
    began_ms, began_ns = table.at_ms(), time.monotonic_ns()
    table.work_until(lambda: table.at_ms() > 1_500)
    rate = (table.at_ms() - began_ms) / ((time.monotonic_ns() - began_ns) / 1e6)
    assert 1.9 < rate < 2.1
