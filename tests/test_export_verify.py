"""What verify finds in an export: any flipped bit, a file too many or too few, and rows that do not hold together."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from iprtool.export.files import MANIFEST, write_manifest
from iprtool.export.verify import verify_export
from iprtool.model.errors import ExportError
from tests.export_samples import DURATION_MS, POINT, a_study, exported, layer
from tests.export_whole import a_whole_study

PLACES = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return exported(a_study(), tmp_path, text=True)


def said(folder: Path) -> str:
    return " ".join(str(finding) for finding in verify_export(folder))


def flip(path: Path, at: int, bit: int = 0) -> None:
    """Flip one bit of a file; the same again puts it back."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1 << bit
    path.write_bytes(content)


def test_a_sound_export_has_no_findings(folder: Path) -> None:
    """Also after it was read: what Python and file browsers leave behind is no finding."""
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "read.pyc").write_bytes(b"")
    (folder / ".DS_Store").write_bytes(b"")
    assert verify_export(folder) == []


def test_a_flipped_bit_is_found_wherever_it_is(folder: Path) -> None:
    """Sixty places at random over all bytes of all Parquet and CSV files: each is found, in its file."""
    paths = sorted([*folder.glob("parquet/**/*.parquet"), *folder.glob("csv/*.csv")])
    chance = random.Random(4)
    for path in chance.choices(paths, weights=[path.stat().st_size for path in paths], k=PLACES):
        at, bit = chance.randrange(path.stat().st_size), chance.randrange(8)
        flip(path, at, bit)
        assert path.relative_to(folder).as_posix() in {finding.file for finding in verify_export(folder)}, (
            path,
            at,
            bit,
        )
        flip(path, at, bit)
    assert verify_export(folder) == []


def test_a_damaged_page_is_found_by_its_checksum(folder: Path) -> None:
    """Where damage came before the manifest, the pages' own checksums tell of it, in every column."""
    (path,) = folder.glob("parquet/annotations/*/*.parquet")
    group = pq.ParquetFile(path).metadata.row_group(0)
    for column in map(group.column, range(group.num_columns)):
        last = (column.dictionary_page_offset or column.data_page_offset) + column.total_compressed_size - 1
        flip(path, last)
        write_manifest(folder)
        assert "annotations is damaged" in said(folder), column.path_in_schema
        flip(path, last)


def test_files_that_are_missing_changed_or_added_are_named(folder: Path) -> None:
    """Each is one finding that names the file and says what to do."""
    (folder / "csv" / "stops.csv").unlink()
    (folder / "README.md").write_text("other")
    (folder / "mine.txt").write_text("")
    assert {finding.file: finding.sentence for finding in verify_export(folder)} == {
        "csv/stops.csv": "csv/stops.csv is missing: copy the export again, whole.",
        "README.md": "README.md is not as it was exported: copy the export again.",
        "mine.txt": "mine.txt is no part of the export: take it out.",
    }


def test_a_table_that_the_manifest_does_not_know_is_missed(folder: Path) -> None:
    """A manifest made anew over fewer files does not make an export whole."""
    (path,) = folder.glob("parquet/peaks/*/*.parquet")
    path.unlink()
    (folder / "csv" / "ops.csv").unlink()
    write_manifest(folder)
    assert "There is no table peaks" in said(folder)
    assert "ops is not there as CSV" in said(folder)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"00  ../outside\n", b"00  /etc/passwd\n"])
def test_a_folder_without_a_manifest_of_its_own_is_no_export(folder: Path, content: bytes | None) -> None:
    """No manifest, one that is no text, or one that points elsewhere: one sentence, and nothing else is opened."""
    if content is None:
        (folder / MANIFEST).unlink()
    else:
        (folder / MANIFEST).write_bytes(content)
    with pytest.raises(ExportError, match=r"is no export|names a file elsewhere"):
        verify_export(folder)


def replaced(name: str, value: Any) -> Callable[[pa.Table], pa.Table]:
    """A table with this column's first value replaced."""

    def change(table: pa.Table) -> pa.Table:
        values = (
            table[name]
            .cast(
                table.schema.field(name).type.value_type
                if pa.types.is_dictionary(table.schema.field(name).type)
                else table[name].type
            )
            .to_pylist()
        )
        column = pa.array([value, *values[1:]], table.schema.field(name).type)
        return table.set_column(table.column_names.index(name), table.schema.field(name).with_nullable(True), column)

    return change


