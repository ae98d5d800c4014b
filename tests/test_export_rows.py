"""What leaves: every row that stands, none that does not, and nothing that was not asked for."""

import string
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from iprtool.export.build import Asked, build
from iprtool.export.rows import StudyRows
from iprtool.export.tables import TABLES
from iprtool.export.tokens import Tokens
from iprtool.export.verify import verify_export
from iprtool.model.codebook import Codebook, CodeEntry
from iprtool.model.errors import ExportError
from iprtool.model.layer import Coverage, Stop
from iprtool.model.mark import Code, Mark
from iprtool.model.study import Part
from tests.export_samples import GONE, INTERVAL, OPS, POINT, a_study, exported, layer

KEY = b"k" * 32


def arrow_tables(rows: StudyRows, **asked: bool) -> dict[str, pa.Table]:
    """All tables of the export by name."""
    return {table.name: made for table, made in build(rows, Asked(**asked)).tables}


def tables_of(rows: StudyRows, **asked: bool) -> dict[str, list[dict[str, Any]]]:
    """All tables as plain values."""
    return {name: table.to_pylist() for name, table in arrow_tables(rows, **asked).items()}


def test_a_full_mark_leaves_with_every_field() -> None:
    """Each column of an annotation holds the mark's own value; ids are the study's, hashed."""
    tokens, tables = Tokens(KEY), tables_of(a_study(), text=True)
    first, second = tables["annotations"]
    assert first == {
        "annotation_id": tokens.one("m-interval", "annotation"),
        "recall_id": tokens.one("recall-client", "recall"),
        "coding_id": None,
        "author": "inquirer",
        "kind": "interval",
        "start_ms": 2_000,
        "end_ms": 9_000,
        "raw_start_ms": 2_100,
        "raw_end_ms": 9_050,
        "uncertainty_ms": 35,
        "rate": 1.5,
        "stop_id": tokens.one("t-1", "stop"),
        "stopped_by": "inquirer",
        "timeframe": "unsure",
        "perspective": "guess_of_partner",
        "helpful": 6.5,
        "lead": "affect",
        "guide_version": "2",
        "about": "therapist",
        "chosen": False,
        "quotable": "no",
        "partner_recognisable": True,
        "rupture_type": "withdrawal",
        "rupture_mover": "client",
        "rupture_locus": "bond",
        "rupture_salience": 3,
        "rupture_addressed": "unsure",
        "rupture_resolved": 5,
        "note": None,
        "quote_note": None,
    }
    assert (second["start_ms"], second["end_ms"], second["note"], second["about"]) == (
        61_000,
        None,
        "it was warm",
        None,
    )
    assert [(row["annotation_id"], row["code"], row["rating"]) for row in tables["annotation_codes"]] == [
        (first["annotation_id"], "felt_distance", 3.0),
        (first["annotation_id"], "felt_safe", None),
    ]
    assert [(row["at_ms"], row["by_role"], row["uncertainty_ms"]) for row in tables["peaks"]] == [
        (3_000, "client", 30),
        (4_000, "therapist", 0),
    ]


def test_free_text_and_dates_stay_unless_asked_for(tmp_path: Path) -> None:
    """No word of a participant's and no time of day is in any file of a plain export; the columns are not there."""
    folder = exported(a_study(), tmp_path)
    secrets = (
        b"warm",
        b"strange",
        b"at home",
        b"D05",
        b"2025-03",
        b"anna",
        b"laptop",
        b"dyad-1",
        b"m-point",
    )
    for path in folder.rglob("*.csv"):
        assert not any(secret in path.read_bytes() for secret in secrets), path
    plain, asked = arrow_tables(a_study()), arrow_tables(a_study(), text=True, dates=True)
    assert "note" not in plain["annotations"].column_names
    assert {"place", "closing_answer", "day_offset"}.isdisjoint(plain["recalls"].column_names)
    assert "at_offset_ms" not in plain["ops"].column_names
    assert set(asked["annotations"].column_names) - set(plain["annotations"].column_names) == {"note", "quote_note"}


def test_a_note_that_may_not_be_quoted_never_leaves() -> None:
    """Even where text is asked for, a mark with quotable `no` keeps its note at home."""
    assert [row["note"] for row in tables_of(a_study(), text=True)["annotations"]] == [None, "it was warm"]


def test_dates_leave_as_offsets_from_the_first_operation() -> None:
    """Milliseconds since the study's first operation, and whole days for a recall that begins later."""
    from iprtool.model.layer import Stopped
    from tests.export_samples import op

    late = layer(
        "layer-therapist",
        "recall-therapist",
        ops=[op(Stopped(1, 1, 40, "recaller"), "t-9", "2025-03-04T12:00:00+01:00")],
    )
    tables = tables_of(a_study(layers=(a_study().layers[0], late)), dates=True)
    by_recall: dict[str, list[int]] = {}
    for row in tables["ops"]:
        by_recall.setdefault(row["recall_id"], []).append(row["at_offset_ms"])
    tokens = Tokens(KEY)
    assert by_recall[tokens.one("recall-client", "recall")] == [0, 0, 1_500, 2_000, 3_000, 169_200_000]
    assert by_recall[tokens.one("recall-therapist", "recall")] == [262_800_000]
    assert {row["recall_id"]: row["day_offset"] for row in tables["recalls"]} == {
        tokens.one("recall-client", "recall"): 0,
        tokens.one("recall-therapist", "recall"): 3,
        tokens.one("recall-missing", "recall"): None,
    }


