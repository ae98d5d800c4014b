"""What is worked out from a recording: its peaks and speech, and its transcript, as objects with keys of their own.

They are two objects since a participant's process gets the key of the peaks and never that of the transcript. Where
somebody speaks is with the peaks, which show as much.
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.peaks import PeakChunk
from iprtool.model.speech import SpeechSpan
from iprtool.model.study import Utterance
from iprtool.store.plain import sealed_json
from iprtool.store.schema import Schema, get_meta, new_object, open_object, set_meta
from iprtool.store.sealed import FAULTS, reading, store_error, transaction

PEAKS = Schema(
    "peaks",
    (
        ("CREATE TABLE chunk (first_bin INTEGER PRIMARY KEY, pairs BLOB NOT NULL)",),
        (
            """CREATE TABLE speech (n INTEGER PRIMARY KEY, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
                channel INTEGER)""",
        ),
    ),
)
TRANSCRIPT = Schema(
    "transcript", (("CREATE TABLE utterance (n INTEGER PRIMARY KEY, value TEXT NOT NULL)",),), written_once=True
)

_UTTERANCE = msgspec.json.Decoder(Utterance)


def create_peaks(path: Path, key: bytes, bins: int) -> None:
    """Make the object for a recording's peaks, `bins` in all (100 a second), none of them there yet."""
    with new_object(path, key, PEAKS) as made:
        set_meta(made.connection, "bins", str(bins))


class PeaksFile:
    """A recording's peaks and speech as far as they are worked out; may be used from any thread."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection = open_object(path, key, PEAKS, check_same_thread=False)

    @property
    def bins(self) -> int:
        """How many bins the whole recording has."""
        with self._using() as connection:
            return int(get_meta(connection, "bins") or 0)

    @property
    def complete(self) -> bool:
        """Whether all of them are there."""
        with self._using() as connection:
            return get_meta(connection, "complete") == "yes"

    def set_complete(self) -> None:
        """Say that all of them are there."""
        with self._using() as connection:
            set_meta(connection, "complete", "yes")

    def write(self, chunks: Sequence[PeakChunk]) -> None:
        """Keep some chunks, in one transaction; a chunk with the same first bin is replaced."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO chunk VALUES (?, ?)", [(chunk.first_bin, chunk.pairs) for chunk in chunks]
            )

    def read(self) -> list[PeakChunk]:
        """The chunks that are there, in their order."""
        with self._using() as connection, reading(connection, self._path):
            rows = connection.execute("SELECT first_bin, pairs FROM chunk ORDER BY first_bin")
            return [PeakChunk(first_bin, bytes(pairs)) for first_bin, pairs in rows]

    def write_speech(self, spans: Sequence[SpeechSpan]) -> None:
        """Keep where somebody speaks, all of it, in place of what was kept."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM speech")
            connection.executemany(
                "INSERT INTO speech (start_ms, end_ms, channel) VALUES (?, ?, ?)",
                [(span.start_ms, span.end_ms, span.channel) for span in spans],
            )
            set_meta(connection, "speech", "yes")

    def read_speech(self) -> list[SpeechSpan] | None:
        """Where somebody speaks, by start; None where that was not worked out yet."""
        with self._using() as connection, reading(connection, self._path):
            if get_meta(connection, "speech") != "yes":
                return None
            return [
                SpeechSpan(*row)
                for row in connection.execute("SELECT start_ms, end_ms, channel FROM speech ORDER BY n")
            ]

    def close(self) -> None:
        """Let go of the object."""
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlcipher.Connection]:
        with self._using() as connection, transaction(connection):
            yield connection

    @contextlib.contextmanager
    def _using(self) -> Iterator[sqlcipher.Connection]:
        with self._lock:
            try:
                yield self._connection
            except FAULTS as error:
                raise store_error(error, self._path) from error


def write_transcript(path: Path, key: bytes, utterances: Sequence[Utterance]) -> None:
    """Seal a transcript in a new object, whole or not at all."""
    with new_object(path, key, TRANSCRIPT) as made:
        made.connection.executemany(
            "INSERT INTO utterance (value) VALUES (?)", [(sealed_json(each, _UTTERANCE)[0],) for each in utterances]
        )


def read_transcript(path: Path, key: bytes) -> list[Utterance]:
    """A transcript's utterances in the order in which they were written."""
    connection = open_object(path, key, TRANSCRIPT, read_only=True)
    try:
        with reading(connection, path):
            rows = connection.execute("SELECT value FROM utterance ORDER BY n").fetchall()
    finally:
        connection.close()
    return [_UTTERANCE.decode(value) for (value,) in rows]
