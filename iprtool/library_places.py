"""The places that the library leads to, each with its key and the function that makes its screen from the study.

A place's screen is pushed over the library; dismissed with a `Wish`, it leaves the library for that, otherwise the
library is shown again as the study is then.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from textual.screen import Screen

from iprtool.commands import Command
from iprtool.library.wish import Chosen
from iprtool.store.study import Study

MakeScreen = Callable[[Study, Chosen], Screen[Any]]
"""Its screen, from the open study and what is chosen in the library; what it needs is imported inside."""


class Place(msgspec.Struct, frozen=True):
    """One place: its id, the letter that leads there, its label and help, and what makes its screen."""

    id: str
    key: str
    label: str
    help: str
    make: MakeScreen


PLACES: tuple[Place, ...] = ()
"""One line each. Letters that the library has itself are in `iprtool.commands.library`; the new recall's id is
`new_recall`, since Enter on a recall to come leads there with its session and role chosen."""


def commands_of(places: tuple[Place, ...]) -> tuple[Command, ...]:
    """The places as commands of the library's table."""
    return tuple(Command(one.id, one.key, one.key, one.label, one.help, "go", runs=f"go('{one.id}')") for one in places)