def test_the_log_tells_of_a_deleted_mark_that_is_no_annotation() -> None:
    """What was deleted is not among the annotations; its operations are, by the same id, without their bodies."""
    tokens, tables = Tokens(KEY), tables_of(a_study())
    gone = tokens.one(GONE.id, "annotation")
    assert gone not in [row["annotation_id"] for row in tables["annotations"]]
    told = [row for row in tables["ops"] if row["entity_id"] == gone]
    assert [row["kind"] for row in told] == ["mark", "delete"]
    assert told[1]["undoes_op_id"] == told[0]["op_id"]
    assert [row["entity_id"][:2] for row in tables["ops"]] == ["t_", "a_", "a_", "a_", "c_", "c_"]
    assert tables["ops"][4]["entity_id"] == tokens.one("recall-client", "recall")


def test_a_redacted_body_leaves_its_operation() -> None:
    """The operation is in the log with no time, and what the close said is absent."""
    source = a_study().layers[0]

    def without_bodies() -> Any:
        from contextlib import nullcontext

        with source.opened() as rows_of:
            rows = rows_of
        return nullcontext(lambda table: (rows(table)[0], []) if table == "op_body" else rows(table))

    tables = tables_of(a_study(layers=(msgspec.structs.replace(source, opened=without_bodies),)), dates=True, text=True)
    assert [row["at_offset_ms"] for row in tables["ops"]] == [None] * 6
    (client,) = [row for row in tables["recalls"] if row["status"] == "ended"]
    assert (client["closing_answer"], client["closing_helpful"], client["day_offset"]) == (None, None, None)


def test_a_recall_that_did_not_take_place_is_a_row_with_its_reason() -> None:
    """It has no recording and no layer; nothing else of it is anywhere."""
    rows = tables_of(a_study(), text=True)["recalls"]
    (missing,) = [row for row in rows if row["status"] == "missing"]
    (client,) = [row for row in rows if row["status"] == "ended"]
    assert (missing["missing_reason"], missing["recording_id"], missing["closing_answer"]) == ("declined", None, None)
    assert (client["missing_reason"], client["place"], client["inquirer_id"]) == (
        None,
        "at home",
        Tokens(KEY).one("inq", "person"),
    )
    assert (client["closing_answer"], client["closing_helpful"]) == ("it was strange", 7.5)
    assert (client["protocol"], client["may_stop"], client["planned_minutes"]) == (
        "person-centred",
        "recaller inquirer",
        60,
    )


def test_a_recall_whose_layer_was_closed_has_ended_whatever_the_roster_says() -> None:
    """The roster is the researcher's and may not know yet; a recall that is missing stays missing."""
    closed = layer("layer-therapist", "recall-therapist", ops=OPS[-1:])
    before, after = (tables_of(a_study(layers=layers))["recalls"] for layers in ((), (closed,)))
    assert sorted(row["status"] for row in before) == ["ended", "missing", "open"]
    assert sorted(row["status"] for row in after) == ["ended", "ended", "missing"]


def test_an_empty_study_makes_every_table_with_no_rows(tmp_path: Path) -> None:
    """Nothing to export is no error: the tables are there with their columns, and the folder verifies."""
    folder = exported(StudyRows("study", KEY), tmp_path)
    tables = tables_of(StudyRows("study", KEY))
    assert {name for name, rows in tables.items() if rows} == {"dictionary"}
    assert verify_export(folder) == []


def test_ids_are_of_the_key_and_stay_the_same_with_it() -> None:
    """The same key gives the same ids in another export; another key gives ids that have nothing in common."""
    first, again, other = (
        {row["annotation_id"] for row in tables_of(a_study(key=key))["annotations"]} for key in (KEY, KEY, b"x" * 32)
    )
    assert first == again
    assert first.isdisjoint(other)
    assert all(
        ident.startswith("a_") and len(ident) == 18 and set(ident[2:]) <= set(string.hexdigits) for ident in first
    )


