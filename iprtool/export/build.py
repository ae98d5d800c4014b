"""The study's rows as the tables of the export, sorted, so that the same state gives the same bytes."""

import json
from collections.abc import Callable, Mapping, Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

import iprtool
from iprtool.export.arrow import array_of, arrow_schema, settled
from iprtool.export.bodies import Told
from iprtool.export.coded import coding_records
from iprtool.export.layers import layer_tables
from iprtool.export.linked import link_records
from iprtool.export.links import Links, Standing
from iprtool.export.roster import Record, roster_records
from iprtool.export.rows import LayerRows, StudyRows
from iprtool.export.schema import SCHEMA_VERSION, Table
from iprtool.export.tables import TABLES
from iprtool.export.tokens import Tokens
from iprtool.export.vocabularies import codebook_records, codebooks_in_use, dictionary_records
from iprtool.model.codebook import Codebook
from iprtool.model.layer import LayerValue

_NAMES_CODES = ("annotation_codes", "segment_codes", "session_ratings")


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
    links = Links(_review_values(rows.review), rows.withheld_layers)
    read = _Read(rows, tables, tokens, links, dates=asked.dates)
    for layer in sorted(rows.layers, key=lambda one: (one.purpose != "recall", tokens.one(one.owner, "recall"))):
        read.layer(layer)
        step()
    if rows.review is not None:
        read.layer(rows.review)
    parts, first_ms = read.parts, read.first_ms
    if first_ms is not None:
        parts["ops"] = [_since(part, first_ms) for part in parts["ops"]]
    records = roster_records(rows, read.said, first_ms) | link_records(rows, links, read.standing)
    for name, some in records.items():
        order = [(column, "ascending") for column in tables[name].key]
        parts[name] = [_of_records(tables[name], some, tokens).sort_by(order)]
    books = codebooks_in_use(rows, _named(parts))
    parts["codebook"] = [_of_records(tables["codebook"], codebook_records(books), tokens)]
    parts["dictionary"] = [_of_records(tables["dictionary"], dictionary_records(tables.values()), tokens)]
    about = _about(rows, books, tokens)
    return Built(about, [(table, _whole(table, parts[name], about, tokens)) for name, table in tables.items()])


class _Read:
    """What the layers give: parts of the tables, what each recall's operations tell, which marks are there."""

    def __init__(
        self, rows: StudyRows, tables: Mapping[str, Table], tokens: Tokens, links: Links, *, dates: bool
    ) -> None:
        self._tables, self._tokens, self._links, self._dates = tables, tokens, links, dates
        self._codings = {one.id: one for one in rows.codings}
        self._lengths = {one.id: one.duration_ms for one in rows.recordings}
        self.parts: dict[str, list[pa.Table]] = {name: [] for name in tables}
        self.said: dict[str, Told] = {}
        self.standing: Standing = {}

    @property
    def first_ms(self) -> int | None:
        """When the first operation of all was done, in UTC milliseconds, where dates leave."""
        return min((one.first_ms for one in self.said.values() if one.first_ms is not None), default=None)

    def layer(self, layer: LayerRows) -> None:
        """Read a layer."""
        with layer.opened() as rows_of:
            made = layer_tables(layer, rows_of, self._tables, self._tokens, self._links, dates=self._dates)
        self.said[layer.owner] = made.said
        self.standing |= made.standing
        for name, part in made.tables.items():
            self.parts[name].append(part)
        self._records("leads", _leads(layer, made.said))
        coding = self._codings.get(layer.owner)
        if coding is not None:
            for name, records in coding_records(coding, self._lengths[coding.recording], made.values).items():
                self._records(name, records)

    def _records(self, name: str, records: Sequence[Record]) -> None:
        if records:
            self.parts[name].append(_of_records(self._tables[name], records, self._tokens))


def _review_values(review: LayerRows | None) -> dict[str, LayerValue]:
    if review is None:
        return {}
    with review.opened() as rows_of:
        return dict(rows_of("value")[1])


def _leads(layer: LayerRows, said: Told) -> list[Record]:
    return [
        {
            **msgspec.structs.asdict(lead),
            "recall": layer.owner,
            "position": position,
            "stop": None if entity == layer.layer else entity,
        }
        for position, (entity, lead) in enumerate(said.leads)
    ]


def _since(ops: pa.Table, first_ms: int) -> pa.Table:
    place = ops.column_names.index("at_offset_ms")
    offsets = pc.subtract(ops["at_offset_ms"], first_ms)
    return ops.set_column(place, "at_offset_ms", offsets)


def _named(parts: Mapping[str, Sequence[pa.Table]]) -> set[tuple[str, str]]:
    """The codebooks, with versions, that codes are of."""
    named: set[tuple[str, str]] = set()
    for part in (part for name in _NAMES_CODES for part in parts[name]):
        pairs = part.select(["codebook", "codebook_version"]).group_by(["codebook", "codebook_version"]).aggregate([])
        named |= {(row["codebook"], row["codebook_version"]) for row in pairs.to_pylist()}
    return named


def _of_records(table: Table, records: Sequence[Record], tokens: Tokens) -> pa.Table:
    return pa.table(
        {
            column.name: array_of(column, [record[column.read_from] for record in records], tokens)
            for column in table.columns
        }
    )


def _about(rows: StudyRows, codebooks: Sequence[Codebook], tokens: Tokens) -> dict[str, str]:
    """What every file says in its metadata of the study: no date, so that the same state gives the same bytes."""
    books = sorted({(book.id, book.version) for book in codebooks})
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
