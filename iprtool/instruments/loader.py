"""Instruments from TOML: the shipped ones by id, a study's own from a file."""

from functools import cache
from pathlib import Path

from iprtool.codebooks.faults import Problem
from iprtool.codebooks.shelf import Shelf
from iprtool.instruments.content import content_problems
from iprtool.model.errors import ScoreError
from iprtool.model.score import Instrument

SHELF = Shelf(
    kind=Instrument,
    noun="instrument",
    needs="an id, a version, a title, a source, a rater and one subscale",
    package="iprtool.instruments",
    error=ScoreError,
    content=content_problems,
    tables=("subscales",),
)


def load(path: Path) -> Instrument:
    """The instrument in a TOML file; ScoreError names the file, the line and the reason."""
    return SHELF.load(path)


def check(path: Path) -> tuple[Problem, ...]:
    """What is wrong with an instrument's file, by line; empty where `load` would succeed."""
    return SHELF.check(path)


@cache
def shipped(instrument_id: str) -> Instrument:
    """The instrument that comes with iprtool under this id; ScoreError where there is none."""
    return SHELF.shipped(instrument_id)


@cache
def shipped_ids() -> tuple[str, ...]:
    """The ids of the instruments that come with iprtool, in alphabetical order."""
    return SHELF.shipped_ids()
