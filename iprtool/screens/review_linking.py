"""What a review knows of the marks across its layers, how that is saved, and the forms that open beside it."""

import time
from collections.abc import Mapping
from functools import cached_property
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
from iprtool.screens.review_entries import Entry
from iprtool.screens.review_forms import FieldsForm, Form
from iprtool.screens.taking_away import take_away

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
            self.saving = Saving(writing.log, self._kept)
            self.linking = Linking(writing.own, review, writing.hand, self.saving.commit)
        self._tolerance_ms = tolerance_ms
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
        """Show a form in place of another; its keys, not what was said before it."""
        self.close_form()
        self.form = form
        self.set_class(True, "-form")
        await self.query_one("#form").mount(form)
        keys = self.query_one(KeyLine)
        keys.table, keys.notice = form.keys, ""

    def close_form(self) -> None:
        """Nothing is open."""
        if self.form is not None:
            take_away(self.form)
            self.form = self._entry = self._episode = None
            self.set_class(False, "-form")
            self.query_one(KeyLine).table = self.commands
            self.call_after_refresh(self.show_moment)

    async def on_key(self, event: Key) -> None:
        """The open form takes its keys; the others are commands, carried out here, so that what follows fast waits."""
        action = self._actions.get(event.key)
        taken = self.form is not None and self.form.take(event.key, event.character)
        if taken or action is not None:
            event.stop()
            event.prevent_default()
        if not taken and action is not None:
            await self.run_action(action)

    @cached_property
    def _actions(self) -> dict[str, str]:
        """What each key does that does not come before all others."""
        commands = (one for one in self.commands if not one.priority)
        return {key: one.action for one in commands for key in one.keys.split(",")}

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
