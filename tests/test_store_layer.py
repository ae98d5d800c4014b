"""A layer: what is committed is there, in order, once, and the projection is what the operations add up to."""

import json
import math
import random
import sys
import threading
import uuid
from concurrent.futures import Future
from pathlib import Path

import msgspec
import pytest
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.layer import (
    Closed,
    Coverage,
    Covered,
    CoverUsed,
    Deleted,
    Draft,
    Edited,
    LeadUsed,
    Marked,
    Op,
    Stop,
    StopChanged,
    ViewChanged,
    WentOn,
)
from iprtool.model.mark import Code, Mark
from iprtool.store.layer import LayerFile, create_layer, layer_rows, read_layer, view_layer
from iprtool.store.oplog import LAYER
from iprtool.store.rebuild import layer_faults
from iprtool.store.schema import open_object
from tests.store_samples import HEAD, a_layer, full_mark, marked, op, point, stopped

SECONDS = 30


def faults(path: Path, key: bytes) -> list[str]:
    connection = open_object(path, key, LAYER, read_only=True)
    try:
        return list(layer_faults(connection, path.name))
    finally:
        connection.close()


def failure(future: Future[int]) -> str:
    error = future.exception(SECONDS)
    assert isinstance(error, StoreError)
    return str(error)


def test_a_new_layer_holds_its_head_and_nothing_else(tmp_path: Path) -> None:
    content = read_layer(*a_layer(tmp_path))
    assert content.head == HEAD
    assert (content.marks, content.stops, content.coverage, content.draft, content.ops) == ((), (), (), None, ())
    assert not content.closed


