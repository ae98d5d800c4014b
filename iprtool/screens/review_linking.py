"""What the researcher says across layers, by keys: one moment or not, episodes, strategies, themes, quoting, search."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from textual import on
from textual.events import Key, Paste
from textual.message import Message
from textual.worker import get_current_worker

from iprtool.edits import Hand
from iprtool.model.layer import LayerContent
from iprtool.model.linking import MarkRef, Match
from iprtool.model.playing import Player
from iprtool.model.ports import LayerLog
from iprtool.recall.saving import Saving
from iprtool.reviewing.linking import Linking
from iprtool.reviewing.links import Links
from iprtool.reviewing.matching import TOLERANCE_MS
from iprtool.reviewing.proposals import Moments, accounts, as_said, moments
from iprtool.reviewing.review import Placed, Review
from iprtool.screens.key_line import KeyLine
from iprtool.screens.recording import Filmed, RecordingScreen
from iprtool.screens.review_entries import Entry, EpisodeEntry, QuoteEntry, StrategyEntry, ThemeEntry, ThemesEntry
from iprtool.screens.review_forms import FieldsForm, Form
from iprtool.screens.review_searching import Searching

RETRY_S = 3.0
BREATH_S = 0.0002


class Writing(NamedTuple):
    """The study's review as it stands, where it is written, by whom, and the group of the session's dyad."""

    own: LayerContent
    log: LayerLog
    hand: Hand
    group: str | None = None


class LinkingScreen(RecordingScreen):
    """A screen on a review, and what is said there across its layers; without `Writing` it can only be looked at."""

    class Matched(Message):
        """The moments that are one, said and proposed, for the links as they were (posted from a worker)."""

        def __init__(self, links: Links, found: Moments) -> None:
            super().__init__()
            self.links = links
            self.found = found

    class Kept(Message):
        """Something reached the disk, or did not: the error's sentence (posted from the writer's thread)."""

        def __init__(self, error: str | None) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self,
        review: Review,
        player: Player,
        filmed: Filmed | None,
        writing: Writing | None,
        tolerance_ms: int = TOLERANCE_MS,
    ) -> None:
        super().__init__(player, filmed)
        self.review = review
        self.moments = Moments([])
        self.form: Form | None = None
        self.saving: Saving | None = None
        self.linking: Linking | None = None
        self.group = writing.group if writing else None
        if writing is not None:
            self.saving = Saving(writing.log, lambda error: self._kept(error))
            self.linking = Linking(writing.own, review, writing.hand, self.saving.commit)
        self._tolerance_ms = tolerance_ms
        self._searching = Searching(review)
        self._episode: str | None = None
        self._entry: Entry | None = None
        self._proposed_for: Mapping[frozenset[MarkRef], tuple[str, Match]] = {}
        self._told_error: str | None = None

    # What the review does in its own way

    def choose(self, placed: Placed) -> None:
        """Look at a mark."""
        raise NotImplementedError

    def go_to(self, at_ms: int) -> None:
        """Look at a time."""
        raise NotImplementedError

    def show_links(self) -> None:
        """Matches and episodes as they are now."""
        raise NotImplementedError

    # What is known

    @property
    def links(self) -> Links:
        """What was said across layers; nothing where one only looks."""
        return self.linking.links if self.linking else Links()

    @property
    def shown_accounts(self) -> tuple[Placed | None, Placed | None]:
        """The client's and the therapist's account of the moment looked at."""
        return accounts(self.review, self.moments, self.player.now().ms)

    @property
    def pair(self) -> tuple[Placed, Placed] | None:
        """The two that would be matched: what is held and what is chosen, else the two accounts shown."""
        held, chosen = self.review.held, self.review.chosen
        if held is not None and chosen is not None and held.layer != chosen.layer:
            return held, chosen
        first, second = self.shown_accounts
        return (first, second) if first and second else None

    def look_for_moments(self) -> None:
        """Work out anew, beside the screen, which marks may be one moment; what was said of it shows at once."""
        links = self.links
        self._proposed_for = links.matches
        self.moments = as_said(self.review, links, self.moments)
        self.run_worker(
            lambda: self._find_moments(links), thread=True, exclusive=True, group="moments", exit_on_error=False
        )

    def _find_moments(self, links: Links) -> None:
        worker = get_current_worker()

        def stopped() -> bool:
            # Python's threads take turns of 5 ms, which a key would feel: this one gives way far more often.
            time.sleep(BREATH_S)
            return worker.is_cancelled

        found = moments(self.review, links, self._tolerance_ms, stopped)
        if not worker.is_cancelled:
            self.post_message(self.Matched(links, found))

    @on(Matched)
    def _moments_found(self, event: Matched) -> None:
        if event.links.matches == self.links.matches:
            self.moments = event.found
            self.show_links()

    # Saving

    def _kept(self, error: str | None) -> None:
        self.post_message(self.Kept(error))

    @on(Kept)
    def _kept_or_not(self, event: Kept) -> None:
        if event.error is not None and self.saving is not None:
            if event.error != self._told_error:
                self.notify(event.error, severity="error", timeout=10)
            self.set_timer(RETRY_S, self.saving.retry)
        self._told_error = event.error

    # Forms

    async def open_form(self, form: Form) -> None:
        """Show a form in place of another."""
        self.close_form()
        self.form = form
        self.set_class(True, "-form")
        await self.query_one("#form").mount(form)
        self.query_one(KeyLine).table = form.keys

    def close_form(self) -> None:
        """Nothing is open."""
        if self.form is not None:
            self.form.remove()
            self.form = self._entry = self._episode = None
            self.set_class(False, "-form")
            self.query_one(KeyLine).table = self.commands
            self.call_after_refresh(self.show_moment)

    def on_key(self, event: Key) -> None:
        """The open form takes its keys; the others are commands."""
        if self.form is not None and self.form.take(event.key, event.character):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: Paste) -> None:
        """A text that is pasted goes where one is being written."""
        if self.form is not None:
            self.form.paste(event.text)

    async def action_form_key(self, key: str) -> None:
        """A key of the open form was clicked in the key line."""
        if self.form is None or not self.form.take(key, None):
            await self.run_action(key if key not in ("e", "s") else {"e": "episode", "s": "strategy"}[key])

    def shown_anew(self) -> None:
        """Something was said: show it, and where it was of a match propose anew around it."""
        if self.links.matches != self._proposed_for:
            self.look_for_moments()
        self.renew_form()
        self.show_links()

    def renew_form(self) -> None:
        """The open form shows what is now; it closes where that is gone."""
        if isinstance(self.form, FieldsForm) and self._entry is not None:
            shown = self._entry.shown()
            if shown is None:
                self.close_form()
            else:
                self.form.renew(*shown)

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
            self.shown_anew()
            await self.open_episode(entity)

    async def open_episode(self, entity: str) -> None:
        """An episode's form."""
        if self.linking is None or entity not in self.linking.episodes:
            return
        entry = EpisodeEntry(self.linking, entity, lambda: self.player.now().ms)
        await self._open_fields(entry, entry.form(self.shown_anew, self.close_form))
        self._episode = entity

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
            self._say(self.linking.undo(), "undone", "nothing to undo")

    def action_redo(self) -> None:
        """Do it again."""
        if self.linking is not None:
            self._say(self.linking.redo(), "done again", "nothing to do again")

    def _say(self, did: bool, done: str, nothing: str) -> None:
        self.notice(done if did else nothing)
        if did:
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
