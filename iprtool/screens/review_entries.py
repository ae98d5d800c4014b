"""What the forms of a review show of an episode, a strategy, a theme, a quote flag; and what they change."""

from collections.abc import Callable
from typing import Any, Protocol

from iprtool.commands.review import EPISODE_FORM, FORM, LIST, THEMES
from iprtool.model.codebook import Codebook
from iprtool.model.linking import Episode, MarkRef, Strategy, Theme
from iprtool.model.terms import EpisodeOutcome, Locus, Mover, Quotable, RuptureType, levels
from iprtool.model.times import clock
from iprtool.reviewing.episodes import episode_title, strategies_in, strategies_shown
from iprtool.reviewing.linking import Linking
from iprtool.reviewing.review import Placed, Review
from iprtool.screens.fields import Field
from iprtool.screens.review_forms import FieldsForm, Listed, ListForm, Text

ONE_TO_FIVE = tuple((value, str(value)) for value in range(1, 6))
Shown = tuple[str, list[Field], list[Text]]
"""A form's title, fields and texts."""

Nothing = Callable[[], None]


class Entry(Protocol):
    """What a form of fields is of."""

    def shown(self) -> Shown | None:
        """It as it is now; None where it is no longer there."""
        ...


def terms(vocabulary: object) -> tuple[tuple[Any, str], ...]:
    """The levels of a vocabulary, as a field has them."""
    return tuple((level, level) for level in levels(vocabulary))


class EpisodeEntry:
    """An episode in its form; `now_ms` tells where it can be said to end."""

    def __init__(self, linking: Linking, entity: str, now_ms: Callable[[], int]) -> None:
        self._linking = linking
        self._entity = entity
        self._now_ms = now_ms

    @property
    def _episode(self) -> Episode:
        return self._linking.links.episodes[self._entity]

    def shown(self) -> Shown | None:
        """The episode as it is now."""
        episode = self._linking.links.episodes.get(self._entity)
        if episode is None:
            return None
        ends = dict.fromkeys(one for one in (episode.end_ms, self._now_ms()) if one is not None)
        fields = [
            Field("rupture_type", "type", terms(RuptureType), episode.rupture_type),
            Field("mover", "mover", terms(Mover), episode.mover),
            Field("locus", "locus", terms(Locus), episode.locus),
            Field("salience", "salience", ONE_TO_FIVE, episode.salience),
            Field("outcome", "outcome", terms(EpisodeOutcome), episode.outcome),
            Field("resolved", "resolved", ONE_TO_FIVE, episode.resolved),
            Field("end_ms", "ends at", tuple((ms, clock(ms)) for ms in ends), episode.end_ms),
        ]
        return (
            episode_title(episode),
            fields,
            [Text("label", "name", episode.label), Text("note", "note", episode.note)],
        )

    def form(self, changed: Nothing, done: Nothing) -> FieldsForm:
        """Its form; `changed` is told of each change, `done` when it is closed."""

        def change(name: str, value: Any) -> None:
            # What an episode must have is taken back to what says least.
            value = "unclear" if value is None and name in ("rupture_type", "outcome") else value
            if name == "label" and not value:
                return
            if getattr(self._episode, name) != value:
                self._linking.change_episode(self._entity, **{name: value})
                changed()

        return FieldsForm(*_of(self), change, done, name="episode", keys=EPISODE_FORM)


def _of(entry: Entry) -> Shown:
    """What there is when a form opens."""
    shown = entry.shown()
    if shown is None:
        raise KeyError("what the form is of is not there")
    return shown


class StrategyEntry:
    """The strategies that an episode may have: those that coders and marks show, then all of them at the playhead."""

    def __init__(self, linking: Linking, entity: str, review: Review, at_ms: int) -> None:
        self._linking = linking
        self._entity = entity
        self._review = review
        self._at_ms = at_ms
        codebook = linking.head.codebook
        taken = linking.links.episodes[entity].strategies
        offered = [*taken, *strategies_shown(review.layers)]
        offered += [Strategy(code, at_ms) for code in strategies_in(codebook)]
        self._offered = list(dict.fromkeys(offered))
        self._texts = [self._text(one, codebook, taken) for one in self._offered]

    def form(self, leave: Callable[[bool], None]) -> ListForm:
        """The list; `leave` is told whether anything was changed."""

        def take(choice: str | None, _typed: str) -> None:
            if choice is not None:
                self._linking.toggle_strategy(self._entity, self._offered[int(choice)])
            leave(choice is not None)

        return ListForm(self._listed, take, name="strategies", keys=LIST)

    def _listed(self, typed: str) -> Listed:
        needle = typed.casefold().strip()
        entries = [(str(at), text) for at, text in enumerate(self._texts) if needle in text.casefold()]
        # Nearest to where one is: among what was shown before and at the playhead, the first is as good as any.
        return Listed("resolution strategies: in the episode ●, by evidence, or here", entries)

    def _text(self, one: Strategy, codebook: Codebook, taken: tuple[Strategy, ...]) -> str:
        entry = codebook.entry(one.code)
        by = self._review.by_ref.get(one.shown_by) if one.shown_by else None
        where = f"{clock(one.at_ms)} {self._review.whose(by)}" if by else f"{clock(one.at_ms)} set here"
        where = where if one in taken or by else f"{clock(one.at_ms)} here"
        return f"{'●' if one in taken else ' '} {where}  {entry.label if entry else one.code}"


