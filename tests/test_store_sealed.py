"""Sealed files: opened with their key only, never mended, whole or not there."""

import hashlib
import os
import random
import sys
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.store.locks import FileLock
from iprtool.store.schema import Schema, get_meta, new_object, open_object, set_meta
from iprtool.store.sealed import NewObject, connect, new_key, write_durably

ONE = Schema("thing", (("CREATE TABLE thing (name TEXT)",),))
TWO = Schema("thing", (*ONE.steps, ("ALTER TABLE thing ADD COLUMN size INTEGER", "UPDATE thing SET size = 1")))
BROKEN = Schema("thing", (*ONE.steps, ("ALTER TABLE thing ADD COLUMN size INTEGER", "no such statement")))


def a_thing(folder: Path, rows: int = 1) -> tuple[Path, bytes]:
    path, key = folder / "thing.db", new_key()
    with new_object(path, key, ONE) as made:
        made.connection.executemany("INSERT INTO thing VALUES (?)", [(f"name {n}" * 20,) for n in range(rows)])
    return path, key


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_an_object_gives_back_what_was_put_in(tmp_path: Path) -> None:
    path, key = a_thing(tmp_path)
    connection = open_object(path, key, ONE)
    assert connection.execute("SELECT name FROM thing").fetchall() == [("name 0" * 20,)]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
    connection.close()
    assert [each.name for each in tmp_path.iterdir()] == ["thing.db"]


@pytest.mark.parametrize("name", ["a b#c?d%41&e", "ærlig – 日本", "x" * 200, "'quote\"", "-wal"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    path, key = a_thing(tmp_path / name)
    open_object(path, key, ONE).close()
    assert [each.name for each in (tmp_path / name).iterdir()] == ["thing.db"]


def test_a_wrong_key_is_one_sentence_that_claims_no_more_than_is_known(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, _ = a_thing(tmp_path)
    before = sha256(path)
    with pytest.raises(StoreError, match=r"the key does not fit it, or the disk failed, or the file is damaged"):
        connect(path, new_key())
    assert sha256(path) == before
    assert capfd.readouterr() == ("", "")


def test_a_key_of_another_length_opens_nothing(tmp_path: Path) -> None:
    path, key = a_thing(tmp_path)
    with pytest.raises(StoreError, match="32 bytes"):
        connect(path, key[:-1])


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not in its folder"):
        connect(tmp_path / "none.db", new_key())
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="empty"):
        connect(tmp_path / "empty.db", new_key())
    assert (tmp_path / "empty.db").stat().st_size == 0


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path, _ = a_thing(tmp_path)
    with pytest.raises(StoreError, match="not written over"):
        new_object(path, new_key(), ONE)


def test_a_flipped_byte_in_any_page_is_told_and_nothing_is_rewritten(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, key = a_thing(tmp_path, rows=300)
    sound, chance = path.read_bytes(), random.Random(1)
    pages = len(sound) // 4096
    assert pages > 5
    for page in range(pages):
        damaged = bytearray(sound)
        damaged[page * 4096 + chance.randrange(4096)] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises((StoreError, sqlcipher.Error)):
            read_everything(path, key)
        assert path.read_bytes() == damaged
    assert capfd.readouterr() == ("", "")


def read_everything(path: Path, key: bytes) -> None:
    connection = open_object(path, key, ONE)
    try:
        connection.execute("SELECT count(*), sum(length(name)) FROM thing").fetchall()
        found = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        if found:
            raise StoreError(str(found))
    finally:
        connection.close()


def test_a_file_cut_at_a_page_is_told(tmp_path: Path) -> None:
    path, key = a_thing(tmp_path, rows=300)
    os.truncate(path, path.stat().st_size - 4096)
    with pytest.raises(StoreError, match="damaged or cut short"):
        connect(path, key)


def test_what_fails_in_the_making_leaves_nothing_and_no_open_file(tmp_path: Path) -> None:
    before = open_files() if sys.platform == "linux" else 0
    with pytest.raises(StoreError), new_object(tmp_path / "thing.db", new_key(), ONE) as made:
        made.connection.execute("INSERT INTO nothing VALUES (1)")
    with pytest.raises(KeyboardInterrupt), new_object(tmp_path / "thing.db", new_key(), ONE):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    if sys.platform == "linux":
        assert open_files() == before


def test_no_file_stays_open_after_closing_or_failing(tmp_path: Path) -> None:
    path, key = a_thing(tmp_path)
    before = open_files() if sys.platform == "linux" else 0
    for _ in range(5):
        open_object(path, key, ONE).close()
        with pytest.raises(StoreError):
            connect(path, new_key())
        with pytest.raises(StoreError):
            open_object(path, key, Schema("other", ONE.steps))
    if sys.platform == "linux":
        assert open_files() == before


def test_a_small_file_is_replaced_whole(tmp_path: Path) -> None:
    write_durably(tmp_path / "a", b"one")
    write_durably(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_an_older_object_is_brought_up_to_date_also_for_a_reader(tmp_path: Path) -> None:
    path, key = a_thing(tmp_path, rows=3)
    connection = open_object(path, key, TWO, read_only=True)
    assert connection.execute("SELECT sum(size) FROM thing").fetchone() == (3,)
    assert get_meta(connection, "schema") == "2"
    connection.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path, key = a_thing(tmp_path)
    with pytest.raises(StoreError):
        open_object(path, key, BROKEN)
    connection = open_object(path, key, ONE)
    assert [row[1] for row in connection.execute("PRAGMA table_info(thing)")] == ["name"]
    connection.close()


def test_an_object_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path, key = a_thing(tmp_path)
    open_object(path, key, TWO).close()
    with pytest.raises(StoreError, match=r"newer iprtool \(format 2, this one reads up to 1\): update iprtool"):
        open_object(path, key, ONE)


def test_an_object_of_another_kind_is_refused(tmp_path: Path) -> None:
    path, key = a_thing(tmp_path)
    with pytest.raises(StoreError, match="holds thing, not layer"):
        open_object(path, key, Schema("layer", ONE.steps))


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path, key = a_thing(tmp_path)
    connection = open_object(path, key, ONE, read_only=True)
    with pytest.raises(sqlcipher.OperationalError):
        set_meta(connection, "a", "b")
    connection.close()


def test_a_lock_keeps_others_out_until_it_is_released(tmp_path: Path) -> None:
    first = FileLock(tmp_path / "lock", "held")
    with pytest.raises(StoreError, match="held"):
        FileLock(tmp_path / "lock", "held")
    first.release()
    first.release()
    FileLock(tmp_path / "lock", "held").release()


def test_discarding_twice_is_no_error(tmp_path: Path) -> None:
    made = NewObject(tmp_path / "a.db", new_key())
    made.discard()
    made.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="rights are otherwise on Windows")
def test_objects_are_for_their_owner_only(tmp_path: Path) -> None:
    path, _ = a_thing(tmp_path)
    assert path.stat().st_mode & 0o077 == 0
