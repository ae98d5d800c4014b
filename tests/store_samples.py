"""Layers, operations and studies made up for the tests of the store."""

import uuid
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from iprtool.model.codebook import Codebook, CodeEntry
from iprtool.model.errors import StoreError
from iprtool.model.layer import LayerHead, Marked, Op, OpBody, Stopped
from iprtool.model.mark import Code, Mark, Peak, Rupture
from iprtool.model.study import Dyad, Recall, Recording, Session
from iprtool.store.derived import create_peaks
from iprtool.store.keys import Keyring
from iprtool.store.layer import create_layer
from iprtool.store.media import SealedSink
from iprtool.store.oplog import LAYER
from iprtool.store.rebuild import layer_faults
from iprtool.store.schema import open_object
from iprtool.store.study import Study

SECONDS = 30

HEAD = LayerHead(
    layer="layer",
    recall="recall",
    by="client",
    title="D05 · session 3 · recall by CLIENT",
    original_sha256="ab" * 32,
    duration_ms=3_600_000,
    codebook=Codebook("plain", "1", "Plain", "ours", (CodeEntry("felt_safe", "felt safe"),)),
)


def op(body: OpBody, entity: str, **fields: Any) -> Op:
    return Op(
        fields.pop("id", str(uuid.uuid4())), entity, body, "device", "recaller", "2025-01-01T00:00:00.000Z", **fields
    )


def point(at_ms: int, note: str = "", ident: str | None = None) -> Mark:
    return Mark(ident or str(uuid.uuid4()), "recaller", "point", at_ms, at_ms + 3, 40, note=note)


def full_mark(ident: str = "full") -> Mark:
    return Mark(
        ident,
        "coder",
        "interval",
        1_000,
        1_200,
        40,
        end_ms=9_000,
        raw_end_ms=9_100,
        rate=1.5,
        codes=(Code("plain", "1", "felt_safe", 3.0), Code("plain", "1", "annoyed")),
        peaks=(Peak(2_000, "client", 30), Peak(3_000, "therapist")),
        note="it went cold “there” \x00 ☃",
        stop="stop",
        stopped_by="inquirer",
        timeframe="unsure",
        perspective="guess_of_partner",
        helpful=6.5,
        lead="affect",
        guide_version="2",
        about="therapist",
        quotable="no",
        partner_recognisable=True,
        rupture=Rupture("withdrawal", "client", "bond", 3, "unsure", 5),
        episode="e1",
    )


def marked(mark: Mark, **fields: str) -> Op:
    return op(Marked(mark), mark.id, **fields)


def stopped(ident: str = "stop", at_ms: int = 500) -> Op:
    return op(Stopped(at_ms, at_ms + 20, 40, "recaller", 1.0), ident)


def a_layer(folder: Path, key: bytes = bytes(32)) -> tuple[Path, bytes]:
    path = folder / "layer.db"
    create_layer(path, key, HEAD)
    return path, key


def a_study(folder: Path, keyring: Keyring, recording: bytes = b"sound") -> Study:
    """A study of one dyad with one recording, its peaks' object and one recall with an empty layer."""
    study = Study.create(folder / "A.ipr", keyring)
    study.put(Dyad("d", "D05"))
    study.put(Session("s", "d", 3))
    media, path, key = study.new_object("media")
    sink = SealedSink(path, key)
    sink.write_at(0, recording)
    sink.commit()
    peaks, path, key = study.new_object("derived")
    create_peaks(path, key, 100)
    study.put(Recording("r", "s", media, "ab" * 32, 1_000, peaks=peaks))
    layer, path, key = study.new_object("layer")
    create_layer(path, key, HEAD)
    study.put(Recall("c", "s", "client", recording="r", layer=layer, status="open"))
    return study


def faults(path: Path, key: bytes) -> list[str]:
    """What is wrong with a layer."""
    connection = open_object(path, key, LAYER, read_only=True)
    try:
        return list(layer_faults(connection, path.name))
    finally:
        connection.close()


def failure(future: Future[int]) -> str:
    """What a commit that failed says."""
    error = future.exception(SECONDS)
    assert isinstance(error, StoreError)
    return str(error)
