"""A layer: what is committed is there, in order, once, and the projection is what the operations add up to."""

import json
import threading
from pathlib import Path

import msgspec
import pytest

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
    LessonsLearned,
    Marked,
    Stop,
    StopChanged,
    ViewChanged,
    WentOn,
)
from iprtool.store.layer import LayerFile, create_layer, layer_rows, read_layer, view_layer
from iprtool.store.view import HISTORY
from tests.store_samples import HEAD, SECONDS, a_layer, failure, faults, full_mark, marked, op, point, stopped


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


def test_a_view_stays_as_it_was_while_the_layer_is_written(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer, view_layer(path, key) as view:
        layer.commit([marked(full_mark())]).result(SECONDS)
        assert len(view.content().marks) == 1
        assert view.head == HEAD
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


def test_the_newest_operations_are_read_and_with_them_what_still_holds_however_long_ago(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    lasting = [
        op(ViewChanged("shown", 1), "layer"),
        op(LessonsLearned("listen first"), "layer"),
        op(ViewChanged("hidden", 2), "layer"),
    ]
    with LayerFile(path, key) as layer:
        layer.commit([*lasting, *(op(Covered("played", 0, n), "c1") for n in range(1, HISTORY + 1))]).result(SECONDS)
        ops = layer.load().ops
    assert [one.body for one in ops[:2]] == [LessonsLearned("listen first"), ViewChanged("hidden", 2)]
    assert len(ops) == HISTORY + 2
    with view_layer(path, key) as view:
        plan = view._connection.execute(
            "EXPLAIN QUERY PLAN SELECT max(lamport) FROM op WHERE kind = 'view_change'"
        ).fetchall()
    assert "op_view" in str(plan)
