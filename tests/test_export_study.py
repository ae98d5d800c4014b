"""An export out of a real study: its sealed layers, its key, its ledger."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from iprtool.edits import Hand, UndoStack
from iprtool.export.files import sha256_of
from iprtool.export.verify import verify_export
from iprtool.export.write import ExportResult, export_study
from iprtool.model.errors import StoreError
from iprtool.model.layer import Closed, Covered, LayerHead, Marked, Op, StopChanged, Stopped, WentOn
from iprtool.model.study import Dyad, Recall, Recording, Session
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import LayerFile, create_layer
from iprtool.store.study import Study
from tests.export_samples import BOOK, DURATION_MS, GONE, INTERVAL, POINT

TODAY = date(2025, 3, 4)
HAND = Hand("anna", "laptop")


def written(study: Study, recall: str, ops: list[Op]) -> str:
    """The id of a new layer of a recall, with these operations."""
    layer, path, key = study.new_object("layer")
    create_layer(path, key, LayerHead(layer, recall, "client", "D05", "ab" * 32, DURATION_MS, BOOK))
    with LayerFile(path, key) as log:
        log.commit(ops).result()
    return layer


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    """A client's recall with a mark made, changed, deleted and put back, a therapist's missing one."""
    with (
        create_open_keyring(tmp_path / "open.keyring") as keyring,
        Study.create(tmp_path / "Oslo.ipr", keyring) as made,
    ):
        made.put(Dyad("dyad", "D05"))
        made.put(Session("session", "dyad", 3))
        made.put(Recording("recording", "session", "media", "ab" * 32, DURATION_MS))
        made.put(Recall("missing", "session", "therapist", status="missing", missing_reason="not_reached"))
        mark = HAND.op(GONE.id, Marked(GONE))
        ops = [
            HAND.op("t-1", Stopped(61_000, 61_020, 40, "recaller")),
            HAND.op("t-1", StopChanged("inquirer", "recaller")),
            HAND.op("t-1", WentOn(59_000)),
            HAND.op(INTERVAL.id, Marked(INTERVAL)),
            HAND.op(POINT.id, Marked(POINT)),
            mark,
            *UndoStack([mark]).undo(HAND),
            HAND.op("v-1", Covered("played", 0, 30_000)),
            HAND.op("v-1", Covered("played", 0, 70_000)),
        ]
        layer = written(made, "client", [*ops, HAND.op("layer", Closed("it was strange", 7.0))])
        made.put(Recall("client", "session", "client", "recording", layer, status="ended"))
        yield made


def rows(result: ExportResult, table: str) -> list[dict[str, Any]]:
    (path,) = Path(result.folder).glob(f"parquet/{table}/*/*.parquet")
    read: list[dict[str, Any]] = pq.ParquetFile(path).read().to_pylist()
    return read


def test_a_study_leaves_whole_and_verifies(study: Study, tmp_path: Path) -> None:
    """What the layer's operations add up to is in the tables, and the log with what was taken back."""
    result = export_study(study, tmp_path / "to", with_text=True, with_dates=True, today=TODAY)
    assert Path(result.folder) == tmp_path / "to" / "export-Oslo-2025-03-04"
    assert verify_export(Path(result.folder)) == []
    assert [(row["start_ms"], row["note"]) for row in rows(result, "annotations")] == [
        (2_000, None),
        (61_000, "it was warm"),
    ]
    assert [(row["stopped_by"], row["went_on_ms"]) for row in rows(result, "stops")] == [("inquirer", 59_000)]
    assert [(row["start_ms"], row["end_ms"]) for row in rows(result, "coverage")] == [(0, 70_000)]
    assert [row["kind"] for row in rows(result, "ops")] == [
        "stop",
        "stop_edit",
        "go_on",
        "mark",
        "mark",
        "mark",
        "delete",
        "coverage",
        "coverage",
        "close",
    ]
    assert min(row["at_offset_ms"] for row in rows(result, "ops")) == 0
    (recall,) = {row["recall_id"] for row in rows(result, "ops")}
    assert rows(result, "ops")[-1]["entity_id"] == recall
    assert {row["status"]: row["closing_answer"] for row in rows(result, "recalls")} == {
        "ended": "it was strange",
        "missing": None,
    }
    assert [row["code"] for row in rows(result, "codebook")] == ["felt_safe", "felt_distance"]
    assert result.rows["annotations"] == 2


def test_the_ledger_notes_what_left(study: Study, tmp_path: Path) -> None:
    """Tables, formats, whether text went with them, to whom, and the checksum of the manifest."""
    result = export_study(study, tmp_path / "to", with_text=True, recipient="Bergen", today=TODAY)
    (entry,) = study.exports()
    assert entry.manifest_sha256 == result.manifest_sha256 == sha256_of(Path(result.folder) / "manifest.sha256")
    assert (entry.to, entry.formats, entry.with_text) == ("Bergen", ("parquet", "csv"), True)
    assert entry.tables == tuple(result.rows)


def test_two_exports_of_one_state_are_the_same_and_fresh_ids_are_others(study: Study, tmp_path: Path) -> None:
    """The manifest's checksum stands for every byte; with fresh ids nothing can be laid beside the export before."""
    first, second = (export_study(study, tmp_path / name, today=TODAY) for name in "ab")
    third = export_study(study, tmp_path / "c", fresh_ids=True, today=TODAY)
    assert first.manifest_sha256 == second.manifest_sha256 != third.manifest_sha256
    ids = [{row["annotation_id"] for row in rows(result, "annotations")} for result in (first, third)]
    assert ids[0].isdisjoint(ids[1])


def test_a_layer_that_cannot_be_read_stops_the_export_with_its_sentence(study: Study, tmp_path: Path) -> None:
    """The store's own sentence, no ledger entry and no folder."""
    (layer,) = [recall.layer for recall in study.recalls() if recall.layer]
    path = study.path_of(layer)
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(StoreError):
        export_study(study, tmp_path / "to", today=TODAY)
    assert study.exports() == []
    assert not (tmp_path / "to").exists() or list((tmp_path / "to").iterdir()) == []


def test_a_result_can_be_printed_as_json(study: Study, tmp_path: Path) -> None:
    """As `--json` does."""
    result = export_study(study, tmp_path / "to", today=TODAY)
    assert msgspec.json.decode(msgspec.json.encode(result))["rows"]["annotations"] == 2
