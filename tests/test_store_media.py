"""A sealed recording: the bytes that went in come out, at any offset, from any thread, or the damage is told."""

import random
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.model.errors import StoreError
from iprtool.model.ports import Sink, Source
from iprtool.store.media import ROW_BYTES, SealedSink, SealedSource

KEY = bytes(range(32))


def sealed(folder: Path, content: bytes) -> Path:
    path = folder / "media.db"
    sink = SealedSink(path, KEY)
    sink.write_at(0, content)
    sink.commit()
    return path


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", [0, 1, ROW_BYTES - 1, ROW_BYTES, ROW_BYTES + 1, 2 * ROW_BYTES, 1_000_003])
def test_what_went_in_comes_out(tmp_path: Path, size: int) -> None:
    content = noise(size)
    source = SealedSource(sealed(tmp_path, content), KEY)
    assert source.size == size
    assert source.read_at(0, size + 10) == content
    assert source.read_at(size, 1) == b""
    assert source.read_at(size + 5, 1) == b""
    for start in range(0, size, 99_991):
        assert source.read_at(start, 70_000) == content[start : start + 70_000]
    assert source.verify()
    assert source.error is None
    source.close()
    assert [each.name for each in tmp_path.iterdir()] == ["media.db"]


def test_they_are_what_the_ports_ask_for(tmp_path: Path) -> None:
    sink: Sink = SealedSink(tmp_path / "media.db", KEY)
    sink.commit()
    source: Source = SealedSource(tmp_path / "media.db", KEY)
    source.close()


@settings(max_examples=40, deadline=None)
@given(
    pieces=st.lists(st.integers(0, ROW_BYTES + 70_000), max_size=8),
    patches=st.lists(st.tuples(st.integers(0, ROW_BYTES), st.integers(0, 5_000)), max_size=4),
)
def test_pieces_and_patches_in_the_head(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[int], patches: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("media") / "media.db"
    expected = bytearray()
    sink = SealedSink(path, KEY)
    for size in pieces:
        sink.write_at(len(expected), noise(size))
        expected += noise(size)
    for start, size in patches:
        end = min(start + size, ROW_BYTES, len(expected))
        if start < end:
            sink.write_at(start, noise(end - start))
            expected[start:end] = noise(end - start)
    sink.commit()
    source = SealedSource(path, KEY)
    assert source.read_at(0, len(expected)) == expected
    assert source.verify()
    source.close()


@pytest.mark.parametrize(("offset", "size"), [(11, 1), (300_001, 5), (ROW_BYTES + 1, 5), (ROW_BYTES - 2, 5)])
def test_bytes_out_of_order_are_refused(tmp_path: Path, offset: int, size: int) -> None:
    sink = SealedSink(tmp_path / "media.db", KEY)
    sink.write_at(0, noise(10 if offset == 11 else 300_000))
    with pytest.raises(StoreError, match="out of order"):
        sink.write_at(offset, noise(size))
    sink.discard()
    assert list(tmp_path.iterdir()) == []


def test_until_it_is_committed_there_is_no_object(tmp_path: Path) -> None:
    sink = SealedSink(tmp_path / "media.db", KEY)
    sink.write_at(0, noise(ROW_BYTES * 40))
    assert not (tmp_path / "media.db").exists()
    sink.discard()
    sink.discard()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match="not in its folder"):
        SealedSource(tmp_path / "media.db", KEY)


def test_nothing_is_in_clear_on_the_disk_at_any_moment(tmp_path: Path) -> None:
    words = b"what the client said in the session " * 500
    sink = SealedSink(tmp_path / "media.db", KEY)
    for _ in range(600):
        sink.write_at(sink.size, words)
    on_the_way = [each.read_bytes() for each in tmp_path.iterdir()]
    assert max(map(len, on_the_way)) > 1_000_000
    sink.commit()
    for content in [*on_the_way, *(each.read_bytes() for each in tmp_path.iterdir())]:
        assert b"the client said" not in content


