"""The shipped vocabularies as TOML, and their loader."""

from iprtool.codebooks.loader import Problem, check, load, shipped, shipped_ids

__all__ = ["Problem", "check", "load", "shipped", "shipped_ids"]
