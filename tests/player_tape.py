"""What came out of a player's audio path, and players opened so that it is known."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from math import inf
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
UNSAID_DELAY: dict[Kind, int] = {
    "aac": 1_024,
    "avi": 1_105,
    "mp3-vbr-noxing": 1_105,
    "ts": 1_024,
    "wma": 2_048,
    "wmv": 2_048,
}
"""Samples that the encoder puts before the sound without a field in the file that says so: they are the recording."""
COMMAND = [sys.executable, "-P", "-m", "tests.player_child"]
WINDOW_MS, STRETCHED_WINDOW_MS, STRETCHED_TRIES = 60, 40, 5
CLOSE_MS, FAR_MS = 150, 1_000
LIKE, SURE = 0.3, 0.5
BEGINNING_MS = 100
FAINT = 60
"""What an encoder leaves where there was no sound is fainter than the noise."""
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

        Stretched sound is pieced together, and a window across a joint is like nothing, or like another place: so
        several are tried, and the one in the middle counts.
        """
        window_ms, tries = (WINDOW_MS, 1) if rate == 1 else (STRETCHED_WINDOW_MS, STRETCHED_TRIES)
        tried = [self._window(at_ns + later_ms * 1_000_000, window_ms) for later_ms in range(0, tries * 8, 8)]
        windows = [window for window in tried if window is not None]
        for within_ms, least in ((CLOSE_MS, LIKE), (FAR_MS, SURE)):
            found_ms = []
            for window in windows:
                later_ms = (window.at_ns - at_ns) / 1e6 * rate
                with suppress(LookupError):
                    found_ms.append(self._place_ms(window, near_ms + later_ms, within_ms, least) - later_ms)
            if found_ms:
                return sorted(found_ms)[len(found_ms) // 2]
        return None

    def _place_ms(self, piece: Piece, near_ms: float, within_ms: float, least: float) -> float:
        return locate(piece.samples, self._reference, RATE_HZ, near_ms=near_ms, within_ms=within_ms, least=least)

    def next_sound_ns(self, at_ns: int) -> float | None:
        """When something is heard next, from a monotonic time on."""
        for piece in self._heard:
            loud = np.flatnonzero(np.abs(piece.samples) > FAINT)
            if len(loud) and piece.at_ns + loud[-1] * _NS / RATE_HZ >= at_ns:
                return max(float(at_ns), piece.at_ns + float(loud[0]) * _NS / RATE_HZ)
        return None

    def last_sound_ns(self, before_ns: int, *, above: int = FAINT) -> float:
        """When the last sound that began before a monotonic time ended."""
        last = 0.0
        for piece in self._heard:
            loud = np.flatnonzero(np.abs(piece.samples) > above)
            if len(loud) and piece.at_ns < before_ns:
                last = max(last, piece.at_ns + float(loud[-1] + 1) * _NS / RATE_HZ)
        return last

    def ended_ms(self, at_ns: int, near_ms: float, rate: float = 1.0) -> float | None:
        """Which time of the recording was heard last, before a monotonic time."""
        end_ns = round(self.last_sound_ns(at_ns))
        before_ms = self.came_to_ms(end_ns, near_ms, rate)
        return None if before_ms is None else before_ms + (self.last_sound_ns(at_ns, above=0) - end_ns) / 1e6 * rate

    def came_to_ms(self, at_ns: int, near_ms: float, rate: float = 1.0) -> float | None:
        """To which time of the recording what is heard comes until a monotonic time; None where that is silence."""
        window_ms = WINDOW_MS if rate == 1 else STRETCHED_WINDOW_MS
        before_ms = self.position_ms(at_ns - window_ms * 1_000_000, near_ms, rate)
        return None if before_ms is None else before_ms + window_ms * rate

    def begins_ms(self, at_ns: int, near_ms: float, rate: float = 1.0, *, within_ms: float = inf) -> float | None:
        """Which time of the recording is heard first, from a monotonic time on."""
        next_ns = self.next_sound_ns(at_ns)
        if next_ns is None or next_ns - at_ns > within_ms * 1e6:
            return None
        for later_ms in range(0, BEGINNING_MS, 2):
            found_ms = self.position_ms(round(next_ns) + later_ms * 1_000_000, near_ms, rate)
            if found_ms is not None:
                return found_ms - later_ms * rate
        return None

    def sounded_ms(self, from_ns: float, to_ns: float) -> float:
        """For how long something was heard between two monotonic times."""
        samples = 0
        for piece in self._heard:
            first, last = (round((ns - piece.at_ns) * RATE_HZ / _NS) for ns in (from_ns, to_ns))
            samples += int(np.count_nonzero(piece.samples[max(0, first) : max(0, last)]))
        return samples * 1000 / RATE_HZ

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


def heard_in(kind: Kind, seconds: float) -> Samples:
    """The noise as it is in a recording of this kind."""
    return np.concatenate([np.zeros(UNSAID_DELAY.get(kind, 0), np.int16), noise(seconds)])


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
    open_s: float = 20.0,
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
        player = ProcessPlayer(command or COMMAND, opening, silent_s=silent_s, open_s=open_s)
        try:
            yield Stage(player, tap, heard_in(kind, seconds) if reference is None else reference)
        finally:
            player.close()