def test_lone_surrogates_and_control_characters_in_a_note_do_not_stop_an_export(tmp_path: Path) -> None:
    """A lone surrogate becomes U+FFFD; the rest of the note is as it was."""
    mark = msgspec.structs.replace(POINT, note="a\udc80b \x1b[31m\x00 😀")
    folder = exported(
        a_study(layers=(layer("layer-client", "recall-client", marks=[mark, INTERVAL]),)), tmp_path, text=True
    )
    rows = tables_of(a_study(layers=(layer("layer-client", "recall-client", marks=[mark]),)), text=True)["annotations"]
    assert rows[0]["note"] == "a�b \x1b[31m\x00 😀"
    assert (folder / "csv" / "annotations.csv").read_text(encoding="utf-8").count("a�b") == 1


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        (msgspec.structs.replace(POINT, timeframe="later"), "'later' for timeframe"),
        (msgspec.structs.replace(POINT, start_ms="soon"), "start_ms that is no integer"),
        (msgspec.structs.replace(POINT, quotable=None), "lacks a value for quotable"),
    ],
)
def test_a_value_that_does_not_fit_its_column_stops_the_export_and_says_which(
    tmp_path: Path, mark: Mark, says: str
) -> None:
    """A term that is no level never becomes a null by stealth."""
    with pytest.raises(ExportError, match=says):
        exported(a_study(layers=(layer("layer-client", "recall-client", marks=[mark]),)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_code_of_no_mark_stops_the_export() -> None:
    """Codes that hang on nothing are a damaged layer, not rows to drop."""
    source = layer("layer-client", "recall-client", marks=[INTERVAL])

    def without_marks() -> Any:
        from contextlib import nullcontext

        with source.opened() as rows:
            return nullcontext(lambda table: (rows(table)[0], []) if table == "mark" else rows(table))

    with pytest.raises(ExportError, match="a mark that is not there"):
        tables_of(a_study(layers=(msgspec.structs.replace(source, opened=without_marks),)))


def test_where_copies_of_a_codebook_differ_each_code_is_there_once() -> None:
    """A study that changed a codebook without a new version still exports; the first wording stands."""
    older = Codebook("plain", "1.0", "Plain", "ours", (CodeEntry("felt_safe", "felt safe"),))
    newer = Codebook("plain", "1.0", "Plain", "ours", (CodeEntry("felt_safe", "SAFE"), CodeEntry("new", "new")))
    rows = tables_of(a_study(codebooks=(older, newer)))["codebook"]
    assert [(row["code"], row["label"]) for row in rows] == [("felt_safe", "felt safe"), ("new", "new")]


def test_stops_and_coverage_leave_in_the_order_of_the_recording() -> None:
    """However they were written."""
    stops = [Stop("b", 5, 6, 40, "inquirer"), Stop("a", 3, 3, 40, "recaller", 2.0, 1)]
    covered = [Coverage("y", "skipped", 9, 12), Coverage("x", "played", 0, 9, 1.5)]
    tables = tables_of(a_study(layers=(layer("layer-client", "recall-client", stops=stops, coverage=covered),)))
    assert [(row["at_ms"], row["went_on_ms"], row["rate"]) for row in tables["stops"]] == [(3, 1, 2.0), (5, None, 1.0)]
    assert [(row["kind"], row["start_ms"], row["end_ms"]) for row in tables["coverage"]] == [
        ("played", 0, 9),
        ("skipped", 9, 12),
    ]


def test_many_rows_leave_as_few_do() -> None:
    """More rows than are taken at a time, out of order and two of each time: those stay as they were made."""
    many = [
        Mark(f"m{at}", "recaller", "point", at * 7919 % 20_000, at, 40, codes=(Code("plain", "1.0", "felt_safe", at),))
        for at in range(40_000)
    ]
    tables = arrow_tables(a_study(layers=(layer("layer-client", "recall-client", marks=many),)))
    expected = [mark.raw_start_ms for mark in sorted(many, key=lambda mark: mark.start_ms)]
    assert tables["annotations"]["raw_start_ms"].to_pylist() == expected
    assert tables["annotation_codes"]["rating"].to_pylist() == expected
    assert tables["annotation_codes"]["annotation_id"].to_pylist() == tables["annotations"]["annotation_id"].to_pylist()


def test_every_table_is_described_in_full() -> None:
    """No column without a sentence, every key is a column, every reference a table, every time in milliseconds."""
    names = {table.name for table in TABLES}
    for table in TABLES:
        assert set(table.key) <= {column.name for column in table.columns}
        for column in table.columns:
            assert column.description.endswith((".", "?"))
            assert column.refers is None or column.refers in names
            assert column.name.endswith("_ms") == (column.unit == "ms")


def test_a_joined_recording_tells_of_its_parts_and_their_gaps() -> None:
    """How many files there were, where nothing was recorded between them, and who is on which channel."""
    rows = a_study()
    (plain,) = rows.recordings
    parts = (Part("aa", 0, 60_000), Part("bb", 60_000, 30_000), Part("cc", 150_000, 10_000))
    speakers = ("therapist", "client")
    joined = msgspec.structs.replace(
        plain, id="recording-2", parts=parts, frame_rate=29.97, channel_speakers=speakers, duration_ms=160_000
    )
    found = {
        one["n_parts"]: (one["gaps"], one["frame_rate"], one["channel_speakers"])
        for one in tables_of(msgspec.structs.replace(rows, recordings=(plain, joined)))["recordings"]
    }
    assert found == {1: (None, None, None), 3: ("90000-150000", 29.97, "therapist client")}
