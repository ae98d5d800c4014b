"""What would leave a study with an export: table by table, before anything does."""

import msgspec


class LeavingTable(msgspec.Struct, frozen=True):
    """One table: its rows, its columns of free text and of dates that leave, and what is left out of it ("": nothing).

    `left_out` has the reasons in short.
    """

    name: str
    rows: int
    texts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    left_out: str = ""


class Leaving(msgspec.Struct, frozen=True):
    """What leaves, in the order of the tables; `reasons` say why something does not, a sentence each, by pseudonym."""

    tables: tuple[LeavingTable, ...]
    reasons: tuple[str, ...] = ()


class LeavingWish(msgspec.Struct, frozen=True):
    """What is asked for by name: free text, dates (as offsets), ids that no export before had; and for whom it is."""

    text: bool = False
    dates: bool = False
    fresh_ids: bool = False
    recipient: str = ""


class Left(msgspec.Struct, frozen=True):
    """An export that was made: its folder, and how many rows there are in all."""

    folder: str
    rows: int
