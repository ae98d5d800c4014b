"""The study's rows as the tables of the export, sorted, so that the same state gives the same bytes."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

import iprtool
from iprtool.export.arrow import array_of, arrow_schema, settled, type_name
from iprtool.export.bodies import Told, told
from iprtool.export.layers import layer_tables
from iprtool.export.rows import StudyRows
from iprtool.export.schema import SCHEMA_VERSION, Table
from iprtool.export.tables import TABLES
from iprtool.export.tokens import Tokens
from iprtool.model.codebook import Codebook
from iprtool.model.study import Recall, Recording

_DAY_MS = 86_400_000

_Record = Mapping[str, Any]


class Asked(msgspec.Struct, frozen=True):
    """What was asked for by name: free text, and dates as offsets from the study's first operation."""

    text: bool = False
    dates: bool = False


class Built(msgspec.Struct, frozen=True):
    """The tables as they leave, each with its declaration, and what every file says of the study in its metadata."""

    about: dict[str, str]
    tables: list[tuple[Table, pa.Table]]


def leaving(asked: Asked) -> dict[str, Table]:
    """The declared tables, by name and in order, with the columns that leave."""
    return {table.name: table.asked(with_text=asked.text, with_dates=asked.dates) for table in TABLES}


def build(rows: StudyRows, asked: Asked, step: Callable[[], None] = lambda: None) -> Built:
    """All tables of the export in order; `step` is called after each layer.

    Raises ExportError where a value does not fit its column, and what reading a layer raises.
    """
    tables, tokens = leaving(asked), Tokens(rows.key)
    parts, said = _of_layers(rows, tables, tokens, step)
    first_ms = min((one.first_ms for one in said.values() if one.first_ms is not None), default=None)
    if first_ms is not None:
        parts["ops"] = [_since(part, first_ms) for part in parts["ops"]]
    for name, records in _of_people(rows, said, first_ms).items():
        order = [(column, "ascending") for column in tables[name].key]
        parts[name] = [_of_records(tables[name], records, tokens).sort_by(order)]
    parts["codebook"] = [_of_records(tables["codebook"], _of_codebooks(rows.codebooks), tokens)]
    parts["dictionary"] = [_of_records(tables["dictionary"], _of_columns(tables.values()), tokens)]
    about = _about(rows, tokens)
    return Built(about, [(table, _whole(table, parts[name], about, tokens)) for name, table in tables.items()])


def _of_layers(
    rows: StudyRows, tables: Mapping[str, Table], tokens: Tokens, step: Callable[[], None]
) -> tuple[dict[str, list[pa.Table]], dict[str, Told]]:
    """The tables that are read from layers, a part from each, and what each recall's operations tell."""
    parts: dict[str, list[pa.Table]] = {name: [] for name, table in tables.items() if table.rows}
    said: dict[str, Told] = {}
    dates = any(column.asked == "dates" for column in tables["ops"].columns)
    for layer in sorted(rows.layers, key=lambda one: tokens.one(one.recall, "recall")):
        with layer.opened() as rows_of:
            made = layer_tables(layer, rows_of, tables, tokens)
            made["ops"], said[layer.recall] = told(rows_of, made["ops"], dates=dates)
        for name, part in made.items():
            parts[name].append(part)
        step()
    return parts, said


def _since(ops: pa.Table, first_ms: int) -> pa.Table:
    place = ops.column_names.index("at_offset_ms")
    offsets = pc.subtract(ops["at_offset_ms"], first_ms)
    return ops.set_column(place, "at_offset_ms", offsets)


def _of_people(rows: StudyRows, said: Mapping[str, Told], first_ms: int | None) -> dict[str, list[_Record]]:
    return {
        "dyads": [msgspec.structs.asdict(one) for one in rows.dyads],
        "sessions": [msgspec.structs.asdict(one) for one in rows.sessions],
        "recordings": [_recording(one) for one in rows.recordings],
        "recalls": [_recall(one, said.get(one.id), first_ms) for one in rows.recalls],
    }


