"""Codebooks from files: the shipped ones by id, a study's own as TOML or CSV, each error with its line."""

from functools import cache
from pathlib import Path

from iprtool.codebooks.content import content_problems
from iprtool.codebooks.faults import Problem
from iprtool.codebooks.sheet import codebook_from_table
from iprtool.codebooks.shelf import MAX_BYTES, TABLE_SUFFIXES, Shelf
from iprtool.model.codebook import Codebook
from iprtool.model.errors import CodebookError

__all__ = ["MAX_BYTES", "SUFFIXES", "Problem", "check", "load", "shipped", "shipped_ids"]

SUFFIXES = (".toml", *TABLE_SUFFIXES)
"""How the name of a codebook's file ends."""

SHELF = Shelf(
    kind=Codebook,
    noun="codebook",
    needs="an id, a version, a title, a source and one code",
    package="iprtool.codebooks",
    error=CodebookError,
    content=content_problems,
    tables=("codes", "session_ratings"),
    from_table=codebook_from_table,
)


def load(path: Path) -> Codebook:
    """The codebook in a file: CSV where its name says so, else TOML; CodebookError names file, line and reason."""
    return SHELF.load(path)


def check(path: Path) -> tuple[Problem, ...]:
    """What is wrong with a codebook's file, by line; empty where `load` would succeed."""
    return SHELF.check(path)


@cache
def shipped(codebook_id: str) -> Codebook:
    """The codebook that comes with iprtool under this id; CodebookError where there is none."""
    return SHELF.shipped(codebook_id)


@cache
def shipped_ids() -> tuple[str, ...]:
    """The ids of the codebooks that come with iprtool, in alphabetical order."""
    return SHELF.shipped_ids()
