"""The command line, a module for each kind of command."""

from iprtool.cli import (
    codebooks,
    coding,
    consents,
    guides,
    history,
    leaving,
    library,
    machine,
    people,
    recall,
    recalling,
    scores,
    search,
    studies,
    supervision,
)
from iprtool.cli.top import app, main

__all__ = [
    "app",
    "codebooks",
    "coding",
    "consents",
    "guides",
    "history",
    "leaving",
    "library",
    "machine",
    "main",
    "people",
    "recall",
    "recalling",
    "scores",
    "search",
    "studies",
    "supervision",
]
