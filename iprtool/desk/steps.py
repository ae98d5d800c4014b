"""What was done from a screen, with how it is taken back and done again."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One change: what it is called, and the calls that take it back and do it again."""

    what: str
    back: Callable[[], object]
    forth: Callable[[], object]
