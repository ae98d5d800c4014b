"""The bench: its rows, and one cheap measurement the whole way."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from tests.bench.row import Row, at_most, interleaved, p, pairs_of
from tests.bench.table import CORES, OWN_LOAD, Load, show

FIELDS = {"name", "value", "unit", "reference", "ratio", "budget", "on", "sense", "note"}


def bench(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.bench", *map(str, arguments)]
    return subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)


def test_a_row_is_measured_written_and_shown(tmp_path: Path) -> None:
    done = bench("--quick", "mark_durable", "--out", tmp_path / "bench.json")
    assert done.returncode == 0, done.stderr
    (row,) = msgspec.json.decode((tmp_path / "bench.json").read_bytes())
    assert set(row) == FIELDS
    assert (row["name"], row["unit"], row["budget"], row["on"], row["sense"]) == (
        "mark_durable",
        "ms",
        1.3,
        "ratio",
        "max",
    )
    assert row["ratio"] == pytest.approx(row["value"] / row["reference"])
    assert "mark_durable" in done.stdout
    assert "load average" in done.stdout


def test_a_figure_that_there_is_none_of_is_a_usage_error() -> None:
    done = bench("patience")
    assert done.returncode == 2
    assert "there is no figure patience" in done.stderr


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (at_most(5, "cpu", 4.9, "%"), True),
        (at_most(5, "cpu", 5.1, "%"), False),
        (Row("rate", 300, "MiB/s", budget=350, on="value", sense="min"), False),
        (Row("paint", 400, "ms", 300, 1.3, 1.6, "ratio", "max"), True),
        (Row("tick", 0.2, "ms"), None),
        (Row("lost", note="not measured: no libVLC"), None),
    ],
)
def test_a_budget_is_on_the_value_or_on_the_ratio(row: Row, met: bool | None) -> None:
    assert row.met is met


def test_pairs_are_taken_in_turn_and_their_ratios_compared_one_by_one() -> None:
    order: list[str] = []
    figures = iter(range(1, 100))

    def way(name: str) -> float:
        order.append(name)
        return next(figures)

    ours, theirs = interleaved(2, lambda: way("a"), lambda: way("b"), warm=False)
    assert order == ["a", "b", "b", "a"]
    assert (ours, theirs) == ([1, 4], [2, 3])
    assert pairs_of([2, 4, 30], [1, 4, 10]).ratio == 2
    assert p(99, range(1, 101)) == 99
    assert p(50, [7]) == 7


def test_the_footer_says_when_the_machine_was_busy() -> None:
    idle, busy = Load(0.0, 2.0, 2.0), Load(CORES, 9.0, OWN_LOAD + CORES)
    assert "noisy" not in idle.words
    assert "noisy" in busy.words
    row = at_most(5, "cpu", 4, "%", "p50")
    assert idle.noted(row) == row
    assert "load" in busy.noted(row).note
    console = Console(width=160)
    with console.capture() as shown:
        show(console, [at_most(5, "cpu", 5.1, "%", "[b] is no markup")], busy, quick=False)
    assert "noisy" in shown.get()
    assert "[b] is no markup" in shown.get()
    assert "NO" in shown.get()
