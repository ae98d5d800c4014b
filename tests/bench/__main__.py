"""`python -m tests.bench [--quick] [--keep] [NAME …]`: measure, print the tables, write bench.json.

Each measurement runs in a process of its own, so that none is slowed by what another left in memory. Nothing is heard
of it, unless IPRTOOL_AUDIO is set to something else than `dummy`.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console

from iprtool.model.errors import IprtoolError
from tests.bench import (
    drawing,
    endurance,
    exporting,
    library,
    matrix,
    outline,
    playing,
    reviewing,
    running,
    saving,
    starting,
    stopping,
    watching,
)
from tests.bench.row import MEASURES, Measure, NotMeasured, Row
from tests.bench.table import Load, show

ROOT = Path(__file__).parents[2]
FAMILIES = (
    playing,
    watching,
    matrix,
    endurance,
    stopping,
    starting,
    running,
    drawing,
    saving,
    outline,
    exporting,
    library,
    reviewing,
)
LONGEST_S = 600.0


def chosen(names: Sequence[str]) -> list[Measure]:
    """The measurements that give the rows of these names, all where none is named."""
    order = [family.__name__ for family in FAMILIES]
    measures = sorted(MEASURES, key=lambda one: order.index(one.run.__module__))
    return [one for one in measures if not names or set(names) & set(one.names)]


def measured(one: Measure, *, quick: bool) -> list[Row]:
    """The rows of one measurement, from a process of its own."""
    with TemporaryDirectory(prefix="iprtool-bench-") as folder:
        into = Path(folder) / "rows.json"
        command = [sys.executable, "-m", "tests.bench", "--alone", one.names[0], "--into", str(into)]
        try:
            done = subprocess.run(
                [*command, *(["--quick"] if quick else [])],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return not_measured(one, f"not measured: took longer than {LONGEST_S:.0f} s")
        if done.returncode == 0:
            return msgspec.json.decode(into.read_bytes(), type=list[Row])
    sys.stderr.write(done.stderr.decode(errors="replace"))
    last = (done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return not_measured(one, f"not measured: the measurement failed ({last})")


def not_measured(one: Measure, why: str) -> list[Row]:
    """Rows that say why they hold nothing."""
    return [Row(name, note=why) for name in one.names]


def alone(name: str, into: Path, *, quick: bool) -> None:
    """Carry one measurement out in this process, and leave its rows in a file."""
    one = next(one for one in MEASURES if one.names[0] == name)
    try:
        rows = one.run(quick)
    except (NotMeasured, IprtoolError) as error:
        rows = not_measured(one, f"not measured: {error}")
    into.write_bytes(msgspec.json.encode(rows))


def main() -> None:
    """Measure what is asked for, one after the other."""
    arguments = _arguments()
    if arguments.alone:
        alone(arguments.alone, arguments.into, quick=arguments.quick)
        return
    console = Console(width=None if sys.stdout.isatty() else 160)
    os.environ.setdefault("IPRTOOL_AUDIO", "dummy")
    load, rows = Load.now(), []
    for one in chosen(arguments.names):
        with console.status(", ".join(one.names)):
            gave = measured(one, quick=arguments.quick)
        load = load.and_now()
        rows += [load.noted(row) for row in gave if row.name in (arguments.names or one.names)]
    arguments.out.write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    show(console, rows, load, quick=arguments.quick)
    if any(row.name == "matrix" and row.value is not None for row in rows):
        matrix.show(console, matrix.latest())
        if arguments.keep:
            matrix.keep(matrix.latest())


def _arguments() -> argparse.Namespace:
    known = sorted(name for one in MEASURES for name in one.names)
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Every budget beside its reference.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(known)}")
    parser.add_argument("--quick", action="store_true", help="smaller, to see that it works")
    parser.add_argument("--keep", action="store_true", help="write the matrix into iprtool/player/CONFORMANCE.md")
    parser.add_argument("--out", type=Path, default=ROOT / "bench.json", help="where the rows go, as JSON")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in known:
            parser.error(f"there is no figure {name}; there are {', '.join(known)}")
    return arguments


if __name__ == "__main__":
    main()