def test_everything_committed_reads_back_as_it_was(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    ops = [
        stopped(),
        marked(full_mark(), group="gesture", reason="why"),
        marked(point(400)),
        op(StopChanged("inquirer", "recaller"), "stop"),
        op(WentOn(300), "stop"),
        op(Covered("played", 0, 500), "c1"),
        op(Covered("played", 0, 900, 1.5), "c1"),
        op(CoverUsed(True, 3), "layer"),
        op(ViewChanged("hidden", 3), "layer"),
        op(LeadUsed("affect", 3, "2"), "stop"),
        op(Closed("it was good", 7.5), "layer"),
    ]
    with LayerFile(path, key) as layer:
        assert layer.commit(ops).result(SECONDS) == len(ops)
        content = layer.load()
    assert [mark.start_ms for mark in content.marks] == [400, 1_000]
    assert content.marks[1] == full_mark()
    assert content.stops == (Stop("stop", 500, 520, 40, "inquirer", 1.0, 300),)
    assert content.coverage == (Coverage("c1", "played", 0, 900, 1.5),)
    assert content.closed
    assert content.ops == tuple(msgspec.structs.replace(each, lamport=n) for n, each in enumerate(ops, start=1))
    assert read_layer(path, key) == content
    assert faults(path, key) == []


def test_lamport_numbers_go_on_from_one_opening_to_the_next(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    for n in range(1, 4):
        with LayerFile(path, key) as layer:
            assert layer.commit([marked(point(n))]).result(SECONDS) == n


def test_an_operation_committed_twice_is_there_once(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    first, second = marked(point(1)), marked(point(2))
    with LayerFile(path, key) as layer:
        assert layer.commit([first]).result(SECONDS) == 1
        assert layer.commit([second, first]).result(SECONDS) == 1
        assert layer.commit([second]).result(SECONDS) == 2
        assert len(layer.load().marks) == 2
    assert faults(path, key) == []


def test_edits_deletions_and_their_undoing(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    mark = full_mark()
    with LayerFile(path, key) as layer:
        layer.commit([marked(mark)])
        change = op(Edited({"note": "new", "codes": [], "rupture": None}, {"note": mark.note}), mark.id)
        layer.commit([change]).result(SECONDS)
        edited = msgspec.structs.replace(mark, note="new", codes=(), rupture=None)
        assert layer.load().marks == (edited,)
        removal = op(Deleted(edited), mark.id)
        layer.commit([removal]).result(SECONDS)
        assert layer.load().marks == ()
        layer.commit([op(Marked(edited), mark.id, undoes=removal.id)]).result(SECONDS)
        assert layer.load().marks == (edited,)
        assert layer.load().ops[-1].undoes == removal.id
    assert faults(path, key) == []


def test_an_edit_of_a_mark_that_is_not_there_is_refused_and_the_rest_of_the_batch_kept(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        good = layer.commit([marked(point(1))])
        bad = layer.commit([marked(point(2)), op(Edited({"note": "x"}, {}), "nobody")])
        wrong = layer.commit([op(Edited({"kind": "triangle"}, {}), "nobody")])
        last = layer.commit([marked(point(3))])
        assert good.result(SECONDS) == 1
        assert "not saved" in failure(bad)
        assert "not saved" in failure(wrong)
        assert last.result(SECONDS) == 2
        assert [mark.start_ms for mark in layer.load().marks] == [1, 3]
    assert faults(path, key) == []


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


def test_the_draft_is_kept_replaced_and_cleared_with_its_mark(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        waiting = [layer.save_draft(Draft("word " * n, 5, stop="stop")) for n in range(50)]
        assert [future.result(SECONDS) for future in waiting] == [0] * 50
        assert layer.load().draft == Draft("word " * 49, 5, stop="stop")
        layer.commit([marked(point(5))], clear_draft=True).result(SECONDS)
        assert layer.load().draft is None
        layer.save_draft(Draft("again", 5))
        layer.save_draft(None).result(SECONDS)
        assert layer.load().draft is None


def test_operations_cannot_be_changed_or_removed(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(1))]).result(SECONDS)
    connection = open_object(path, key, LAYER)
    for statement in ("UPDATE op SET actor = 'x'", "DELETE FROM op", "UPDATE op_body SET body = '{}'"):
        with pytest.raises(sqlcipher.IntegrityError):
            connection.execute(statement)
    connection.close()


def test_closing_writes_what_waits_and_what_comes_later_is_told(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    layer = LayerFile(path, key)
    waiting = [layer.commit([marked(point(n))]) for n in range(200)]
    layer.close()
    layer.close()
    assert [future.result(0) for future in waiting] == list(range(1, 201))
    assert "closed" in failure(layer.commit([marked(point(1))]))
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["layer.db", "layer.db.lock"]
    assert not [thread for thread in threading.enumerate() if thread.name == "layer"]


def test_a_caller_that_cancels_does_not_take_the_write_back(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        future = layer.commit([marked(point(1))])
        assert not future.cancel()
        assert future.result(SECONDS) == 1


def test_a_layer_is_written_in_one_place_at_a_time(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        with pytest.raises(StoreError, match="open in another window or process"):
            LayerFile(path, key)
        layer.commit([marked(point(1))]).result(SECONDS)
        assert len(read_layer(path, key).marks) == 1
    with LayerFile(path, key) as again:
        assert again.commit([marked(point(2))]).result(SECONDS) == 2


def test_a_view_stays_as_it_was_while_the_layer_is_written(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer, view_layer(path, key) as view:
        layer.commit([marked(full_mark())]).result(SECONDS)
        assert len(view.content().marks) == 1
        layer.commit([marked(point(2))]).result(SECONDS)
        assert len(view.content().marks) == 1
        assert len(list(view.rows("op")[1])) == 1


def test_rows_have_a_column_for_each_field(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(full_mark()), marked(point(7, ident="p")), stopped(), op(Covered("played", 0, 5), "c")])
    names, rows = layer_rows(path, key, "mark")
    first, second = (dict(zip(names, row, strict=True)) for row in rows)
    assert first["id"] == "full"
    assert first["rupture_type"] == "withdrawal"
    assert first["rupture_resolved"] == 5
    assert first["partner_recognisable"] is True
    assert first["helpful"] == 6.5
    assert "codes" not in names
    assert (second["id"], second["rupture_type"], second["end_ms"]) == ("p", None, None)
    assert list(layer_rows(path, key, "mark_code")[1]) == [
        ("full", 0, "plain", "1", "felt_safe", 3.0),
        ("full", 1, "plain", "1", "annoyed", None),
    ]
    assert list(layer_rows(path, key, "mark_peak")[1]) == [
        ("full", 0, 2_000, "client", 30),
        ("full", 1, 3_000, "therapist", 0),
    ]
    assert list(layer_rows(path, key, "stop")[1]) == [("stop", 500, 520, 40, "recaller", 1.0, None)]
    assert list(layer_rows(path, key, "coverage")[1]) == [("c", "played", 0, 5, 1.0)]
    names, rows = layer_rows(path, key, "op_body")
    assert json.loads(dict(zip(names, next(rows), strict=True))["body"])["mark"]["note"] == full_mark().note
    assert [row[0] for row in layer_rows(path, key, "op")[1]] == [1, 2, 3, 4]


def test_only_the_last_thousand_operations_are_given_to_a_screen(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(n)) for n in range(1_100)]).result(SECONDS)
        content = layer.load()
    assert [each.lamport for each in content.ops] == list(range(101, 1_101))
    assert len(content.marks) == 1_100


def test_a_second_layer_at_the_same_place_is_refused(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with pytest.raises(StoreError, match="not written over"):
        create_layer(path, key, HEAD)


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