def newer(table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata({**table.schema.metadata, b"iprtool.schema_version": b"99"})


@pytest.mark.parametrize(
    ("table", "change", "finding"),
    [
        ("annotations", replaced("recall_id", "c_0"), "In annotations, recall_id is not in recalls (rows: 1)"),
        ("annotations", replaced("stop_id", "t_0"), "In annotations, stop_id is not in stops"),
        ("annotation_codes", replaced("annotation_id", "a_0"), "annotation_id is not in annotations"),
        ("annotation_codes", replaced("code", "felt_blue"), "In annotation_codes, code is not in its codebook"),
        ("peaks", replaced("annotation_id", "a_0"), "In peaks, annotation_id is not in annotations"),
        ("peaks", replaced("at_ms", DURATION_MS + 1), "In peaks, at_ms is outside the recording"),
        ("recalls", replaced("session_id", "s_0"), "In recalls, session_id is not in sessions"),
        ("sessions", replaced("dyad_id", "d_0"), "In sessions, dyad_id is not in dyads"),
        ("ops", replaced("undoes_op_id", "o_0"), "In ops, undoes_op_id is not in ops"),
        ("annotations", replaced("kind", "blob"), "In annotations, kind is none of its levels (rows: 1)"),
        ("annotations", replaced("quotable", None), "In annotations, quotable is absent"),
        ("annotations", replaced("end_ms", 1), "In annotations, end_ms is before start_ms"),
        ("annotations", replaced("end_ms", None), "an interval without it"),
        ("annotations", replaced("end_ms", DURATION_MS + 1), "In annotations, end_ms is outside the recording"),
        ("annotations", replaced("start_ms", -1), "In annotations, start_ms is outside the recording"),
        ("stops", replaced("at_ms", DURATION_MS + 1), "In stops, at_ms is outside the recording"),
        ("coverage", replaced("start_ms", 75_000), "In coverage, end_ms is before start_ms"),
        ("dyads", lambda table: pa.concat_tables([table, table]), "In dyads, dyad_id is another row's too (rows: 2)"),
        ("ops", newer, "ops has schema version 99, and this iprtool knows 2: update iprtool"),
        ("stops", lambda table: table.drop_columns("rate"), "stops has other columns or types"),
        ("stops", lambda table: table.replace_schema_metadata(None), "stops has schema version none"),
    ],
)
def test_rows_that_do_not_hold_together_are_found(
    folder: Path, table: str, change: Callable[[pa.Table], pa.Table], finding: str
) -> None:
    """Whoever changed a table and made the manifest anew is still told what no longer fits."""
    (path,) = folder.glob(f"parquet/{table}/*/*.parquet")
    pq.write_table(change(pq.ParquetFile(path).read()), path, write_page_checksum=True)
    write_manifest(folder)
    assert finding in said(folder)


@pytest.mark.parametrize(
    ("table", "change", "finding"),
    [
        ("persons", replaced("dyad_id", "d_0"), "In persons, dyad_id is not in dyads"),
        ("recalls", replaced("person_id", "p_0"), "In recalls, person_id is not in persons"),
        ("recalls", replaced("inquirer_id", "p_0"), "In recalls, inquirer_id is not in persons"),
        ("recalls", replaced("withheld", "lost"), "In recalls, withheld is none of its levels"),
        ("annotations", replaced("coding_id", "k_0"), "In annotations, coding_id is not in codings"),
        ("annotations", replaced("recall_id", None), "In annotations, a row is of no recall or coding, or of both"),
        ("leads", replaced("stop_id", "t_0"), "In leads, stop_id is not in stops"),
        ("leads", replaced("at_ms", DURATION_MS + 1), "In leads, at_ms is outside the recording"),
        ("traces", replaced("recall_id", "c_0"), "In traces, recall_id is not in recalls"),
        ("traces", replaced("at_ms", -1), "In traces, at_ms is outside the recording"),
        ("traces", replaced("position", 1), "In traces, recall_id and position is another row's too (rows: 1)"),
        ("codings", replaced("coder_id", "p_0"), "In codings, coder_id is not in persons"),
        ("segments", replaced("coding_id", "k_0"), "In segments, coding_id is not in codings"),
        ("segments", replaced("end_ms", DURATION_MS + 1), "In segments, end_ms is outside the recording"),
        ("segment_codes", replaced("segment_id", "n_0"), "In segment_codes, segment_id is not in segments"),
        ("segment_codes", replaced("code", "denied"), "In segment_codes, code is not in its codebook"),
        ("session_ratings", replaced("scale", "denial"), "In session_ratings, scale is not in its codebook"),
        ("episodes", replaced("end_ms", DURATION_MS + 1), "In episodes, end_ms is outside the recording"),
        ("episodes", replaced("session_id", "s_0"), "In episodes, session_id is not in sessions"),
        ("episode_members", replaced("annotation_id", "a_0"), "In episode_members, annotation_id is not in annotati"),
        ("episode_members", replaced("at_ms", DURATION_MS + 1), "In episode_members, at_ms is outside the recording"),
        ("matches", replaced("second_annotation_id", "a_0"), "second_annotation_id is not in annotations"),
        ("annotation_themes", replaced("theme_id", "h_0"), "In annotation_themes, theme_id is not in themes"),
        ("scores", replaced("person_id", "p_0"), "In scores, person_id is not in persons"),
    ],
)
def test_a_whole_studys_rows_that_do_not_hold_together_are_found(
    tmp_path: Path, table: str, change: Callable[[pa.Table], pa.Table], finding: str
) -> None:
    """So are those of codings, links and scores."""
    folder = exported(a_whole_study(), tmp_path, text=True)
    (path,) = folder.glob(f"parquet/{table}/*/*.parquet")
    pq.write_table(change(pq.ParquetFile(path).read()), path, write_page_checksum=True)
    write_manifest(folder)
    assert finding in said(folder)


def test_a_score_outside_its_instruments_range_is_found(tmp_path: Path) -> None:
    rows = a_whole_study()
    far = msgspec.structs.replace(rows.scores[0], value=21.0)
    folder = exported(a_whole_study(scores=(far,)), tmp_path)
    assert said(folder).startswith("In scores, value is outside its range (rows: 1)")


def test_a_mark_outside_its_recording_is_told_of_its_export(tmp_path: Path) -> None:
    """The export writes what the study holds; verify says what is wrong with it, once per column."""
    late = msgspec.structs.replace(POINT, start_ms=DURATION_MS + 5, stop=None)
    folder = exported(a_study(layers=(layer("layer-client", "recall-client", marks=[late]),)), tmp_path)
    assert said(folder) == (
        "In annotations, start_ms is outside the recording (rows: 1): run iprtool verify on the study and export again."
    )
