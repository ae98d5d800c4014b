"""Which of the client's marks may be one moment with which of the therapist's, beside what was said by hand."""

from collections.abc import Callable

import msgspec

from iprtool.model.linking import MarkRef
from iprtool.model.terms import Role
from iprtool.reviewing.links import Links
from iprtool.reviewing.matching import TOLERANCE_MS, distance_ms, match
from iprtool.reviewing.review import PARTNERS, Placed, Review


class Moment(msgspec.Struct, frozen=True):
    """Two marks that are one moment: said to be (`said`), or proposed; with how far apart they are."""

    first: Placed
    second: Placed
    distance_ms: int
    said: bool

    @property
    def id(self) -> str:
        """Its name on the timeline."""
        return f"{self.first.id}={self.second.id}"


class Moments:
    """The moments of a session, and by mark whose moment is whose."""

    def __init__(self, moments: list[Moment]) -> None:
        self.all = moments
        self._of: dict[MarkRef, list[Moment]] = {}
        for one in moments:
            for placed in (one.first, one.second):
                self._of.setdefault(placed.ref, []).append(one)

    def between(self, one: Placed, other: Placed) -> Moment | None:
        """The moment that two marks are, or None."""
        pair = {one.ref, other.ref}
        return next((each for each in self._of.get(one.ref, ()) if {each.first.ref, each.second.ref} == pair), None)

    def partner(self, placed: Placed, by: Role) -> Placed | None:
        """The mark of a person's that is one moment with this one; one that was said to be comes first."""
        for moment in sorted(self._of.get(placed.ref, ()), key=lambda each: not each.said):
            other = moment.second if moment.first.ref == placed.ref else moment.first
            if other.by == by:
                return other
        return None


def said(review: Review, links: Links) -> list[Moment]:
    """The moments of which it was said that they are one."""
    found = []
    for _, one in links.matches.values():
        first, second = review.by_ref.get(one.first), review.by_ref.get(one.second)
        if one.same and first is not None and second is not None:
            found.append(Moment(first, second, distance_ms(first, second), said=True))
    return found


def moments(
    review: Review, links: Links, tolerance_ms: int = TOLERANCE_MS, stopped: Callable[[], bool] = lambda: False
) -> Moments:
    """What was said to be one moment, and the proposals for all other marks of client and therapist.

    What was said of a pair stands: it is in no proposal, nor are both its marks where they were said to be one moment.
    """
    known = said(review, links)
    taken = {one.ref for each in known if _of_partners(each) for one in (each.first, each.second)}
    firsts, seconds = ([one for one in review.marks if one.by == by and one.ref not in taken] for by in PARTNERS)
    at_first, at_second = ({one.ref: at for at, one in enumerate(marks)} for marks in (firsts, seconds))
    apart = {
        (at_first[one], at_second[other])
        for _, each in links.matches.values()
        for one, other in ((each.first, each.second), (each.second, each.first))
        if one in at_first and other in at_second
    }
    pairs = match(firsts, seconds, tolerance_ms, apart, stopped)
    return Moments([*known, *(Moment(firsts[p.first], seconds[p.second], p.distance_ms, said=False) for p in pairs)])


def as_said(review: Review, links: Links, before: Moments) -> Moments:
    """The moments of before with what was said since: what goes against it is left out, nothing else is proposed."""
    known = said(review, links)
    taken = {one.ref for each in known if _of_partners(each) for one in (each.first, each.second)}
    left = (
        one
        for one in before.all
        if not one.said
        and taken.isdisjoint((one.first.ref, one.second.ref))
        and links.match_of(one.first.ref, one.second.ref) is None
    )
    return Moments([*known, *left])


def _of_partners(moment: Moment) -> bool:
    return {moment.first.by, moment.second.by} == set(PARTNERS)


def accounts(review: Review, found: Moments, at_ms: int) -> tuple[Placed | None, Placed | None]:
    """The two sides' accounts of the moment looked at: the mark chosen, or what is at a time.

    Beside the chosen mark is the one that is one moment with it, else the nearest; what is held stays where it is.
    """
    chosen, held = review.chosen, review.held
    at_ms = chosen.start_ms if chosen else at_ms
    shown: list[Placed | None] = []
    for by in review.sides:
        if chosen is not None and chosen.by == by:
            shown.append(chosen)
        elif held is not None and held.by == by:
            shown.append(held)
        else:
            partner = found.partner(chosen, by) if chosen is not None else None
            shown.append(partner or review.account_of(by, at_ms))
    return shown[0], shown[1]
