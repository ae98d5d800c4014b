"""One measured figure beside its reference and its budget, and how measurements are declared and repeated."""

import gc
import statistics
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec


class Row(msgspec.Struct, frozen=True):
    """A figure: its value and the reference's in `unit`, their ratio, and the budget on one of the two.

    `sense` says whether the budget is the most or the least that it may be; None stands where there is no such thing.
    `note` says what it was measured against, or why it could not be measured.
    """

    name: str
    value: float | None = None
    unit: str = ""
    reference: float | None = None
    ratio: float | None = None
    budget: float | None = None
    on: Literal["value", "ratio"] | None = None
    sense: Literal["max", "min"] | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the budget is kept; None where there is none or nothing was measured."""
        figure = self.value if self.on == "value" else self.ratio if self.on == "ratio" else None
        if figure is None or self.budget is None:
            return None
        return figure <= self.budget if self.sense == "max" else figure >= self.budget


class NotMeasured(Exception):  # noqa: N818
    """A figure cannot be had on this machine; the text says why."""


class Measure(msgspec.Struct, frozen=True):
    """What gives some rows: their names, and the function that measures them, smaller where told to be quick."""

    names: tuple[str, ...]
    run: Callable[[bool], list[Row]]


MEASURES: list[Measure] = []


def measure(*names: str) -> Callable[[Callable[[bool], list[Row]]], Callable[[bool], list[Row]]]:
    """Declare a function that gives the rows of these names."""

    def declare(run: Callable[[bool], list[Row]]) -> Callable[[bool], list[Row]]:
        MEASURES.append(Measure(names, run))
        return run

    return declare


def at_most(budget: float, name: str, value: float, unit: str, note: str = "") -> Row:
    """A figure that may be so much at most."""
    return Row(name, value, unit, budget=budget, on="value", sense="max", note=note)


class Pairs(msgspec.Struct, frozen=True):
    """The same work done in two ways, in turn: the medians of each, and the median of the pairs' ratios."""

    value: float
    reference: float
    ratio: float


def pairs_of(ours: Sequence[float], theirs: Sequence[float]) -> Pairs:
    """What pairs of figures come to."""
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    return Pairs(statistics.median(ours), statistics.median(theirs), ratio)


def interleaved(times: int, *ways: Callable[[], float], warm: bool = True, collect: bool = True) -> list[list[float]]:
    """What each way gave, run so often in turn, each time in the other order.

    `warm` runs all once for nothing; `collect` takes the garbage of the others away before each.
    """
    if warm:
        for way in ways:
            way()
    gave: list[list[float]] = [[] for _ in ways]
    for turn in range(times):
        order = list(zip(ways, gave, strict=True))
        for way, figures in order if turn % 2 == 0 else reversed(order):
            if collect:
                gc.collect()
            figures.append(way())
    return gave


def p(percent: int, figures: Sequence[float]) -> float:
    """A percentile, by the nearest rank."""
    ordered = sorted(figures)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
