"""Searching a review: what was typed, what was found, where it is."""

from collections.abc import Callable
from functools import cached_property

from iprtool.commands.review import SEARCH
from iprtool.model.linking import MarkRef
from iprtool.model.times import clock
from iprtool.reviewing.links import Links
from iprtool.reviewing.review import Placed, Review
from iprtool.reviewing.search import Entry, asked, entries_of, matching
from iprtool.screens.review_forms import Listed, ListForm

SHOWN = 200
"""Of more that are found only so many are listed; n and b go through all."""

HINT = 'words, role:client, code:, theme:, rupture:any, quotable:no; "two words" together'


class Searching:
    """The search of one session; what was typed is kept for the next time."""

    def __init__(self, review: Review) -> None:
        self.typed = ""
        self.hits: list[Entry] = []
        self._review = review

    @cached_property
    def _entries(self) -> list[Entry]:
        review = self._review
        return entries_of(zip(review.names, review.layers, strict=True), review.transcript)

    @property
    def refs(self) -> list[MarkRef]:
        """The marks among what was found."""
        return [one.ref for one in self.hits if one.ref is not None]

    def place(self, hit: str) -> tuple[Placed | None, int]:
        """The mark of a hit, None for an utterance; and where it is."""
        entry = self.hits[int(hit)]
        return self._review.by_ref.get(entry.ref) if entry.ref is not None else None, entry.at_ms

    def form(self, links: Links, look: Callable[[str], None], leave: Callable[[str | None], None]) -> ListForm:
        """The list; `look` is told which hit is lit, `leave` which one was taken (None: the search is left)."""

        def take(hit: str | None, typed: str) -> None:
            self.typed = typed
            leave(hit)

        return ListForm(
            lambda typed: self._listed(typed, links),
            take,
            name="search",
            keys=SEARCH,
            typed=self.typed,
            moved=look,
            hint=HINT,
        )

    def _listed(self, typed: str, links: Links) -> Listed:
        try:
            query = asked(typed)
        except ValueError as error:
            self.hits = []
            return Listed(str(error), [])
        self.hits = matching(self._entries, query, links)
        entries = [(str(number), _text(one)) for number, one in enumerate(self.hits[:SHOWN])]
        beyond = f", the first {SHOWN} of them here" if len(self.hits) > SHOWN else ""
        return Listed("search this session" if query.empty else f"{len(self.hits)} found{beyond}", entries)


def _text(entry: Entry) -> str:
    said = " ".join(entry.text.split())
    if entry.ref is None:
        return f"{clock(entry.at_ms)} {entry.by}: {said}"
    return f"{clock(entry.at_ms)} {entry.by} ● {entry.title}{f' “{said}”' if said else ''}"
