"""The rows of the codebook and of the dictionary."""

from collections.abc import Collection, Iterable, Iterator

from iprtool.export.arrow import type_name
from iprtool.export.roster import Record
from iprtool.export.rows import StudyRows
from iprtool.export.schema import Table
from iprtool.model.codebook import Codebook, RatingScale


def codebooks_in_use(rows: StudyRows, used: Collection[tuple[str, str]]) -> list[Codebook]:
    """The codebooks that layers pin, and those of the study's own that are named; `used` are ids with versions."""
    pinned = [*rows.codebooks, *([rows.strategies] if rows.strategies else [])]
    return [*pinned, *(one for one in rows.own_codebooks if (one.id, one.version) in used)]


def codebook_records(codebooks: Iterable[Codebook]) -> list[Record]:
    """One row per code and session scale; where copies of one version differ, the first copy's wording stands."""
    records: dict[tuple[str, str, str, str], Record] = {}
    for book in sorted(codebooks, key=lambda one: (one.id, one.version)):
        for record in _of_book(book):
            records.setdefault((book.id, book.version, record["kind"], record["code"]), record)
    return list(records.values())


def _of_book(book: Codebook) -> Iterator[Record]:
    about = {
        "codebook": book.id,
        "codebook_version": book.version,
        "title": book.title,
        "source": book.source,
    }
    for position, entry in enumerate(book.codes):
        yield {
            **about,
            **_scale(book.rating),
            "kind": "code",
            "position": position,
            "code": entry.id,
            "label": entry.label,
            "gloss": entry.gloss,
            "code_group": entry.group,
            "polarity": entry.polarity,
            "clarity": book.clarity,
        }
    for position, scale in enumerate(book.session_ratings):
        yield {
            **about,
            **_scale(scale.rating),
            "kind": "session_rating",
            "position": position,
            "code": scale.id,
            "label": scale.label,
            "gloss": scale.gloss,
            "code_group": None,
            "polarity": None,
            "clarity": False,
        }


def _scale(scale: RatingScale | None) -> Record:
    anchors = "|".join(f"{value}={label}" for value, label in scale.anchors.items()) if scale else None
    return {
        "rating_minimum": scale.minimum if scale else None,
        "rating_maximum": scale.maximum if scale else None,
        "rating_step": scale.step if scale else None,
        "rating_anchors": anchors,
    }


def dictionary_records(tables: Iterable[Table]) -> list[Record]:
    """One row per column of these tables."""
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
