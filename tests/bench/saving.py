"""What it costs to keep something: a mark durably, a recording sealed, and a place in it found."""

import os
import sqlite3
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import cycle
from pathlib import Path
from queue import SimpleQueue

import msgspec

from iprtool.edits import Hand
from iprtool.model.layer import Marked
from iprtool.model.playing import PlayerState
from iprtool.model.ports import Source
from iprtool.model.study import Recording
from iprtool.model.terms import Engine
from tests.bench.longer import lengthened
from tests.bench.playing import usable_engines
from tests.bench.recalls import layer_of, long_recall, marks_of, scratch
from tests.bench.row import Pairs, Row, interleaved, measure, p, pairs_of

DURATION_MS = 3_600_000
MIB = 1 << 20
ROW_BYTES = 400
PIECE_BYTES = 256 << 10
PATIENCE_S = 20.0


@measure("mark_durable", "mark_durable_100k")
def mark_durable(quick: bool) -> list[Row]:
    """A mark until the disk has it, in an empty layer and in a large one, beside a row in plain SQLite."""
    times, many = (50, 2_000) if quick else (600, 100_000)
    with scratch() as folder:
        return [_durable("mark_durable", folder, 0, times), _durable("mark_durable_100k", folder, many, times)]


def _durable(name: str, folder: Path, marks: int, times: int) -> Row:
    from iprtool.store.layer import IDLE_S, LayerFile, read_layer

    granted = layer_of(folder, marks, DURATION_MS)
    path, key = Path(granted.path), granted.raw_key
    more = cycle(marks_of(read_layer(path, key).head, times + 1, seed=4))
    hand = Hand("client", "device")
    with LayerFile(path, key) as log, closing(_plain(folder / f"{name}.db", marks)) as plain:

        def ours() -> float:
            op = hand.op(hand.new_id(), Marked(msgspec.structs.replace(next(more), id=hand.new_id())))
            begun = time.perf_counter()
            log.commit([op]).result()
            return (time.perf_counter() - begun) * 1000

        def theirs() -> float:
            row = hand.new_id(), msgspec.json.encode(next(more))
            begun = time.perf_counter()
            plain.execute("BEGIN IMMEDIATE")
            plain.execute("INSERT INTO mark VALUES (?, ?)", row)
            plain.execute("COMMIT")
            return (time.perf_counter() - begun) * 1000

        # The first mark comes when a person has looked at the screen.
        time.sleep(2 * IDLE_S)
        sealed, bare = interleaved(times, ours, theirs, collect=False)
    value, reference = p(50, sealed), p(50, bare)
    note = (
        f"p50 of {times}, {marks:,} marks before; plain SQLite, WAL, FULL; p99 {p(99, sealed):.1f}, {p(99, bare):.1f}"
    )
    return Row(name, value, "ms", reference, value / reference, 1.3, "ratio", "max", note)


def _plain(path: Path, rows: int) -> sqlite3.Connection:
    """A plain SQLite table of as many rows, opened anew, durable at every commit."""
    with closing(_durable_connection(path)) as made:
        made.execute("CREATE TABLE mark (id TEXT PRIMARY KEY, value BLOB NOT NULL)")
        made.execute("BEGIN IMMEDIATE")
        old = ((str(uuid.uuid4()), bytes(ROW_BYTES)) for _ in range(rows))
        made.executemany("INSERT INTO mark VALUES (?, ?)", old)
        made.execute("COMMIT")
    return _durable_connection(path)


