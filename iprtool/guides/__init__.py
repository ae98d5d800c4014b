"""The shipped interview guide as TOML, the loader of a study's own, and its versions."""

from iprtool.guides.loader import DEFAULT, changed, check, load, shipped, shipped_ids

__all__ = ["DEFAULT", "changed", "check", "load", "shipped", "shipped_ids"]
