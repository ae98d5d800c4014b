"""What a coder chooses from: the codes of a segment, or the scales of the whole session, as rows in groups."""

import msgspec

from iprtool.coding.sheet import Sheet
from iprtool.model.codebook import RatingScale
from iprtool.model.terms import Clarity

WHOLE = "whole session"


class Row(msgspec.Struct, frozen=True):
    """One code or scale as it stands.

    `number` is its place in its group, from 1. `scale` is what it is rated on, None where it is only found or not.
    `evidence` is how many marks show it.
    """

    id: str
    label: str
    gloss: str
    group: str
    number: int
    scale: RatingScale | None = None
    found: bool = False
    clarity: Clarity | None = None
    rating: float | None = None
    evidence: int = 0
    note: str = ""


class Board(msgspec.Struct, frozen=True):
    """Rows in their groups, one after the other."""

    rows: tuple[Row, ...]

    def row(self, row_id: str) -> Row:
        """The row of an id; the first one where there is none of it."""
        return next((one for one in self.rows if one.id == row_id), self.rows[0])

    def moved(self, row_id: str, by: int) -> str:
        """The id of the row so many further on; the first and the last one stay."""
        at = self.rows.index(self.row(row_id)) + by
        return self.rows[max(0, min(at, len(self.rows) - 1))].id

    def next_scale(self, row_id: str) -> str:
        """The id of the next row that is rated; the last one stays."""
        after = self.rows[self.rows.index(self.row(row_id)) + 1 :]
        return next((one.id for one in after if one.scale is not None), row_id)

    def next_group(self, row_id: str, by: int) -> str:
        """The first row of the next group (1) or the one before (−1), round and round."""
        groups = list(dict.fromkeys(one.group for one in self.rows))
        wanted = groups[(groups.index(self.row(row_id).group) + by) % len(groups)]
        return next(one.id for one in self.rows if one.group == wanted)

    def numbered(self, row_id: str, number: int) -> Row | None:
        """The row of this number in the same group, or None."""
        group = self.row(row_id).group
        return next((one for one in self.rows if (one.group, one.number) == (group, number)), None)


def segment_board(sheet: Sheet, segment: int) -> Board:
    """The codes, as they stand in a segment."""
    rows = []
    for group, entries in sheet.scheme.groups:
        for number, entry in enumerate(entries, 1):
            value = sheet.code(segment, entry.id)
            row = Row(entry.id, entry.label, entry.gloss, group, number, sheet.scheme.rating_of(entry.id))
            if value is not None:
                row = msgspec.structs.replace(
                    row,
                    found=True,
                    clarity=value.clarity,
                    rating=value.rating,
                    evidence=len(value.evidence),
                    note=value.note,
                )
            rows.append(row)
    return Board(tuple(rows))


def session_board(sheet: Sheet) -> Board | None:
    """The scales of the whole session as they are rated; None where the codebook has none."""
    rows = []
    for number, one in enumerate(sheet.scheme.codebook.session_ratings, 1):
        found = sheet.rating(one.id)
        value = found[1] if found else None
        rows.append(
            Row(
                one.id,
                one.label,
                one.gloss,
                WHOLE,
                number,
                one.rating,
                found=value is not None,
                rating=value.value if value else None,
                note=value.note if value else "",
            )
        )
    return Board(tuple(rows)) if rows else None