def test_a_flipped_byte_in_any_page_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = noise(ROW_BYTES * 3 + 5)
    path = sealed(tmp_path, content)
    sound, chance = path.read_bytes(), random.Random(3)
    for page in range(len(sound) // 16384):
        damaged = bytearray(sound)
        damaged[page * 16384 + chance.randrange(16384)] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises((StoreError, OSError)):
            read_all_of(path)
        assert path.read_bytes() == damaged
    assert capfd.readouterr() == ("", "")


def test_what_is_sound_can_be_played_beside_what_is_damaged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = noise(ROW_BYTES * 6)
    path = sealed(tmp_path, content)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    source = SealedSource(path, KEY)
    failed = []
    for n in range(6):
        try:
            assert source.read_at(n * ROW_BYTES, ROW_BYTES) == content[n * ROW_BYTES : (n + 1) * ROW_BYTES]
        except OSError:
            failed.append(n)
    source.close()
    assert len(failed) == 1
    assert capfd.readouterr() == ("", "")


def read_all_of(path: Path) -> None:
    source = SealedSource(path, KEY)
    try:
        for start in range(0, source.size, ROW_BYTES):
            source.read_at(start, ROW_BYTES)
    except OSError:
        assert source.error is not None
        assert "media.db" in source.error
        raise
    finally:
        source.close()


@pytest.mark.parametrize("pages", [1, 5, 20])
def test_a_file_that_is_cut_short_is_told(tmp_path: Path, pages: int) -> None:
    path = sealed(tmp_path, noise(ROW_BYTES * 3))
    content = path.read_bytes()
    path.write_bytes(content[: -pages * 16384])
    with pytest.raises(StoreError, match="cut short"):
        SealedSource(path, KEY)


def test_rows_that_are_missing_are_told(tmp_path: Path) -> None:
    from iprtool.store.sealed import connect

    path = sealed(tmp_path, noise(ROW_BYTES * 3))
    connection = connect(path, KEY, page_size=16384)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("UPDATE part SET bytes = x'00' WHERE n = 1")
    connection.close()
    source = SealedSource(path, KEY)
    with pytest.raises(OSError, match="lacks a part"):
        source.read_at(ROW_BYTES, 10)
    assert source.error == ("media.db is damaged, or lacks a part of the recording: put back a copy of the file.")
    assert source.read_at(0, 10) == noise(ROW_BYTES * 3)[:10]
    source.close()
    connection = connect(path, KEY, page_size=16384)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("DELETE FROM part WHERE n = 2")
    connection.close()
    with pytest.raises(StoreError, match="does not hold a whole recording"):
        SealedSource(path, KEY)


def test_content_that_was_exchanged_is_found_by_its_checksum(tmp_path: Path) -> None:
    from iprtool.store.sealed import connect

    path = sealed(tmp_path, noise(ROW_BYTES * 2))
    connection = connect(path, KEY, page_size=16384)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("UPDATE part SET bytes = (SELECT bytes FROM part WHERE n = 0) WHERE n = 1")
    connection.close()
    source = SealedSource(path, KEY)
    assert not source.verify()
    source.close()


def test_many_threads_read_at_once(tmp_path: Path) -> None:
    content = noise(ROW_BYTES * 24)
    source = SealedSource(sealed(tmp_path, content), KEY)
    wrong: list[int] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(60):
            start, size = chance.randrange(len(content)), chance.randrange(600_000)
            if source.read_at(start, size) != content[start : start + size]:
                wrong.append(start)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    source.close()
    assert wrong == []


def test_after_closing_a_read_is_an_error(tmp_path: Path) -> None:
    source = SealedSource(sealed(tmp_path, noise(100)), KEY)
    source.close()
    source.close()
    with pytest.raises(OSError, match="closed"):
        source.read_at(0, 10)


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_no_file_stays_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    path = sealed(tmp_path, noise(100))
    SealedSource(path, KEY).close()
    with pytest.raises(StoreError):
        SealedSource(path, bytes(32))
    SealedSink(tmp_path / "other.db", KEY).discard()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_folder_that_may_not_be_written_does_not_keep_a_recording_from_being_read(tmp_path: Path) -> None:
    path = sealed(tmp_path, noise(100))
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    source = SealedSource(path, KEY)
    assert source.read_at(0, 100) == noise(100)
    source.close()
    tmp_path.chmod(0o700)
    assert [each.name for each in tmp_path.iterdir()] == ["media.db"]
