"""A layer keeps what it can of hostile text, dead threads and damaged pages, and says what it cannot."""

import math
import random
import sys
import threading
import uuid
from pathlib import Path

import msgspec
import pytest
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.layer import (
    Draft,
    Edited,
    Op,
)
from iprtool.model.mark import Code, Mark
from iprtool.store.layer import LayerFile, layer_rows, read_layer
from iprtool.store.oplog import LAYER
from iprtool.store.schema import open_object
from tests.store_samples import SECONDS, a_layer, failure, faults, marked, op, point


def test_a_lone_surrogate_does_not_cost_the_note(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(1, "cold \udcff there"))]).result(SECONDS)
        layer.commit([op(Edited({"lead": "a\ud800"}, {"lead": None}), layer.load().marks[0].id)]).result(SECONDS)
        layer.save_draft(Draft("half \udc80 a note", 3)).result(SECONDS)
        content = layer.load()
    assert (content.marks[0].note, content.marks[0].lead) == ("cold \ufffd there", "a\ufffd")
    assert content.draft == Draft("half \ufffd a note", 3)
    assert faults(path, key) == []


@pytest.mark.parametrize(
    "mark",
    [
        msgspec.structs.replace(point(1), helpful=math.nan),
        msgspec.structs.replace(point(1), rate=math.inf),
        msgspec.structs.replace(point(1), codes=(Code("plain", "1", "a", -math.inf),)),
        msgspec.structs.replace(point(1), start_ms=10**5000),
        msgspec.structs.replace(point(1), timeframe="yesterday"),
        msgspec.structs.replace(point(1), note=7),
    ],
    ids=["nan", "inf", "code", "digits", "term", "type"],
)
def test_what_could_not_be_read_back_is_refused(tmp_path: Path, mark: Mark) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        assert "could not be read back" in failure(layer.commit([marked(mark)]))
        assert layer.commit([marked(point(2))]).result(SECONDS) == 1
        assert len(layer.load().marks) == 1
    assert faults(path, key) == []


def test_numbers_that_are_none_are_refused_in_edits_too(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(1, ident="m"))]).result(SECONDS)
        for value in (math.nan, 10**5000, {"a": [math.inf]}):
            assert "could not be read back" in failure(layer.commit([op(Edited({"helpful": value}, {}), "m")]))
        assert layer.load().marks[0].helpful is None


def test_operations_cannot_be_changed_or_removed(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(1))]).result(SECONDS)
    connection = open_object(path, key, LAYER)
    for statement in ("UPDATE op SET actor = 'x'", "DELETE FROM op", "UPDATE op_body SET body = '{}'"):
        with pytest.raises(sqlcipher.IntegrityError):
            connection.execute(statement)
    connection.close()


def test_a_layer_is_written_in_one_place_at_a_time(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        with pytest.raises(StoreError, match="open in another window or process"):
            LayerFile(path, key)
        layer.commit([marked(point(1))]).result(SECONDS)
        assert len(read_layer(path, key).marks) == 1
    with LayerFile(path, key) as again:
        assert again.commit([marked(point(2))]).result(SECONDS) == 2


def test_nothing_is_in_clear_on_the_disk(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    note = "the-note-that-nobody-may-read"
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(1, note))]).result(SECONDS)
        layer.save_draft(Draft(note, 3)).result(SECONDS)
        while_open = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert "layer.db-wal" in while_open
    for content in [*while_open.values(), *(each.read_bytes() for each in tmp_path.iterdir())]:
        assert note.encode() not in content
        assert b"D05" not in content
        assert b"SQLite" not in content


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_no_file_stays_open(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    read_layer(path, key)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with LayerFile(path, key) as layer:
            layer.commit([marked(point(1))]).result(SECONDS)
            with pytest.raises(StoreError):
                LayerFile(path, key)
        with pytest.raises(StoreError):
            LayerFile(path, bytes([1]) * 32)
        _, rows = layer_rows(path, key, "op")
        next(rows)
        del rows
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_texts_beside_the_body_may_hold_lone_surrogates_too(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(1), reason="sl\udcffip", group="g\udcff")]).result(SECONDS)
        assert layer.load().ops[0].reason == "sl\ufffdip"


def test_nobody_waits_for_ever_for_a_thread_that_died(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key = a_layer(tmp_path)
    deaths: list[object] = []

    def dies(*_: object) -> int:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(threading, "excepthook", deaths.append)
    monkeypatch.setattr("iprtool.store.layer.append_op", dies)
    layer = LayerFile(path, key)
    assert "Saving has stopped" in failure(layer.commit([marked(point(1))]))
    assert "closed" in failure(layer.commit([marked(point(2))]))
    layer.close()
    assert len(deaths) == 1
    monkeypatch.undo()
    with LayerFile(path, key) as again:
        assert again.commit([marked(point(3))]).result(SECONDS) == 1


def test_a_damaged_page_under_an_open_layer_is_told_and_does_not_keep_new_marks_from_being_saved(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(n, "long note " * (600 if n % 2 else 3), f"m{n}")) for n in range(12)])
    sound, chance = path.read_bytes(), random.Random(5)
    went_on = 0
    for page in range(1, len(sound) // 4096):
        path.write_bytes(sound)
        with LayerFile(path, key) as layer:
            damaged = bytearray(sound)
            damaged[page * 4096 + chance.randrange(4096)] ^= 4
            path.write_bytes(damaged)
            changes = [layer.commit([op(Edited({"helpful": 5.0}, {}), f"m{n}")]) for n in range(12)]
            told = [failure(each) for each in changes if each.exception(SECONDS)]
            new = [layer.commit([marked(point(n))]).exception(SECONDS) for n in range(3)]
        assert {type(error) for error in new} <= {type(None), StoreError}
        assert all("damaged" in sentence for sentence in told)
        went_on += bool(told) and new == [None] * 3
    assert went_on > 3
    assert capfd.readouterr() == ("", "")


def test_damage_in_any_page_is_found_by_reading_or_by_the_checks(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(n, "long note " * 600, f"m{n}")) for n in range(6)])
        layer.save_draft(Draft("a long draft " * 800, 3))
    sound, chance = path.read_bytes(), random.Random(6)
    content = read_layer(path, key)
    for page in range(len(sound) // 4096):
        damaged = bytearray(sound)
        damaged[page * 4096 + chance.randrange(4096)] ^= 1
        path.write_bytes(damaged)
        try:
            assert read_layer(path, key) == content
        except StoreError:
            continue
        assert damage_is_found(path, key)


def damage_is_found(path: Path, key: bytes) -> bool:
    connection = open_object(path, key, LAYER, read_only=True)
    try:
        return bool(connection.execute("PRAGMA cipher_integrity_check").fetchall())
    finally:
        connection.close()


def test_many_threads_may_commit_at_once(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    made: list[Op] = [marked(point(n, ident=str(uuid.uuid4()))) for n in range(200)]
    numbers: list[int] = []
    with LayerFile(path, key) as layer:

        def work(part: list[Op]) -> None:
            numbers.extend(layer.commit([each]).result(SECONDS) for each in part)

        threads = [threading.Thread(target=work, args=(made[n::4],)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(numbers) == list(range(1, 201))
    assert faults(path, key) == []
