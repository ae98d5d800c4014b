"""What the researcher has said across layers, as it is looked up: by mark, by episode, by theme."""

from collections.abc import Mapping

import msgspec

from iprtool.model.layer import LayerValue
from iprtool.model.linking import Episode, MarkRef, Match, QuoteFlag, Tag, Theme
from iprtool.model.mark import Mark
from iprtool.model.terms import Quotable

STRICTEST_FIRST: tuple[Quotable, ...] = ("no", "ask", "yes")


class Quoting(msgspec.Struct, frozen=True):
    """What holds of quoting a mark."""

    quotable: Quotable
    partner_recognisable: bool


def quoting(mark: Mark, flag: QuoteFlag | None) -> Quoting:
    """What holds, of what the author said and what the researcher decided: the stricter of the two."""
    if flag is None:
        return Quoting(mark.quotable, mark.partner_recognisable)
    return Quoting(
        min(mark.quotable, flag.quotable, key=STRICTEST_FIRST.index),
        mark.partner_recognisable or flag.partner_recognisable,
    )


def concerns(value: LayerValue | None, layers: frozenset[str]) -> bool:
    """Whether a value is of a mark of one of these layers (their ids)."""
    return any(ref.layer in layers for ref in refs_of(value))


def refs_of(value: LayerValue | None) -> tuple[MarkRef, ...]:
    """The marks that a value is of."""
    match value:
        case Match(first=first, second=second):
            return first, second
        case Episode(markers=markers, strategies=strategies):
            return (*markers, *(one.shown_by for one in strategies if one.shown_by is not None))
        case Tag(mark=mark) | QuoteFlag(mark=mark):
            return (mark,)
        case _:
            return ()


class Links:
    """Matches, episodes, themes, tags and quote flags by what they are of; each with the entity that it is kept as."""

    def __init__(self, values: Mapping[str, LayerValue] | None = None) -> None:
        self.matches: dict[frozenset[MarkRef], tuple[str, Match]] = {}
        self.episodes: dict[str, Episode] = {}
        self.themes: dict[str, Theme] = {}
        self._tags: dict[MarkRef, dict[str, str]] = {}
        self._quotes: dict[MarkRef, tuple[str, QuoteFlag]] = {}
        self._episodes_of: dict[MarkRef, list[str]] = {}
        for entity, value in (values or {}).items():
            self._take(entity, value)

    def _take(self, entity: str, value: LayerValue) -> None:
        match value:
            case Match(first=first, second=second):
                self.matches[frozenset((first, second))] = entity, value
            case Episode():
                self.episodes[entity] = value
                for ref in dict.fromkeys(refs_of(value)):
                    self._episodes_of.setdefault(ref, []).append(entity)
            case Theme():
                self.themes[entity] = value
            case Tag(theme=theme, mark=mark):
                self._tags.setdefault(mark, {})[theme] = entity
            case QuoteFlag(mark=mark):
                self._quotes[mark] = entity, value
            case _:
                pass

    def match_of(self, one: MarkRef, other: MarkRef) -> tuple[str, Match] | None:
        """What was said of two marks, with its entity; None where nothing was."""
        return self.matches.get(frozenset((one, other)))

    def theme_named(self, name: str, group: str | None = None) -> str | None:
        """The entity of the theme of this name, however it is capitalised, in a group (None: in all); or None."""
        wanted = name.strip().casefold(), group
        found = (entity for entity, one in self.themes.items() if (one.name.casefold(), one.group) == wanted)
        return next(found, None)

    def tags_of(self, ref: MarkRef) -> dict[str, str]:
        """The themes that a mark shows: their entities, each with that of the tag."""
        return {theme: tag for theme, tag in self._tags.get(ref, {}).items() if theme in self.themes}

    def themes_of(self, ref: MarkRef) -> list[Theme]:
        """The themes that a mark shows, by name."""
        return sorted((self.themes[theme] for theme in self.tags_of(ref)), key=lambda one: one.name.casefold())

    def shown_in(self, theme: str) -> list[MarkRef]:
        """The marks that show a theme."""
        return [ref for ref, tags in self._tags.items() if theme in tags]

    def quote_of(self, ref: MarkRef) -> tuple[str, QuoteFlag] | None:
        """What was decided of quoting a mark, with its entity; None where nothing was."""
        return self._quotes.get(ref)

    def quoting(self, ref: MarkRef, mark: Mark) -> Quoting:
        """What holds of quoting a mark."""
        found = self._quotes.get(ref)
        return quoting(mark, found[1] if found else None)

    def episodes_of(self, ref: MarkRef) -> list[str]:
        """The episodes that a mark belongs to, as a marker or since it shows a strategy."""
        return self._episodes_of.get(ref, [])
