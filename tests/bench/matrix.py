"""The conformance matrix: every kind of recording, in both players, doing everything; kept in the documentation."""

import platform
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.table import Table

from iprtool.model.terms import Engine
from tests.bench.playing import usable_engines
from tests.bench.row import Row, at_most, measure

if TYPE_CHECKING:
    from tests.sounds import Kind

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "iprtool" / "player" / "CONFORMANCE.md"
LATEST = ROOT / "matrix.json"
QUICK: "tuple[Kind, ...]" = ("opus", "mp4")
AT_ONCE = 4
NAMES: dict[Engine, str] = {"vlc": "libVLC", "embedded": "embedded"}
EXPLAINED = """\
# Conformance of the players

Written by `python -m tests.bench matrix --keep`, never by hand.

Each kind of recording holds noise that no part of which is like another. It is conformed as `iprtool add` does it, and
played by each player in its own process. While it plays, stands, is stepped and sought in, stamps are taken as a key
press takes them; the samples that come out of the player are written down with the time at which they are heard, and
found in the noise again. A figure is the worst error of the stamps of one act in milliseconds, the stamp against what
was really heard; after it stands the share of them that lie inside the uncertainty stored with each stamp.

- **play to**: stamps while it plays from the start.
- **jump to**: stamps from the moment of a jump on, while playing, on and back, and from a standing jump.
- **step**: frames of 33.37 ms on and back while it stands, up to 30 by a held key; the stamp against what is heard
  when it goes on.
- **rate**: 0.5, 0.75, 1.25, 1.5 and 2 times the speed, each from its change on, and jumps at 0.5 and 2, while it
  plays and while it stands.
- **loop**: stamps through the turns of a loop of 400 ms; *past its end* is how much more was heard than one turn has.
- **end**: stamps over the last 0.7 s, and the one of the end itself.

The uncertainty stored is 40 ms while it plays steadily (50 at other rates), 50 where it stands after a jump, and 120
(150 at other rates) for 0.3 s after a jump and 2 s after a change of rate.
"""


class Line(msgspec.Struct, frozen=True):
    """One player's figures on one kind of recording: of each act the worst error, the share inside, how many stamps."""

    engine: Engine
    kind: str
    cells: dict[str, tuple[float, float, int]]
    past_loop_ms: float


class Matrix(msgspec.Struct, frozen=True):
    """All lines, with what they were measured, and when."""

    lines: list[Line]
    measured_with: str
    date: str


@measure("matrix")
def matrix(quick: bool) -> list[Row]:
    """Play everything; the table itself is left beside."""
    from tests.sounds import KINDS

    engines, missing = usable_engines()
    kinds = QUICK if quick else KINDS
    whole = Matrix(_lines(engines, kinds), _measured_with(), datetime.now(UTC).date().isoformat())
    LATEST.write_bytes(msgspec.json.encode(whole))
    every = [cell for line in whole.lines for cell in line.cells.values()]
    outside = sum(round((1 - inside) * count) for _worst, inside, count in every)
    stamps = sum(count for _worst, _inside, count in every)
    note = f"outside their uncertainty, of {stamps:,} in {len(every)} cells. {missing}".strip()
    return [at_most(0, "matrix", outside, "stamps", note)]


def _lines(engines: Iterable[Engine], kinds: "Sequence[Kind]") -> list[Line]:
    from tests.player_matrix import SECONDS, act, cells, past_the_loop_ms
    from tests.player_tape import recording

    for kind in kinds:
        recording(kind, SECONDS)
    keys = [(engine, kind) for kind in kinds for engine in engines]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        acted = list(pool.map(lambda key: act(*key), keys))
    return [
        Line(*key, {name: msgspec.structs.astuple(cell) for name, cell in cells(one).items()}, past_the_loop_ms(one))
        for key, one in zip(keys, acted, strict=True)
    ]


def _measured_with() -> str:
    import av

    from iprtool.player.probe_engines import find_engines

    libraries = ", ".join(one.version for one in find_engines() if one.ok)
    codecs = ".".join(map(str, av.library_versions["libavcodec"]))
    return f"{libraries} (libavcodec {codecs}), Python {platform.python_version()}, {platform.system()}"


def latest() -> Matrix:
    """The matrix measured last."""
    return msgspec.json.decode(LATEST.read_bytes(), type=Matrix)


def show(console: Console, whole: Matrix) -> None:
    """Print the table."""
    table = Table(caption=f"The worst error in ms, and the share inside the stored uncertainty. {whole.measured_with}.")
    heads, rows = _table(whole)
    for head in heads:
        table.add_column(head, justify="left" if head in heads[:2] else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def keep(whole: Matrix) -> None:
    """Write the table into the documentation."""
    heads, rows = _table(whole)
    rule = ["---", "---", *["--:"] * (len(heads) - 2)]
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows)]
    said = f"Measured on {whole.date} with {whole.measured_with}."
    KEPT.write_text("\n".join([EXPLAINED, said, "", *lines, ""]), encoding="utf-8")


def _table(whole: Matrix) -> tuple[list[str], list[list[str]]]:
    acts = list(whole.lines[0].cells)
    rows = [
        [line.kind, NAMES[line.engine], *(_cell(*line.cells[act]) for act in acts), str(round(line.past_loop_ms))]
        for line in whole.lines
    ]
    return ["recording", "player", *acts, "past the loop's end"], rows


def _cell(worst_ms: float, inside: float, _count: int) -> str:
    # Rounded down: 100 % is all of them.
    return f"{worst_ms:.0f} · {int(inside * 1000) / 10:g} %"
