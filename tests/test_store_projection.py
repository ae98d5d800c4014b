"""Whatever is done to a layer, its tables say what its operations add up to."""

import tempfile
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.model.coding import SegmentCode, SegmentSeen, SessionRating
from iprtool.model.errors import StoreError
from iprtool.model.layer import (
    Closed,
    Covered,
    Deleted,
    Edited,
    Locked,
    Marked,
    Op,
    OpBody,
    Put,
    StopChanged,
    Stopped,
    Traced,
    Unlocked,
    WentOn,
)
from iprtool.model.mark import Code, Mark, Peak, Rupture
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.oplog import LAYER, append_op, read_ops
from iprtool.store.rebuild import layer_faults, rebuild_projection
from iprtool.store.schema import open_object
from tests.store_samples import SECONDS, a_layer, marked, op, point

times = st.integers(0, 3_600_000)
notes = st.text(st.characters(), max_size=20)  # lone surrogates among them
entities = st.sampled_from(["a", "b", "c"])
codes = st.builds(Code, notes, st.just("1"), notes, st.none() | st.floats(1, 9))
ruptures = st.builds(Rupture, st.sampled_from(["withdrawal", "mixed"]), salience=st.none() | st.integers(1, 5))
marks = st.builds(
    Mark,
    entities,
    st.sampled_from(["recaller", "coder"]),
    st.sampled_from(["point", "interval"]),
    times,
    times,
    times,
    end_ms=st.none() | times,
    codes=st.lists(codes, max_size=3).map(tuple),
    peaks=st.lists(st.builds(Peak, times, st.just("client")), max_size=2).map(tuple),
    note=notes,
    helpful=st.none() | st.sampled_from([1, 6.5, 9]),
    rupture=st.none() | ruptures,
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "note": notes,
        "start_ms": times | st.just("soon"),
        "helpful": st.none() | st.floats(1, 9) | st.just(float("nan")),
        "codes": st.lists(codes, max_size=2).map(msgspec.to_builtins),
        "rupture": st.none() | ruptures.map(msgspec.to_builtins),
    },
)
values = st.one_of(
    st.builds(
        SegmentCode,
        st.integers(0, 20),
        notes,
        st.none() | st.sampled_from(["minus", "plus"]),
        st.none() | st.floats(1, 5),
        st.lists(notes, max_size=2).map(tuple),
        notes,
    ),
    st.builds(SegmentSeen, st.integers(0, 20), st.booleans()),
    st.builds(SessionRating, notes, st.floats(), notes),  # no numbers and infinite ones among them
)
samples = st.lists(st.tuples(times, st.floats(-4, 4)), max_size=3).map(tuple)
bodies: st.SearchStrategy[OpBody] = st.one_of(
    marks.map(Marked),
    marks.map(Deleted),
    st.builds(Edited, changes, st.just({})),
    st.builds(Stopped, times, times, times, st.just("recaller"), st.sampled_from([1.0, 1.5])),
    st.builds(StopChanged, st.just("inquirer"), st.just("recaller")),
    st.builds(WentOn, times),
    st.builds(Covered, st.sampled_from(["played", "declined"]), times, times),
    st.builds(Closed, notes),
    st.builds(Put, st.none() | values, st.none() | values),
    st.builds(Traced, samples),
    st.sampled_from([Locked(), Unlocked()]),
)
ops = st.builds(op, bodies, entities)


