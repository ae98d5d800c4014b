"""The deck: carries commands out on an engine and keeps the state and the clock; one thread owns it."""

import time
from collections.abc import Callable, Sequence

import msgspec

from iprtool.model.errors import MediaError
from iprtool.model.playing import PlayerState
from iprtool.model.study import Gap
from iprtool.model.terms import Engine as EngineName
from iprtool.model.times import clock as clock_text
from iprtool.player.clock import Clock, ClockEvent, Cued, Held, Ticked, WentOn, after, position_ms
from iprtool.player.engine import Engine, Happening, RanOut
from iprtool.player.gaps import gap_at, long_gaps, next_gap
from iprtool.player.messages import (
    AnyCommand,
    Close,
    Opening,
    Pause,
    Play,
    Report,
    Seek,
    SetLoop,
    SetLoudness,
    SetRate,
    Tone,
)

LAST_MS = 10
SHORTEST_LOOP_MS = 200
HEARTBEAT_S = 1.0
EARLY_END_MS = 1000
SILENT_TICK_S = 0.1


class Deck:
    """An engine with a recording in it; `report` is told at every change.

    In a gap of the recording the deck itself keeps the time, while the engine stands ready at the gap's end, or, where
    that is the recording's, anywhere.
    """

    def __init__(
        self, engine: Engine, name: EngineName, opening: Opening, report: Callable[[Report], None], *, message: str = ""
    ) -> None:
        self._engine = engine
        self._report = report
        self._serial = opening.serial
        self._told_ns = 0
        self._gaps = long_gaps(opening.gaps)
        self._gap: Gap | None = None
        self._dry: Ticked | None = None
        self._clock = Clock(opening.duration_ms)
        self._state = PlayerState(
            status="paused", duration_ms=opening.duration_ms, engine=name, sink=engine.sink, message=message
        )
        self._set_loudness(opening.volume, opening.muted)
        self._state = self._with(loop=_usable(opening.loop, opening.duration_ms))
        if opening.at_ms or opening.rate != 1 or gap_at(self._gaps, 0):
            self._cue(opening.at_ms, rate=opening.rate)
        if opening.playing:
            self._play()
        self.tell()

    def carry_out(self, commands: Sequence[AnyCommand]) -> None:
        """Do what the person wants, of several that wait only what counts, and report once."""
        for command in coalesced(commands):
            self._do(command)
        self._serial = commands[-1].serial
        self.tell()

    def take(self, happening: Happening) -> None:
        """Take in what the engine tells."""
        match happening:
            case Ticked() if self._gap is None:
                self._clock = after(self._clock, happening)
                self._dry = (self._dry or happening) if happening.sure else None
            case RanOut(at_ns=at_ns, sentence=sentence) if self._gap is None and at_ns >= self._clock.since_ns:
                self._run_out(sentence)
            case _:
                return
        self.tell()

    def work(self) -> float:
        """Do what is due, in the engine and at the end of the loop; how many seconds that may wait the next time."""
        wait_s = min(self._engine.work(), HEARTBEAT_S)
        if self._state.sink != self._engine.sink:
            sentence = f"The sound device has changed; the sound now goes to: {self._engine.sink}."
            self._state = self._with(sink=self._engine.sink, message=sentence)
            self.tell()
        elif time.monotonic_ns() - self._told_ns > HEARTBEAT_S * 9e8:
            self.tell()
        if self._state.status != "playing":
            return wait_s
        return min(wait_s, self._mind_gaps(), self._mind_loop())

    def tell(self) -> None:
        """Report how it stands."""
        self._told_ns = time.monotonic_ns()
        self._state = self._with(position_ms=round(self._position_ms()), rate=self._clock.rate)
        self._report(Report(self._serial, self._state, self._clock))

    def close(self) -> None:
        """End the engine."""
        self._engine.close()

    def _do(self, command: AnyCommand) -> None:
        match command:
            case Play():
                self._play()
            case Pause():
                self._pause()
            case Seek(to_ms=to_ms):
                self._seek(to_ms)
            case SetRate(rate=rate):
                self._set_rate(rate)
            case SetLoudness(volume=volume, muted=muted):
                self._set_loudness(volume, muted)
            case SetLoop(loop=loop):
                self._set_loop(loop)
            case Tone() | Close():
                pass  # the process's own

    def _play(self) -> None:
        if self._state.status == "playing":
            return
        loop, at_ms = self._state.loop, self._position_ms()
        if loop is not None and not loop[0] <= at_ms < loop[1]:
            self._cue(loop[0], running=True)
        elif self._state.status == "ended":
            self._cue(0, running=True)
        elif self._state.status == "failed":
            self._cue(at_ms, running=True)
        else:
            now_ns = time.monotonic_ns()
            due_ns = self._engine.go_on() if self._gap is None else now_ns
            self._happened(WentOn(now_ns, due_ns), status="playing")

    def _pause(self) -> None:
        if self._state.status == "playing":
            goes_on_ms = self._engine.hold() if self._gap is None else None
            self._happened(Held(time.monotonic_ns(), goes_on_ms), status="paused")

    def _seek(self, to_ms: float) -> None:
        latest_ms = max(0, self._state.duration_ms - LAST_MS)
        self._cue(min(max(0, to_ms), latest_ms), running=self._state.status == "playing")

    def _set_rate(self, rate: float) -> None:
        if rate == self._clock.rate:
            return
        if self._state.status in {"playing", "paused"}:
            # Sound already handed out would go on at the old rate: only a cue changes it at once.
            self._cue(self._position_ms(), rate=rate, running=self._state.status == "playing")
        else:
            self._clock = msgspec.structs.replace(self._clock, rate=rate)

    def _set_loudness(self, volume: int, muted: bool) -> None:
        self._engine.set_loudness(volume, muted)
        self._state = self._with(volume=volume, muted=muted)

    def _set_loop(self, loop: tuple[int, int] | None) -> None:
        loop = _usable(loop, self._state.duration_ms)
        self._state = self._with(loop=loop)
        if loop is not None and self._state.status == "playing" and not loop[0] <= self._position_ms() < loop[1]:
            self._cue(loop[0], running=True)

    def _run_out(self, sentence: str) -> None:
        now_ns, at_ms = time.monotonic_ns(), self._position_ms()
        gap = next_gap(self._gaps, at_ms)
        if not sentence and gap is not None and gap[0] - at_ms < EARLY_END_MS:
            return  # what comes after the gap is cued in it
        if not sentence and at_ms < self._state.duration_ms - EARLY_END_MS:
            sentence = f"The recording ends at {clock_text(round(at_ms))}, too early; it may be damaged there."
        if sentence:
            self._happened(Held(now_ns), status="failed", message=sentence)
        elif self._state.loop is not None:
            self._cue(self._state.loop[0], running=True)
        else:
            end = Cued(self._state.duration_ms, self._clock.rate, False, now_ns, now_ns)
            self._happened(end, status="ended")

    def _cue(self, to_ms: float, *, rate: float | None = None, running: bool = False) -> None:
        rate = self._clock.rate if rate is None else rate
        if self._state.status == "playing" and self._gap is None:
            self._engine.hold()  # what it tells from now on is of the new place
        at_ns = time.monotonic_ns()
        gap = gap_at(self._gaps, to_ms)
        try:
            if gap is None or not self._is_last(gap):
                due_ns = self._engine.cue(round(gap[1] if gap else to_ms), rate, running and gap is None)
            else:
                due_ns = at_ns
        except MediaError as error:
            self._happened(Held(at_ns), status="failed", message=str(error))
            return
        self._gap, self._dry = gap, None
        self._happened(Cued(to_ms, rate, running, at_ns, due_ns), status="playing" if running else "paused")

    def _mind_loop(self) -> float:
        """Go back at the loop's end; how many seconds that may wait."""
        if self._state.loop is None:
            return HEARTBEAT_S
        left_s = self._seconds_to(self._state.loop[1])
        if left_s > 0:
            return left_s
        self._cue(self._state.loop[0], running=True)
        self.tell()
        return 0.0

    def _mind_gaps(self) -> float:
        """Enter a gap where the recording stops, move on in it, leave it; how many seconds that may wait."""
        gap = self._gap or next_gap(self._gaps, self._position_ms())
        if gap is None:
            return HEARTBEAT_S
        left_s = self._seconds_to(gap[1] if self._gap else gap[0])
        if self._gap is None:
            # What stands still shortly before a gap is what was recorded a little shorter than it says.
            left_s -= (time.monotonic_ns() - self._dry.told_ns) / 1e9 if self._dry and left_s < 1 else 0
            if left_s <= 0:
                self._cue(max(self._position_ms(), gap[0]), running=True)
                self.tell()
            return max(0.0, left_s)
        now_ns = time.monotonic_ns()
        if left_s > 0:
            self._clock = after(self._clock, Ticked(self._position_ms(), now_ns, now_ns, sure=True))
        elif self._is_last(gap):
            self._run_out("")
        else:
            self._gap = None
            self._happened(Cued(gap[1], self._clock.rate, True, now_ns, self._engine.go_on()))
        self.tell()
        return min(max(0.0, left_s), SILENT_TICK_S)

    def _is_last(self, gap: Gap) -> bool:
        """Whether nothing is heard after it."""
        return gap[1] >= self._state.duration_ms

    def _seconds_to(self, at_ms: float) -> float:
        return (at_ms - self._position_ms()) / 1000 / self._clock.rate

    def _happened(self, event: ClockEvent, **changes: object) -> None:
        if self._state.status == "failed":
            changes = {"message": "", **changes}
        self._clock = after(self._clock, event)
        self._state = self._with(**changes)

    def _with(self, **changes: object) -> PlayerState:
        return msgspec.structs.replace(self._state, **changes)

    def _position_ms(self) -> float:
        return position_ms(self._clock, time.monotonic_ns())


def coalesced(commands: Sequence[AnyCommand]) -> list[AnyCommand]:
    """The commands that need be carried out of several that wait: of many targets the last one wins.

    A pause that is not taken back is carried out first: the sound is to stop whatever else is wanted.
    """
    kept: list[AnyCommand] = []
    overtaken: set[type] = set()
    for command in reversed(commands):
        if type(command) in overtaken:
            continue
        kept.append(command)
        overtaken |= {Play, Pause} if isinstance(command, Play | Pause) else {type(command)}
    kept.reverse()
    kept.sort(key=lambda command: not isinstance(command, Pause))
    return kept


def _usable(loop: tuple[int, int] | None, duration_ms: int) -> tuple[int, int] | None:
    if loop is None:
        return None
    start_ms = max(0, min(loop[0], duration_ms - SHORTEST_LOOP_MS))
    return start_ms, max(start_ms + SHORTEST_LOOP_MS, min(loop[1], duration_ms))