class ThemesEntry:
    """The themes that a mark shows, and all others; typing a name that there is not makes one."""

    NEW, OF_GROUP = "new", "group"

    def __init__(self, linking: Linking, ref: MarkRef, group: str | None) -> None:
        self._linking = linking
        self._ref = ref
        self._group = group

    def form(self, leave: Callable[[bool], None], edit: Callable[[str], None]) -> ListForm:
        """The list; `leave` is told whether anything was changed, `edit` which theme is to be edited."""

        def take(choice: str | None, typed: str) -> None:
            if choice in (self.NEW, self.OF_GROUP):
                group = self._group if choice == self.OF_GROUP else None
                self._linking.make_theme(Theme(typed.strip(), group=group), self._ref)
            elif choice is not None:
                self._linking.toggle_theme(choice, self._ref)
            leave(choice is not None)

        hint = "type to find a theme, or the name of a new one"
        return ListForm(self._listed, take, name="themes", keys=THEMES, others={"ctrl+e": edit}, hint=hint)

    def _listed(self, typed: str) -> Listed:
        links, name = self._linking.links, typed.strip()
        shown = links.tags_of(self._ref)
        entries = [
            (entity, f"{'●' if entity in shown else ' '} {_theme_text(theme)} · {_times(len(links.shown_in(entity)))}")
            for entity, theme in sorted(links.themes.items(), key=lambda each: each[1].name.casefold())
            if name.casefold() in theme.name.casefold() and theme.group in (None, self._group)
        ]
        if name and links.theme_named(name) is None:
            entries.append((self.NEW, f"+ a new theme: {name}"))
        if name and self._group and links.theme_named(name, self._group) is None:
            entries.append((self.OF_GROUP, f"+ a new theme of group {self._group}: {name}"))
        return Listed("themes of this mark ●", entries)


def _theme_text(theme: Theme) -> str:
    group = f" [{theme.group}]" if theme.group else ""
    return f"{theme.name}{group}{f' — {theme.gloss}' if theme.gloss else ''}"


def _times(count: int) -> str:
    return "1 mark" if count == 1 else f"{count} marks"


class ThemeEntry:
    """A theme in its form: for all groups or for one, its name and gloss."""

    def __init__(self, linking: Linking, entity: str, group: str | None) -> None:
        self._linking = linking
        self._entity = entity
        self._group = group

    def shown(self) -> Shown | None:
        """The theme as it is now."""
        theme = self._linking.links.themes.get(self._entity)
        if theme is None:
            return None
        groups = dict.fromkeys(one for one in (theme.group, self._group) if one is not None)
        field = Field("group", "group", (("", "all"), *((one, one) for one in groups)), theme.group or "")
        texts = [Text("name", "name", theme.name), Text("gloss", "gloss", theme.gloss)]
        return "theme, wherever it is shown", [field], texts

    def form(self, changed: Nothing, done: Nothing) -> FieldsForm:
        """Its form."""

        def change(name: str, value: Any) -> None:
            value = value or (None if name == "group" else "")
            if (name == "name" and not value) or getattr(self._linking.links.themes[self._entity], name) == value:
                return
            self._linking.change_theme(self._entity, **{name: value})
            changed()

        return FieldsForm(*_of(self), change, done, name="theme", keys=FORM)


class QuoteEntry:
    """What is decided of quoting a mark, beside what its author said; of both the stricter holds."""

    def __init__(self, linking: Linking, placed: Placed) -> None:
        self._linking = linking
        self._placed = placed

    def form(self, changed: Nothing, done: Nothing) -> FieldsForm:
        """Its form."""

        def change(name: str, value: Any) -> None:
            if value == self._value(name) or (value is None and name != "quotable"):
                return
            if value is None:
                self._linking.unflag(self._placed.ref)
            else:
                self._linking.flag(self._placed, **{name: value})
            changed()

        return FieldsForm(*self.shown(), change, done, name="quote", keys=FORM)

    def shown(self) -> Shown:
        """The flag as it is now."""
        mark, links = self._placed.mark, self._linking.links
        holds = links.quoting(self._placed.ref, mark)
        also = ", the partner may recognise it" if holds.partner_recognisable else ""
        title = f"quoting: the author said {mark.quotable}; what holds is {holds.quotable}{also}"
        recognisable = ((False, "no"), (True, "yes"))
        fields = [
            Field("quotable", "be quoted", terms(Quotable), self._value("quotable")),
            Field("partner_recognisable", "recognisable", recognisable, self._value("partner_recognisable")),
        ]
        return title, fields, [Text("note", "note", self._value("note"))]

    def _value(self, name: str) -> Any:
        """As it was decided, else as the author said."""
        said, mark = self._linking.links.quote_of(self._placed.ref), self._placed.mark
        author = {"quotable": mark.quotable, "partner_recognisable": mark.partner_recognisable, "note": ""}
        return getattr(said[1], name) if said else author[name]
