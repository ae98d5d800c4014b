"""The shipped instruments as TOML (no items, no cut-offs), the loader of a study's own, and scores from CSV."""

from iprtool.instruments.loader import check, load, shipped, shipped_ids
from iprtool.instruments.scores import ScoreRow, UnfitRowError, Whose, check_scores, read_scores

__all__ = [
    "ScoreRow",
    "UnfitRowError",
    "Whose",
    "check",
    "check_scores",
    "load",
    "read_scores",
    "shipped",
    "shipped_ids",
]