def _recording(recording: Recording) -> _Record:
    ends = [part.start_ms + part.duration_ms for part in recording.parts]
    starts = [part.start_ms for part in recording.parts[1:]]
    gaps = [f"{end}-{start}" for end, start in zip(ends[:-1], starts, strict=True) if end < start]
    return {
        **msgspec.structs.asdict(recording),
        "channel_speakers": " ".join(recording.channel_speakers) or None,
        "n_parts": max(1, len(recording.parts)),
        "gaps": " ".join(gaps) or None,
    }


def _recall(recall: Recall, said: Told | None, first_ms: int | None) -> _Record:
    closed = said.closed if said else None
    began_ms = said.first_ms if said else None
    return {
        **msgspec.structs.asdict(recall),
        **msgspec.structs.asdict(recall.protocol),
        # Who recalls holds the layer's key alone, so that a recall ends in its layer before the study's roster says so.
        "status": "ended" if said and said.ended and recall.status != "missing" else recall.status,
        "protocol": recall.protocol.name,
        "may_stop": " ".join(recall.protocol.may_stop),
        "closing_helpful": closed.helpful if closed else None,
        "closing_answer": closed.answer if closed else None,
        "day_offset": (began_ms - first_ms) // _DAY_MS if began_ms is not None and first_ms is not None else None,
    }


def _of_codebooks(codebooks: Iterable[Codebook]) -> list[_Record]:
    """One record per code; where copies of one version differ, the first copy's wording of a code stands."""
    records: dict[tuple[str, str, str], _Record] = {}
    for book in sorted(codebooks, key=lambda one: (one.id, one.version)):
        scale = book.rating
        for position, entry in enumerate(book.codes):
            record = {
                "codebook": book.id,
                "codebook_version": book.version,
                "position": position,
                "code": entry.id,
                "label": entry.label,
                "gloss": entry.gloss,
                "code_group": entry.group,
                "polarity": entry.polarity,
                "rating_minimum": scale.minimum if scale else None,
                "rating_maximum": scale.maximum if scale else None,
                "rating_step": scale.step if scale else None,
                "title": book.title,
                "source": book.source,
            }
            records.setdefault((book.id, book.version, entry.id), record)
    return list(records.values())


def _of_columns(tables: Iterable[Table]) -> list[_Record]:
    """One record per column of these tables."""
    return [
        {
            "table_name": table.name,
            "column_name": column.name,
            "type": type_name(column),
            "description": column.description,
            "unit": column.unit,
            "levels": "|".join(column.levels),
            "nullable": column.nullable,
            "is_key": column.name in table.key,
            "refers_to": column.refers,
        }
        for table in tables
        for column in table.columns
    ]


def _of_records(table: Table, records: Sequence[_Record], tokens: Tokens) -> pa.Table:
    return pa.table(
        {
            column.name: array_of(column, [record[column.read_from] for record in records], tokens)
            for column in table.columns
        }
    )


def _about(rows: StudyRows, tokens: Tokens) -> dict[str, str]:
    """What every file says in its metadata of the study: no date, so that the same state gives the same bytes."""
    books = sorted({(book.id, book.version) for book in rows.codebooks})
    media = {tokens.one(one.id, "recording"): one.original_sha256 for one in rows.recordings}
    return {
        "iprtool.version": iprtool.__version__,
        "iprtool.schema_version": str(SCHEMA_VERSION),
        "iprtool.study_id": tokens.one(rows.study, "study"),
        "iprtool.codebooks": json.dumps([{"codebook": name, "version": version} for name, version in books]),
        "iprtool.media_sha256": json.dumps(media, sort_keys=True),
    }


def _whole(table: Table, parts: Sequence[pa.Table], about: Mapping[str, str], tokens: Tokens) -> pa.Table:
    """The parts as one table with the declared schema; ExportError where a value does not fit its column."""
    joined = pa.concat_tables(parts or [_of_records(table, [], tokens)]).unify_dictionaries()
    schema = arrow_schema(table, {**about, "iprtool.table": table.name, "iprtool.description": table.description})
    return pa.Table.from_arrays([settled(column, joined[column.name]) for column in table.columns], schema=schema)
