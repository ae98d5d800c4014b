"""Searching what was marked and said: by words, and by code, role, theme, rupture or what may be quoted."""

import re
import shlex
from collections.abc import Iterable, Iterator

import msgspec

from iprtool.model.codebook import Codebook
from iprtool.model.layer import LayerContent
from iprtool.model.linking import MarkRef
from iprtool.model.mark import Mark
from iprtool.model.study import Utterance
from iprtool.model.terms import Quotable, RuptureType, levels
from iprtool.recall.wording import title_of
from iprtool.reviewing.links import Links

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

    @property
    def of_marks(self) -> bool:
        """Whether only marks can answer it."""
        return bool(self.code or self.theme or self.rupture or self.quotable)


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
        _of_mark(mark, MarkRef(layer.head.layer, mark.id), by, layer.head.codebook)
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


def matching(entries: Iterable[Entry], query: Query, links: Links) -> Iterator[Entry]:
    """The entries that a query asks for; none for one that asks for nothing. Of the dyad's group the caller knows."""
    if query.empty:
        return
    for entry in entries:
        if not all(word in entry.folded for word in query.words):
            continue
        if query.role and not _is_of(entry.by, query.role):
            continue
        if not query.of_marks or (entry.mark is not None and _mark_matches(entry, entry.mark, query, links)):
            yield entry


def _is_of(by: str, role: str) -> bool:
    """Whether it is this role's, or of one of several that have it: coder is every coder's."""
    whose, asked_for = (re.sub(r"[-_ ]+", " ", one.casefold()) for one in (by, role))
    return f"{whose} ".startswith(f"{asked_for} ")


def _mark_matches(entry: Entry, mark: Mark, query: Query, links: Links) -> bool:
    if query.code not in entry.codes or entry.ref is None:
        return False
    if query.rupture and (mark.rupture is None or query.rupture not in (ANY, mark.rupture.type)):
        return False
    if query.theme and not any(query.theme in theme.name.casefold() for theme in links.themes_of(entry.ref)):
        return False
    return not query.quotable or links.quoting(entry.ref, mark).quotable == query.quotable
