"""Scores on questionnaires that belong to a session: the instruments, by their ranges, and one person's score.

Only what is needed to hold a score and to check it: no item, no norm, no cut-off.
"""

import math
from typing import Literal

import msgspec

from iprtool.model.terms import Role

Scoring = Literal["sum", "mean"]
"""Whether a score is what its items add up to, or their mean."""


class Subscale(msgspec.Struct, frozen=True):
    """One score of an instrument: its range, the number of its items (None: not known) and how it is made of them.

    `step` is between one answer to an item and the next. Where items were left out, a sum is the mean of those
    answered times the number of items.
    """

    id: str
    label: str
    minimum: float
    maximum: float
    items: int | None = None
    scoring: Scoring = "sum"
    step: float = 1.0


class Instrument(msgspec.Struct, frozen=True):
    """A questionnaire in one version: who fills it in, and the scores that it gives."""

    id: str
    version: str
    title: str
    source: str
    raters: tuple[Role, ...]
    subscales: tuple[Subscale, ...]

    def subscale(self, subscale: str) -> Subscale | None:
        """The subscale with this id, or None."""
        return next((one for one in self.subscales if one.id == subscale), None)


class Score(msgspec.Struct, frozen=True):
    """One score of one session: `person` is whose form it is, if known; `items_answered` None where nobody counted.

    `at` is when the form was filled in, ISO 8601.
    """

    id: str
    session: str
    person: str | None
    rater: Role
    instrument: str
    version: str
    subscale: str
    value: float
    items_answered: int | None = None
    at: str | None = None


def score_problem(instrument: Instrument, score: Score) -> str | None:
    """Why a score cannot be one of this instrument's, in one sentence, or None where it can."""
    if (score.instrument, score.version) != (instrument.id, instrument.version):
        asked = f"{score.instrument}, version {score.version}"
        return f"this score is of {asked}, not of {instrument.id}, version {instrument.version}; choose its instrument"
    if score.rater not in instrument.raters:
        return f"{instrument.id} is not filled in by {score.rater}, only by {', '.join(instrument.raters)}; check who"
    subscale = instrument.subscale(score.subscale)
    if subscale is None:
        names = ", ".join(one.id for one in instrument.subscales)
        return f"{instrument.id} has no subscale {score.subscale[:80]!r}; it has {names}"
    return value_problem(subscale, score.value, score.items_answered)


def value_problem(subscale: Subscale, value: float, items_answered: int | None = None) -> str | None:
    """Why a value is no score on a subscale with so many items answered, in one sentence, or None where it is one."""
    if not subscale.minimum <= value <= subscale.maximum:
        goes = f"{subscale.label} goes from {subscale.minimum:g} to {subscale.maximum:g}"
        return f"{goes}, and {value:g} is outside; check the value"
    if items_answered is not None and items_answered < 1:
        return "a score needs at least one item answered; leave it out where none was"
    if subscale.items is None:
        return None
    if items_answered is not None and items_answered > subscale.items:
        return f"{subscale.label} has {subscale.items} items, not {items_answered}; check how many were answered"
    if any(_adds_up(subscale, value, answered) for answered in _may_be_answered(subscale, items_answered)):
        return None
    return _impossible(subscale, value, items_answered)


def _may_be_answered(subscale: Subscale, items_answered: int | None) -> range:
    """How many items may have been answered; a sum of nobody knows how many is taken for a sum of all."""
    if items_answered is not None:
        return range(items_answered, items_answered + 1)
    items = subscale.items or 0
    return range(items, items + 1) if subscale.scoring == "sum" else range(1, items + 1)


def _adds_up(subscale: Subscale, value: float, answered: int) -> bool:
    """Whether that many answers can make the value, or one that was rounded to it."""
    items = subscale.items or answered
    share = answered / items if subscale.scoring == "sum" else answered
    lowest = subscale.minimum * share
    steps = (value * share - lowest) / subscale.step
    whole_form = subscale.scoring == "sum" and answered == items
    rounding = 0.0 if whole_form else 0.5 * 10.0 ** -_decimals(value)
    return abs(steps - round(steps)) <= rounding * share / subscale.step + 1e-6


def _decimals(value: float) -> int:
    return len(f"{value:.12f}".rstrip("0").partition(".")[2])


def _impossible(subscale: Subscale, value: float, items_answered: int | None) -> str:
    if math.isclose(subscale.step, 1) and items_answered in (None, subscale.items) and subscale.scoring == "sum":
        hint = "" if items_answered else ", or say how many items were answered"
        whole = f"{subscale.label} is a whole number where all {subscale.items} items are answered"
        return f"{whole}; check {value:g}{hint}"
    counted = "" if items_answered is None else f" with {items_answered} of its {subscale.items} items answered"
    return f"no answers give {value:g} on {subscale.label}{counted}; check the value"
