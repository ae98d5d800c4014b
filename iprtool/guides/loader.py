"""Interview guides from TOML: the shipped one, a study's own from a file, and the next version of one."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
from msgspec import UNSET, UnsetType

from iprtool.codebooks.faults import Problem
from iprtool.codebooks.shelf import Shelf
from iprtool.guides.content import complete, content_problems
from iprtool.model.errors import GuideError
from iprtool.model.guide import Guide, Lead

DEFAULT = "ipr-leads"
"""The id of the shipped guide that a study begins with."""

SHELF = Shelf(
    kind=Guide,
    noun="guide",
    needs="an id, a version, a title, a language and one lead",
    package="iprtool.guides",
    error=GuideError,
    content=content_problems,
    tables=("leads",),
    complete=complete,
)


def load(path: Path) -> Guide:
    """The guide in a TOML file; GuideError names the file, the line and the reason."""
    return SHELF.load(path)


def check(path: Path) -> tuple[Problem, ...]:
    """What is wrong with a guide's file, by line; empty where `load` would succeed."""
    return SHELF.check(path)


@cache
def shipped(guide_id: str = DEFAULT) -> Guide:
    """The guide that comes with iprtool under this id; GuideError where there is none."""
    return SHELF.shipped(guide_id)


@cache
def shipped_ids() -> tuple[str, ...]:
    """The ids of the guides that come with iprtool, in alphabetical order."""
    return SHELF.shipped_ids()


def changed(
    guide: Guide,
    *,
    leads: Sequence[Lead] | UnsetType = UNSET,
    title: str | UnsetType = UNSET,
    language: str | UnsetType = UNSET,
    earlier: Sequence[Guide] = (),
) -> Guide:
    """The next version of a guide, with what is given changed; the same one where nothing would change.

    `earlier` are its versions before this one, the oldest first: none of their numbers is used again, and no lead of
    theirs comes back as another question. GuideError says in one sentence what does not hold together.
    """
    given = {"leads": leads if leads is UNSET else tuple(leads), "title": title, "language": language}
    return SHELF.changed(guide, given, earlier)


def following(guide: Guide, earlier: Sequence[Guide]) -> Guide:
    """A version from elsewhere, where it may come after the earlier ones, the oldest first; GuideError why not."""
    return SHELF.following(guide, earlier)


def copied(guide: Guide, new_id: str, title: str, language: str) -> Guide:
    """A guide that begins as this one, in version 1.0 under another id, to be put into a language; GuideError why not.

    `language` is a BCP 47 tag.
    """
    return SHELF.checked(msgspec.structs.replace(guide, id=new_id, version="1.0", title=title, language=language))
