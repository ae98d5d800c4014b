"""The shipped vocabularies as TOML, their loader, and what every file of a study's own vocabulary is read with."""

from iprtool.codebooks.loader import Problem, check, load, shipped, shipped_ids

__all__ = ["Problem", "check", "load", "shipped", "shipped_ids"]