def about_itself(each: Op) -> Op:
    """The operation with its entity's id in the mark, as every screen makes it."""
    if isinstance(each.body, Marked | Deleted):
        return msgspec.structs.replace(each, entity=each.body.mark.id)
    return each


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(ops.map(about_itself), max_size=6), max_size=8))
def test_the_tables_are_what_the_operations_add_up_to(batches: list[list[Op]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, key = a_layer(Path(folder))
        with LayerFile(path, key) as layer:
            futures = [layer.commit(batch) for batch in batches]
            errors = [future.exception(SECONDS) for future in futures]
            content = layer.load()
        assert {type(error) for error in errors} <= {type(None), StoreError}
        kept = [each.id for batch, error in zip(batches, errors, strict=True) if error is None for each in batch]
        assert [each.id for each in content.ops] == kept
        assert [each.lamport for each in content.ops] == list(range(1, len(kept) + 1))
        tables = rebuild_projection(content.ops)
        assert {mark.id: mark for mark in content.marks} == tables["mark"]
        assert {stop.id: stop for stop in content.stops} == tables["stop"]
        assert {stretch.id: stretch for stretch in content.coverage} == tables["coverage"]
        assert content.values == tables["value"]
        assert {trace.id: trace for trace in content.traces} == tables["trace"]
        locks = [each for each in content.ops if each.kind in ("lock", "unlock")]
        assert content.locked == (bool(locks) and locks[-1].kind == "lock")
        assert [mark.start_ms for mark in content.marks] == sorted(mark.start_ms for mark in content.marks)
        connection = open_object(path, key, LAYER, read_only=True)
        assert list(layer_faults(connection, "layer.db")) == []
        connection.close()


def spoilt(folder: Path, *statements: str) -> list[str]:
    """What is found wrong with a layer of three marks after these statements."""
    path, key = a_layer(folder)
    with LayerFile(path, key) as layer:
        layer.commit([marked(point(n, "a", ident=f"m{n}")) for n in range(3)]).result(SECONDS)
    connection = open_object(path, key, LAYER)
    for statement in statements:
        connection.execute(statement)
    found = list(layer_faults(connection, path.name))
    connection.close()
    return found


def test_a_mark_that_no_operation_made_is_found(tmp_path: Path) -> None:
    found = spoilt(tmp_path, "INSERT INTO mark SELECT 'm9', start_ms, last_ms, value FROM mark WHERE id = 'm1'")
    assert found == ["layer.db shows other values in mark than its operations make: keep the file and ask for help."]


def test_a_mark_that_is_gone_without_an_operation_is_found(tmp_path: Path) -> None:
    assert len(spoilt(tmp_path, "DELETE FROM mark WHERE id = 'm1'")) == 1


def test_a_mark_that_is_another_than_the_operations_make_is_found(tmp_path: Path) -> None:
    assert len(spoilt(tmp_path, "UPDATE mark SET value = (SELECT value FROM mark WHERE id = 'm0')")) == 1


def test_a_mark_that_lies_elsewhere_than_it_says_is_found(tmp_path: Path) -> None:
    assert len(spoilt(tmp_path, "UPDATE mark SET start_ms = start_ms + 1 WHERE id = 'm1'")) == 1


def test_a_mark_that_is_said_to_be_open_and_is_not_is_found(tmp_path: Path) -> None:
    assert len(spoilt(tmp_path, "UPDATE mark SET last_ms = NULL WHERE id = 'm1'")) == 1


def test_a_mark_that_cannot_be_unpacked_is_found(tmp_path: Path) -> None:
    assert len(spoilt(tmp_path, "UPDATE mark SET value = x'c1'")) == 1


def test_a_code_that_no_operation_set_is_found(tmp_path: Path) -> None:
    packed = msgspec.json.encode(SegmentCode(3, "wd_denial", "plus")).decode()
    found = spoilt(tmp_path, f"INSERT INTO value VALUES ('c', '{packed}')")
    assert found == ["layer.db shows other values in value than its operations make: keep the file and ask for help."]


def test_a_code_that_is_another_than_was_set_is_found(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([op(Put(SegmentCode(3, "wd_denial", "plus")), "c")]).result(SECONDS)
        assert layer.load().values == {"c": SegmentCode(3, "wd_denial", "plus")}
    connection = open_object(path, key, LAYER)
    assert list(layer_faults(connection, path.name)) == []
    connection.execute("UPDATE value SET value = replace(value, 'plus', 'minus')")
    assert len(list(layer_faults(connection, path.name))) == 1
    connection.close()


def test_an_operation_that_is_missing_in_between_is_found(tmp_path: Path) -> None:
    found = spoilt(tmp_path, "DROP TRIGGER op_kept", "DELETE FROM op WHERE lamport = 2")
    assert found == ["layer.db lacks operations that it had: put back a copy of the file."]


def test_an_operation_without_its_body_is_found(tmp_path: Path) -> None:
    assert len(spoilt(tmp_path, "DELETE FROM op_body WHERE lamport = 2")) == 1


def test_operations_that_do_not_add_up_are_found(tmp_path: Path) -> None:
    found = spoilt(
        tmp_path,
        "INSERT INTO op VALUES (4, 'x', 'd', 'a', 'nobody', 'edit', NULL, NULL)",
        """INSERT INTO op_body VALUES (4, '{"type":"edit","changes":{},"was":{}}', NULL, 'now')""",
    )
    assert found == ["layer.db holds operations that do not add up: keep the file as it is and ask for help."]


def test_reading_back_the_operations_gives_what_was_appended(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    connection = open_object(path, key, LAYER)
    first = marked(point(1), group="g", undoes="u", reason="r")
    assert append_op(connection, first) == 1
    assert list(read_ops(connection)) == [msgspec.structs.replace(first, lamport=1)]
    connection.close()
    assert read_layer(path, key).ops[0].group == "g"
