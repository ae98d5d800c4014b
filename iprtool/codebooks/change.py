"""A new version of a codebook."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from iprtool.codebooks.loader import SHELF
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale, SessionScale


def changed(
    codebook: Codebook,
    *,
    codes: Sequence[CodeEntry] | UnsetType = UNSET,
    title: str | UnsetType = UNSET,
    source: str | UnsetType = UNSET,
    rating: RatingScale | UnsetType | None = UNSET,
    session_ratings: Sequence[SessionScale] | UnsetType = UNSET,
    clarity: bool | UnsetType = UNSET,
    plain: bool | UnsetType = UNSET,
    earlier: Sequence[Codebook] = (),
) -> Codebook:
    """The next version of a codebook, with what is given changed; the same one where nothing would change.

    `earlier` are its versions before this one, the oldest first: none of their numbers is used again, and no id of
    theirs may come to mean something else. CodebookError says in one sentence what does not hold together.
    """
    given = {
        "codes": codes if codes is UNSET else tuple(codes),
        "title": title,
        "source": source,
        "rating": rating,
        "session_ratings": session_ratings if session_ratings is UNSET else tuple(session_ratings),
        "clarity": clarity,
        "plain": plain,
    }
    return SHELF.changed(codebook, given, earlier)


def copied(codebook: Codebook, new_id: str, title: str | UnsetType = UNSET) -> Codebook:
    """A codebook of one's own that begins as this one, in version 1.0 under another id; CodebookError as `changed`."""
    named = codebook.title if title is UNSET else title
    return SHELF.checked(msgspec.structs.replace(codebook, id=new_id, version="1.0", title=named))


def following(codebook: Codebook, earlier: Sequence[Codebook]) -> Codebook:
    """A version from elsewhere, where it may come after the earlier ones, the oldest first; CodebookError why not."""
    return SHELF.following(codebook, earlier)


def checked(codebook: Codebook) -> Codebook:
    """The codebook itself, where it holds together; CodebookError says the first thing that does not."""
    return SHELF.checked(codebook)
