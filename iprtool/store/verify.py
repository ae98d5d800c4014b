"""Whether a study is sound: every object opened, every page checked, every projection rebuilt and compared."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.store.derived import PEAKS, TRANSCRIPT
from iprtool.store.entries import ADMIN, PERSON, ObjectEntry
from iprtool.store.media import MEDIA, SealedSource
from iprtool.store.oplog import LAYER
from iprtool.store.rebuild import layer_faults
from iprtool.store.schema import Schema, open_object
from iprtool.store.sealed import FAULTS, store_error
from iprtool.store.study import OBJECTS, Study

_SCHEMAS: dict[str, tuple[Schema, ...]] = {
    "admin": (ADMIN,),
    "person": (PERSON,),
    "layer": (LAYER,),
    "review": (LAYER,),
    "media": (MEDIA,),
    "derived": (PEAKS, TRANSCRIPT),
}


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong with an object (its id): a word for what, and one sentence, which is its text."""

    object: str
    what: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def verify_study(study: Study, progress: Callable[[float], None] | None = None) -> list[Finding]:
    """What is wrong with an open study, empty where it is sound; `progress` gets the share that is done, 0 to 1.

    Opening the study has checked its signature already. Nothing is mended.
    """
    entries = [ObjectEntry(study.head.admin, "admin", study.head.admin_commitment), *study.objects()]
    in_use = _in_use(study)
    # An object that nothing names was begun and never made: the program ended before its file was there.
    made = [entry for entry in entries if entry.id in in_use or study.path_of(entry.id).exists()]
    sizes = [_size(study.path_of(entry.id)) for entry in made]
    findings: list[Finding] = []
    for number, entry in enumerate(made):
        before = sum(sizes[:number])
        tell = _telling(progress, before / sum(sizes), sizes[number] / sum(sizes))
        findings += _object_findings(study, entry, tell)
        tell(1.0)
    return findings + list(_strangers(study, {entry.id for entry in entries}))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 1


def _telling(progress: Callable[[float], None] | None, before: float, share: float) -> Callable[[float], None]:
    """The progress of a part that begins at `before` and is this share of the whole."""
    return lambda part: progress(min(before + share * part, 1.0)) if progress is not None else None


def _in_use(study: Study) -> set[str | None]:
    recorded = {ident for each in study.recordings() for ident in (each.media, each.peaks, each.transcript)}
    layers = {recall.layer for recall in study.recalls()} | {coding.layer for coding in study.codings()}
    return recorded | layers | {study.head.admin}


def _object_findings(study: Study, entry: ObjectEntry, tell: Callable[[float], None]) -> Iterator[Finding]:
    path = study.path_of(entry.id)
    try:
        key = study.admin_key() if entry.kind == "admin" else study.key_of(entry.id)
        yield from (Finding(entry.id, what, sentence) for what, sentence in _faults(entry, path, key, tell))
    except StoreError as error:
        yield Finding(entry.id, "not opened", str(error))
    except OSError as error:
        yield Finding(entry.id, "not read", error.strerror or str(error))
    except FAULTS as error:
        yield Finding(entry.id, "not read", str(store_error(error, path)))


def _faults(entry: ObjectEntry, path: Path, key: bytes, tell: Callable[[float], None]) -> Iterator[tuple[str, str]]:
    if entry.kind == "media":
        yield from _media_faults(path, key, tell)
        return
    connection = _opened(entry, path, key)
    try:
        for check in ("cipher_integrity_check", "integrity_check"):
            rows = [str(row[0]) for row in connection.execute(f"PRAGMA {check}").fetchall()]
            if rows not in ([], ["ok"]):
                yield "damaged", f"{path.name} is damaged ({len(rows)} faults): put back a copy of the file."
                return
        if entry.kind in ("layer", "review"):
            yield from (("unlike its operations", fault) for fault in layer_faults(connection, path.name))
    finally:
        connection.close()


def _opened(entry: ObjectEntry, path: Path, key: bytes) -> sqlcipher.Connection:
    *others, last = _SCHEMAS[entry.kind]
    for schema in others:
        try:
            return open_object(path, key, schema, read_only=True)
        except StoreError:
            continue
    return open_object(path, key, last, read_only=True)


def _media_faults(path: Path, key: bytes, tell: Callable[[float], None]) -> Iterator[tuple[str, str]]:
    source = SealedSource(path, key)
    try:
        if not source.verify(lambda done: tell(done / max(source.size, 1))):
            yield "damaged", f"{path.name} is not the recording that was sealed: put back a copy of the file."
    finally:
        source.close()


def _strangers(study: Study, known: set[str]) -> Iterator[Finding]:
    for path in sorted((study.path / OBJECTS).iterdir()):
        ident = path.name.partition(".")[0]
        if path.name.endswith(".part"):
            yield Finding(ident, "left over", f"{path.name} was never finished, so the file may be deleted.")
        elif path.suffix == ".db" and ident not in known:
            yield Finding(ident, "unknown", f"{path.name} is not part of this study, so the file may be moved away.")
