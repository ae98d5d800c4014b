"""What came out of a player's audio path, and players opened so that it is known."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from iprtool.media.conform import Conformed, conform
from iprtool.model.mark import Stamp
from iprtool.model.playing import PlayerState
from iprtool.model.terms import Engine, PlayerStatus
from iprtool.player.messages import Opening
from iprtool.player.remote import ProcessPlayer
from tests.player_child import RECORD
from tests.sounds import Kind, locate, make_recording, noise

RATE_HZ = 48_000
SECONDS = 12
COMMAND = [sys.executable, "-P", "-m", "tests.player_child"]
WINDOW_MS, STRETCHED_WINDOW_MS = 60, 40
_NS = 1_000_000_000
Samples = NDArray[np.int16]


class Piece(msgspec.Struct):
    """Samples and the monotonic time at which the first is heard."""

    at_ns: float
    samples: Samples

    @property
    def end_ns(self) -> float:
        return self.at_ns + len(self.samples) * _NS / RATE_HZ


class Tape:
    """What was heard when, by a tap's records."""

    def __init__(self, path: Path, reference: Samples) -> None:
        self._reference = reference
        self._heard: list[Piece] = []
        data = path.read_bytes()
        at = 0
        while at + RECORD.size <= len(data):
            _told_ns, heard_ns, rate_hz, size = RECORD.unpack_from(data, at)
            assert rate_hz == RATE_HZ
            at += RECORD.size + size
            self._heard.append(Piece(heard_ns, np.frombuffer(data[at - size : at], np.int16)))

    def position_ms(self, at_ns: int, near_ms: float, rate: float = 1.0) -> float | None:
        """Which time of the recording is heard at a monotonic time; None in silence.

        Stretched sound is pieced together, and a window across a joint is like nothing: so the next ones are tried.
        """
        window_ms, near_within_ms, tries = (WINDOW_MS, 1000, 1) if rate == 1 else (STRETCHED_WINDOW_MS, 250, 4)
        for later_ns in range(0, tries * 8_000_000, 8_000_000):
            window = self._window(at_ns + later_ns, window_ms)
            if window is None:
                return None
            with suppress(LookupError):
                found_ms = locate(window.samples, self._reference, RATE_HZ, near_ms=near_ms, within_ms=near_within_ms)
                return float(found_ms) + (at_ns - window.at_ns) / 1e6 * rate
        return None

    def next_sound_ns(self, at_ns: int) -> float | None:
        """When something is heard next, from a monotonic time on."""
        for piece in self._heard:
            loud = np.flatnonzero(piece.samples)
            if len(loud) and piece.at_ns + loud[-1] * _NS / RATE_HZ >= at_ns:
                return max(float(at_ns), piece.at_ns + float(loud[0]) * _NS / RATE_HZ)
        return None

    def last_sound_ns(self, before_ns: int) -> float:
        """When the last sound that began before a monotonic time ended."""
        last = 0.0
        for piece in self._heard:
            loud = np.flatnonzero(piece.samples)
            if len(loud) and piece.at_ns < before_ns:
                last = max(last, piece.at_ns + float(loud[-1] + 1) * _NS / RATE_HZ)
        return last

    def loudness(self, from_ns: int, to_ns: int) -> float:
        """The root mean square of what is heard between two monotonic times."""
        parts = [piece.samples for piece in self._heard if from_ns <= piece.at_ns and piece.end_ns <= to_ns]
        whole = np.concatenate(parts).astype(np.float64)
        return float(np.sqrt(np.mean(whole**2)))

    def _window(self, at_ns: int, window_ms: int) -> Piece | None:
        """The samples that are heard from a monotonic time on, without a gap."""
        parts: list[Samples] = []
        start_ns = end_ns = 0.0
        for piece in self._heard:
            if piece.end_ns <= at_ns or (parts and end_ns - at_ns > window_ms * 1e6):
                continue
            if not parts:
                skip = max(0, int((at_ns - piece.at_ns) * RATE_HZ / _NS))
                start_ns = piece.at_ns + skip * _NS / RATE_HZ
                parts.append(piece.samples[skip:])
            elif piece.at_ns - end_ns < 3e6:
                parts.append(piece.samples)
            else:
                break
            end_ns = piece.end_ns
        if not parts or start_ns > at_ns + 1e6:
            return None
        samples = np.concatenate(parts)[: RATE_HZ * window_ms // 1000]
        whole = len(samples) > RATE_HZ * window_ms // 2000 and np.count_nonzero(samples) > len(samples) * 0.9
        return Piece(start_ns, samples) if whole else None


class FileSink:
    """A conformed recording in a plain file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write_at(self, offset: int, data: bytes) -> None:
        self._file.seek(offset)
        self._file.write(data)

    def commit(self) -> None:
        self._file.close()

    def discard(self) -> None:
        self._file.close()


@cache
def recording(kind: Kind, seconds: float = SECONDS) -> tuple[Path, Conformed]:
    """A conformed recording of a kind, made once."""
    folder = Path(tempfile.mkdtemp(prefix="iprtool-players-"))
    original = make_recording(folder / f"original.{kind}", kind, seconds)
    path = folder / f"{kind}.mka"
    return path, conform(original, FileSink(path), lambda _share: None)


class Stage:
    """A player with its tape running, and all the states that it told."""

    def __init__(self, player: ProcessPlayer, tap: Path, reference: Samples) -> None:
        self.player = player
        self.states: list[PlayerState] = []
        self._tap, self._reference = tap, reference
        player.on_state(self.states.append)

    def wait(self, wanted: Callable[[PlayerState], bool], timeout_s: float = 30) -> PlayerState:
        """The state once it is as wanted; the limit is only there to end a test that hangs."""
        until = time.monotonic() + timeout_s
        while not wanted(self.player.state):
            assert time.monotonic() < until, f"still {self.player.state}"
            time.sleep(0.002)
        return self.player.state

    def wait_for(self, status: PlayerStatus) -> PlayerState:
        return self.wait(lambda state: state.status == status)

    def stamps(self, for_s: float, every_s: float = 0.05) -> list[tuple[int, Stamp]]:
        """Stamps taken over a while, with their monotonic times."""
        taken: list[tuple[int, Stamp]] = []
        until = time.monotonic() + for_s
        while time.monotonic() < until:
            at_ns = time.monotonic_ns()
            taken.append((at_ns, self.player.now(at_ns)))
            time.sleep(every_s)
        return taken

    def tape(self) -> Tape:
        """What has been heard so far."""
        return Tape(self._tap, self._reference)


@contextmanager
def staged(
    engine: Engine | None,
    kind: Kind = "opus",
    *,
    seconds: float = SECONDS,
    path: Path | None = None,
    command: list[str] | None = None,
    silent_s: float = 4.0,
    reference: Samples | None = None,
    opened: Mapping[str, object] = {},
    **source: object,
) -> Iterator[Stage]:
    """A player of a recording of this kind, opened, with `opened` in its opening; closed on leaving."""
    conformed_path, conformed = recording(kind, seconds)
    with tempfile.TemporaryDirectory() as folder:
        tap = Path(folder) / "tap"
        tap.touch()
        given = {"path": str(path or conformed_path), "tap": str(tap), **source}
        opening = Opening(given, conformed.audio_codec, RATE_HZ, conformed.duration_ms, engine)
        opening = msgspec.structs.replace(opening, **opened)
        player = ProcessPlayer(command or COMMAND, opening, silent_s=silent_s)
        try:
            yield Stage(player, tap, noise(seconds) if reference is None else reference)
        finally:
            player.close()