def _durable_connection(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@measure("seal_rate", "open_rate")
def sealing(quick: bool) -> list[Row]:
    """Bytes into a sealed recording and out of it again, in order, beside a plain file."""
    pieces, times = (64, 2) if quick else (1_024, 3)
    data = [os.urandom(PIECE_BYTES) for _ in range(16)]
    with scratch() as folder:
        numbers = iter(range(1_000))
        seal, write = partial(_sealed, folder, numbers, data, pieces), partial(_written, folder, numbers, data, pieces)
        sealed, written = interleaved(times, seal, write)
        opened, read = interleaved(times, partial(_read_sealed, folder), partial(_read_plain, folder))
    sealing, opening = pairs_of(sealed, written), pairs_of(opened, read)
    size = f"{pieces * PIECE_BYTES // MIB} MiB"
    return [
        Row(
            "seal_rate", sealing.value, "MiB/s", sealing.reference, sealing.ratio, 200, "value", "min", f"{size}; file"
        ),
        Row(
            "open_rate", opening.value, "MiB/s", opening.reference, opening.ratio, 350, "value", "min", f"{size}; file"
        ),
    ]


KEY = bytes(range(32))


def _sealed(folder: Path, numbers: Iterator[int], data: list[bytes], pieces: int) -> float:
    from iprtool.store.media import SealedSink

    begun = time.perf_counter()
    sink = SealedSink(folder / f"{next(numbers)}.sealed", KEY)
    for number, piece in zip(range(pieces), cycle(data), strict=False):
        sink.write_at(number * PIECE_BYTES, piece)
    sink.commit()
    return pieces * PIECE_BYTES / MIB / (time.perf_counter() - begun)


def _written(folder: Path, numbers: Iterator[int], data: list[bytes], pieces: int) -> float:
    begun = time.perf_counter()
    with (folder / f"{next(numbers)}.plain").open("wb") as file:
        for _, piece in zip(range(pieces), cycle(data), strict=False):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return pieces * PIECE_BYTES / MIB / (time.perf_counter() - begun)


def _read_sealed(folder: Path) -> float:
    from iprtool.store.media import SealedSource

    begun = time.perf_counter()
    source = SealedSource(next(folder.glob("*.sealed")), KEY)
    return _rate(source, begun)


def _read_plain(folder: Path) -> float:
    from iprtool.media.source_file import FileSource

    begun = time.perf_counter()
    return _rate(FileSource(next(folder.glob("*.plain"))), begun)


def _rate(source: Source, begun: float) -> float:
    size = source.size
    for offset in range(0, size, PIECE_BYTES):
        source.read_at(offset, PIECE_BYTES)
    rate = size / MIB / (time.perf_counter() - begun)
    source.close()
    return rate


@measure("sealed_seek")
def sealed_seek(quick: bool) -> list[Row]:
    """A player's seek, until it stands there, in a sealed recording and in the same bytes in a plain file."""
    from iprtool.process import child_command
    from iprtool.store.media import SealedSource
    from tests.player_tape import COMMAND

    minutes, times = (10, 10) if quick else (60, 40)
    with scratch() as folder:
        grant = long_recall(folder, lengthened(folder, "m4a", minutes), 0)
        sealed = SealedSource(Path(grant.media.path), grant.media.raw_key)
        plain = folder / "plain.mka"
        plain.write_bytes(sealed.read_at(0, sealed.size))
        ways = (
            (child_command("player"), {"path": grant.media.path, "key": grant.media.key}),
            (COMMAND, {"path": str(plain)}),
        )
        sought = {engine: _seeks(ways, grant.recording, engine, times) for engine in usable_engines()[0]}
    each = ", ".join(f"{engine} {pairs.value:.1f} to {pairs.reference:.1f}" for engine, pairs in sought.items())
    worst = max(sought.values(), key=lambda pairs: pairs.ratio)
    note = f"p50, sealed to plain file: {each}"
    return [Row("sealed_seek", worst.value, "ms", worst.reference, worst.ratio, 2, "ratio", "max", note)]


def _seeks(ways: Sequence[tuple[list[str], dict[str, str]]], recording: Recording, engine: Engine, times: int) -> Pairs:
    """Seeks to the same places all over, in players of each kind."""
    seekers = [_Seeker(command, source, recording, engine) for command, source in ways]
    latest_ms = recording.duration_ms - 10_000
    try:
        for seeker in seekers:
            seeker.places = cycle([place * 37 % times * latest_ms // times + place + 1 for place in range(times)])
        sealed, plain = interleaved(times, *(seeker.seek_ms for seeker in seekers))
    finally:
        for seeker in seekers:
            seeker.player.close()
    return pairs_of(sealed, plain)


class _Seeker:
    """A player that stands, and goes to ever other places."""

    def __init__(self, command: list[str], source: dict[str, str], recording: Recording, engine: Engine) -> None:
        from iprtool.player.messages import Opening
        from iprtool.player.remote import ProcessPlayer

        self._said: SimpleQueue[PlayerState] = SimpleQueue()
        self.places: Iterator[int] = cycle([0])
        opening = Opening(
            source=dict(source), codec=recording.audio_codec, duration_ms=recording.duration_ms, engine=engine
        )
        self.player = ProcessPlayer(command, opening)
        self.player.on_state(self._said.put)
        while self.player.state.status == "opening":
            self._said.get(timeout=PATIENCE_S)

    def seek_ms(self) -> float:
        """Milliseconds until the player says that it is there."""
        to_ms, begun = next(self.places), time.perf_counter()
        self.player.seek(to_ms)
        while self._said.get(timeout=PATIENCE_S).position_ms != to_ms:
            pass
        return (time.perf_counter() - begun) * 1000
