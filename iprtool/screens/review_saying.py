"""What the researcher says across layers, by keys: one moment or not, episodes, strategies, themes, quoting, search."""

from collections.abc import Callable, Sequence
from functools import cached_property

from iprtool.commands.review import WRITING
from iprtool.model.layer import Op
from iprtool.model.linking import Episode
from iprtool.reviewing.review import Placed
from iprtool.reviewing.wording import change_text, refs_said
from iprtool.screens.review_entries import Entry, EpisodeEntry, QuoteEntry, StrategyEntry, ThemeEntry, ThemesEntry
from iprtool.screens.review_forms import FieldsForm, ListForm
from iprtool.screens.review_linking import LinkingScreen
from iprtool.screens.review_searching import Searching

NOTHING_SAID = "Nothing has been said in this review that could be undone; the history has what was said before."
NOTHING_UNDONE = "Nothing was undone in this review that could be done again."


class SayingScreen(LinkingScreen):
    """The keys by which it is said, and the forms that they open."""

    _begun: tuple[str, Episode] | None = None

    @cached_property
    def _searching(self) -> Searching:
        return Searching(self.review)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who only looks has no way to write."""
        if action in WRITING and self.linking is None:
            return False
        return super().check_action(action, parameters)

    def action_let_go(self) -> None:
        """Let go of what is held, or of what was found."""
        if self.review.held is not None:
            self.review.held = None
        elif self.review.found is not None:
            self.review.find(None)
            self._searching.typed = ""
        self.show_moment()

    # One moment or not

    def action_match(self) -> None:
        """The two accounts are one moment."""
        pair, linking = self.pair, self.linking
        if linking is None:
            return
        if pair is None:
            self.notice("choose a mark that both made something of; v holds one while you choose the other")
            return
        linking.say_same(*pair)
        self.review.held = None
        self.notice("one moment")
        self.shown_anew()

    def action_unmatch(self) -> None:
        """They are not."""
        pair, linking = self.pair, self.linking
        if linking is None:
            return
        if pair is None:
            self.notice("there are no two accounts here")
            return
        linking.say_apart(*pair)
        self.review.held = None
        self.notice("not one moment")
        self.shown_anew()

    def action_hold(self) -> None:
        """Keep the chosen mark while another is chosen, or let it go."""
        self.review.held = None if self.review.held is not None else self.review.chosen
        self.notice("held: choose the other mark, m matches them" if self.review.held else "nothing is held")
        self.show_moment()

    # Episodes

    async def action_episode(self) -> None:
        """The chosen mark's episode, or a new one; with an episode open, the mark goes in or out."""
        chosen, linking = self.review.chosen, self.linking
        if linking is None:
            return
        if self._episode is not None and chosen is not None:
            episode = self.links.episodes[self._episode]
            if chosen.ref in episode.markers:
                linking.leave(self._episode, chosen.ref)
            else:
                linking.join(self._episode, chosen)
            self.shown_anew()
        elif chosen is None:
            self.notice("choose the mark that the episode begins with")
        else:
            mine = [one for one in self.links.episodes_of(chosen.ref) if one in linking.episodes]
            entity = mine[0] if mine else linking.begin_episode(chosen)
            if not mine:
                self._begun = entity, self.links.episodes[entity]
            self.shown_anew()
            await self.open_episode(entity)

    async def open_episode(self, entity: str) -> None:
        """An episode's form."""
        if self.linking is None or entity not in self.linking.episodes:
            return
        entry = EpisodeEntry(self.linking, entity, lambda: self.player.now().ms)
        await self._open_fields(entry, entry.form(self.shown_anew, self._leave_episode))
        self._episode = entity

    def _leave_episode(self) -> None:
        """The form is done with; an episode that was begun there and of which nothing was said is dropped."""
        entity, linking = self._episode, self.linking
        self.close_form()
        if entity is None or linking is None or (entity, self.links.episodes.get(entity)) != self._begun:
            return
        linking.drop_episode(entity)
        self.notice("nothing was said of the episode: it is dropped")
        self.shown_anew()

    async def _open_fields(self, entry: Entry, form: FieldsForm) -> None:
        await self.open_form(form)
        self._entry = entry

    async def action_strategy(self) -> None:
        """A resolution strategy in the open episode."""
        if self.linking is None:
            return
        entity = self._episode
        if entity is None:
            self.notice("open an episode first: e")
            return
        entry = StrategyEntry(self.linking, entity, self.review, self.player.now().ms)

        def leave(changed: bool) -> None:
            if changed:
                self.shown_anew()
            self.call_later(self.open_episode, entity)

        await self.open_form(entry.form(leave))

    # Themes and quoting

    async def action_theme(self) -> None:
        """The themes that the chosen mark shows."""
        chosen = self._chosen_for("a theme")
        if chosen is not None and self.linking is not None:
            entry = ThemesEntry(self.linking, chosen.ref, self.group)
            await self.open_form(entry.form(self._leave_list, self._edit_theme))

    def _leave_list(self, changed: bool) -> None:
        self.close_form()
        if changed:
            self.shown_anew()

    def _edit_theme(self, theme: str) -> None:
        self.call_later(self._open_theme, theme)

    async def _open_theme(self, theme: str) -> None:
        if self.linking is not None and theme in self.links.themes:
            entry = ThemeEntry(self.linking, theme, self.group)
            await self._open_fields(entry, entry.form(self.shown_anew, self.close_form))

    async def action_quote(self) -> None:
        """May the chosen mark be quoted."""
        chosen = self._chosen_for("quoting")
        if chosen is not None and self.linking is not None:
            entry = QuoteEntry(self.linking, chosen)
            await self._open_fields(entry, entry.form(self.shown_anew, self.close_form))

    def _chosen_for(self, what: str) -> Placed | None:
        chosen = self.review.chosen or next((one for one in self.shown_accounts if one is not None), None)
        if chosen is None:
            self.notice(f"choose a mark for {what} first")
        return chosen

    # Undo

    def action_undo(self) -> None:
        """Take the last change back."""
        if self.linking is not None:
            self._carry(self.linking.undo, "undone", NOTHING_SAID)

    def action_redo(self) -> None:
        """Do it again."""
        if self.linking is not None:
            self._carry(self.linking.redo, "done again", NOTHING_UNDONE)

    def _carry(self, carry_out: Callable[[], Sequence[Op]], done: str, nothing: str) -> None:
        """Undo or redo, say what that changed, and go where it was."""
        themes = self.links.themes
        ops = carry_out()
        if isinstance(self.form, ListForm):
            # What it lists may be gone.
            self.close_form()
        if not ops:
            self.notify(nothing)
            return
        self.notice(f"{done}: {change_text(ops, self.review, themes | self.links.themes)}")
        marks = [self.review.by_ref[ref] for ref in refs_said(ops) if ref in self.review.by_ref]
        if marks:
            self.choose(next((one for one in marks if one == self.review.chosen), marks[0]))
        self.shown_anew()

    # Search

    async def action_search(self) -> None:
        """Find in the session."""
        await self.open_form(self._searching.form(self.links, self._look, self._leave_search))

    def _look(self, hit: str) -> None:
        placed, at_ms = self._searching.place(hit)
        if placed is not None:
            self.choose(placed)
        else:
            self.go_to(at_ms)

    def _leave_search(self, hit: str | None) -> None:
        self.close_form()
        self.review.find(self._searching.refs if hit is not None else None)
        if hit is not None:
            self._look(hit)
        self.show_moment()
