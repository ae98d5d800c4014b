"""Peaks and transcripts: kept as far as they are worked out, and given back as they were."""

import random
import threading
from pathlib import Path

import msgspec
import pytest

from iprtool.model.errors import StoreError
from iprtool.model.peaks import PeakChunk
from iprtool.model.speech import SpeechSpan
from iprtool.model.study import Utterance
from iprtool.store.derived import PEAKS, PeaksFile, create_peaks, read_transcript, write_transcript
from iprtool.store.schema import new_object, set_meta

KEY = bytes(range(32))


def chunk(first_bin: int, bins: int = 100) -> PeakChunk:
    return PeakChunk(first_bin, random.Random(first_bin).randbytes(4 * bins))


def test_peaks_come_back_in_their_order_whatever_the_order_of_writing(tmp_path: Path) -> None:
    path = tmp_path / "peaks.db"
    create_peaks(path, KEY, 1_000)
    peaks = PeaksFile(path, KEY)
    assert (peaks.bins, peaks.read(), peaks.complete) == (1_000, [], False)
    peaks.write([chunk(500), chunk(0)])
    peaks.write([chunk(100)])
    peaks.write([chunk(100)])
    peaks.close()
    again = PeaksFile(path, KEY)
    assert again.read() == [chunk(0), chunk(100), chunk(500)]
    again.set_complete()
    assert again.complete
    again.close()


def test_peaks_may_be_read_while_another_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "peaks.db"
    create_peaks(path, KEY, 1_000)
    writer, reader = PeaksFile(path, KEY), PeaksFile(path, KEY)

    def write() -> None:
        for n in range(50):
            writer.write([chunk(n * 100)])

    thread = threading.Thread(target=write)
    thread.start()
    while len(found := reader.read()) < 50:
        assert found == [chunk(n * 100) for n in range(len(found))]
    thread.join()
    writer.close()
    reader.close()


def test_speech_is_kept_whole_and_anew_and_is_known_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "peaks.db"
    create_peaks(path, KEY, 1_000)
    peaks = PeaksFile(path, KEY)
    assert peaks.read_speech() is None
    peaks.write_speech([SpeechSpan(20, 400, 1), SpeechSpan(300, 900, 0)])
    peaks.write_speech(spans := [SpeechSpan(0, 640), SpeechSpan(1_000, 2_000, 1)])
    peaks.close()
    peaks = PeaksFile(path, KEY)
    assert peaks.read_speech() == spans
    peaks.write_speech([])
    assert peaks.read_speech() == []
    peaks.close()


def test_an_outline_from_before_there_was_speech_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "peaks.db"
    with new_object(path, KEY, msgspec.structs.replace(PEAKS, steps=PEAKS.steps[:1])) as made:
        set_meta(made.connection, "bins", "300")
        made.connection.execute("INSERT INTO chunk VALUES (0, ?)", (chunk(0).pairs,))
    peaks = PeaksFile(path, KEY)
    assert (peaks.bins, peaks.read(), peaks.read_speech()) == (300, [chunk(0)], None)
    peaks.write_speech([SpeechSpan(0, 640)])
    assert peaks.read_speech() == [SpeechSpan(0, 640)]
    peaks.close()


def test_damage_in_peaks_is_told(tmp_path: Path) -> None:
    path = tmp_path / "peaks.db"
    create_peaks(path, KEY, 100_000)
    peaks = PeaksFile(path, KEY)
    peaks.write([chunk(0, 2_000), chunk(2_000, 2_000)])
    peaks.write_speech([SpeechSpan(0, 1_000)])
    peaks.close()
    sound = path.read_bytes()
    for page in range(len(sound) // 4096):
        damaged = bytearray(sound)
        damaged[page * 4096 + 2_000] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(StoreError):
            read_peaks(path)


def read_peaks(path: Path) -> None:
    peaks = PeaksFile(path, KEY)
    try:
        peaks.read()
        peaks.read_speech()
    finally:
        peaks.close()


def test_a_transcript_comes_back_as_it_was(tmp_path: Path) -> None:
    said = [
        Utterance(0, 900, "client", "I thought … 🙂"),
        Utterance(900, 1_500, "therapist", ""),
        Utterance(1, 2, "", "x"),
    ]
    write_transcript(tmp_path / "t.db", KEY, said)
    assert read_transcript(tmp_path / "t.db", KEY) == said
    assert b"I thought" not in (tmp_path / "t.db").read_bytes()
    assert [each.name for each in tmp_path.iterdir()] == ["t.db"]


def test_a_transcript_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be read back"):
        write_transcript(tmp_path / "t.db", KEY, [Utterance(10**30, 5, "client", "x")])
    assert list(tmp_path.iterdir()) == []


def test_damage_in_a_transcript_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    write_transcript(path, KEY, [Utterance(n, n + 1, "client", "long words " * 500) for n in range(4)])
    sound = path.read_bytes()
    for page in range(len(sound) // 4096):
        damaged = bytearray(sound)
        damaged[page * 4096 + 2_000] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(StoreError):
            read_transcript(path, KEY)


def test_the_key_of_one_opens_not_the_other(tmp_path: Path) -> None:
    create_peaks(tmp_path / "p.db", KEY, 10)
    with pytest.raises(StoreError, match="holds peaks, not transcript"):
        read_transcript(tmp_path / "p.db", KEY)
    with pytest.raises(StoreError, match="key does not fit"):
        PeaksFile(tmp_path / "p.db", bytes(32))
