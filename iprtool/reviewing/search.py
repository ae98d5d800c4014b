"""Searching what was marked and said: by words, and by code, role, theme, rupture or what may be quoted."""

import re
import shlex
from collections.abc import Iterable

import msgspec

from iprtool.model.codebook import Codebook
from iprtool.model.layer import LayerContent
from iprtool.model.linking import MarkRef
from iprtool.model.mark import Mark
from iprtool.model.study import Utterance
from iprtool.model.terms import Quotable, RuptureType, levels
from iprtool.recall.wording import title_of
from iprtool.reviewing.links import Links
from iprtool.reviewing.review import whose

FILTERS = ("role", "code", "theme", "group", "rupture", "quotable")
"""What can be asked for by name, as role:client; a value of several words is put between quotes."""

ANY = "any"
"""As a rupture's type: whatever it is."""


class Query(msgspec.Struct, frozen=True):
    """What is looked for: all of the words, in any order, and every filter that is not empty; case makes no difference.

    `rupture` is a type or any; `quotable` is what holds of quoting, of author and researcher the stricter. Of codes
    and themes a part is enough; `group` is the dyad's.
    """

    words: tuple[str, ...] = ()
    role: str = ""
    code: str = ""
    theme: str = ""
    group: str = ""
    rupture: str = ""
    quotable: str = ""

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing."""
        return self == Query()


class Entry(msgspec.Struct, frozen=True):
    """What can be found: a mark, or an utterance (`ref` None), as its words are compared: folded to lower case."""

    at_ms: int
    by: str
    title: str
    text: str
    folded: str
    codes: str = ""
    ref: MarkRef | None = None
    mark: Mark | None = None


def asked(text: str) -> Query:
    """The query that a line of words and filters is; ValueError says what cannot be asked for."""
    fields: dict[str, str] = {}
    words = []
    for part in _parts(text):
        name, colon, value = part.partition(":")
        if colon and name in FILTERS:
            fields[name] = value.casefold()
        else:
            words.append(part.casefold())
    return checked(Query(tuple(words), **fields))


def checked(query: Query) -> Query:
    """The query; ValueError where a filter has a value that there is not."""
    for name, values in (("rupture", (ANY, *levels(RuptureType))), ("quotable", levels(Quotable))):
        value = getattr(query, name)
        if value and value not in values:
            raise ValueError(f"{name} is one of {', '.join(values)}")
    return query


def _parts(text: str) -> list[str]:
    """The words of a line, those between double quotes together; a quote that is still open counts as closed."""
    closed = text if text.count('"') % 2 == 0 else f'{text}"'
    lexer = shlex.shlex(closed, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    return list(lexer)


def entries_of(layers: Iterable[tuple[str, LayerContent]], transcript: Iterable[Utterance] = ()) -> list[Entry]:
    """All that can be found in a session, in time; the layers with whose they are."""
    marked = (
        _of_mark(mark, MarkRef(layer.head.layer, mark.id), whose(layer.head, mark, by), layer.head.codebook)
        for by, layer in layers
        for mark in layer.marks
    )
    said = (Entry(one.start_ms, one.speaker, "", one.text, one.text.casefold()) for one in transcript)
    return sorted((*marked, *said), key=lambda one: one.at_ms)


def _of_mark(mark: Mark, ref: MarkRef, by: str, codebook: Codebook) -> Entry:
    title = title_of(mark, codebook)
    labels = (entry.label for code in mark.codes if (entry := codebook.entry(code.code)))
    codes = "\n".join((*(code.code for code in mark.codes), *labels)).casefold()
    return Entry(mark.start_ms, by, title, mark.note, f"{title}\n{mark.note}".casefold(), codes, ref, mark)


def matching(entries: Iterable[Entry], query: Query, links: Links) -> list[Entry]:
    """The entries that a query asks for; none for one that asks for nothing. Of the dyad's group the caller knows."""
    if query.empty:
        return []
    left = list(entries)
    for word in query.words:
        left = [one for one in left if word in one.folded]
    if query.role:
        theirs = {by for by in {one.by for one in left} if _is_of(by, query.role)}
        left = [one for one in left if one.by in theirs]
    if query.code:
        left = [one for one in left if query.code in one.codes]
    if query.rupture:
        left = [one for one in left if _has_rupture(one, query.rupture)]
    if query.theme:
        left = [one for one in left if one.ref and _shows(links, one.ref, query.theme)]
    if query.quotable:
        left = [one for one in left if one.ref and one.mark and _quotable(links, one.ref, one.mark, query.quotable)]
    return left


def _is_of(by: str, role: str) -> bool:
    """Whether it is this role's, or of one of several that have it: coder is every coder's."""
    names, asked_for = (re.sub(r"[-_ ]+", " ", one.casefold()) for one in (by, role))
    return any(f"{name} ".startswith(f"{asked_for} ") for name in names.split(" · "))


def _has_rupture(entry: Entry, kind: str) -> bool:
    rupture = entry.mark.rupture if entry.mark else None
    return rupture is not None and kind in (ANY, rupture.type)


def _shows(links: Links, ref: MarkRef, theme: str) -> bool:
    return any(theme in one.name.casefold() for one in links.themes_of(ref))


def _quotable(links: Links, ref: MarkRef, mark: Mark, wanted: str) -> bool:
    return links.quoting(ref, mark).quotable == wanted
