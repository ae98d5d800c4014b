"""The timeline of a review: its lanes, what was said across them drawn as it is, and what a click on them does."""

from textual import on

from iprtool.model.linking import Episode
from iprtool.model.playing import Player
from iprtool.reviewing.matching import TOLERANCE_MS
from iprtool.reviewing.review import Review
from iprtool.screens.presenting import turns_of
from iprtool.screens.recording import Filmed, RecordingScreen
from iprtool.screens.review_lanes import EPISODE, MATCHED, RUPTURE, RUPTURES, matched_lane, review_lanes, ruptures_lane
from iprtool.screens.review_linking import Writing
from iprtool.screens.review_saying import SayingScreen
from iprtool.timeline.lanes import SpeechLane
from iprtool.timeline.widget import TimelineView

HIGH_SCREEN = 32
"""Rows from which lanes may be higher and a form need not take the transcript's place."""

LANES_AT_ONCE = 3


class LanesScreen(SayingScreen):
    """A review's timeline."""

    def __init__(
        self,
        review: Review,
        player: Player,
        filmed: Filmed | None,
        writing: Writing | None,
        tolerance_ms: int = TOLERANCE_MS,
    ) -> None:
        super().__init__(review, player, filmed, writing, tolerance_ms)
        self._speakers: tuple[str, ...] = ()
        self._shown_moments = self.moments
        self._shown_episodes: dict[str, Episode] = {}

    def lay_lanes(self, channel_speakers: tuple[str, ...]) -> None:
        """The lanes as they stand; on a high screen some have several rows."""
        self._speakers = channel_speakers
        rows = 2 if self.app.size.height >= HIGH_SCREEN else 1
        self.query_one(TimelineView).set_lanes(review_lanes(self.review, rows=rows))

    def show_links(self) -> None:
        """Matches and episodes as they are now; a lane of thousands is made anew only where it shows others."""
        timeline = self.query_one(TimelineView)
        if self._shown_moments is not self.moments:
            self._shown_moments = self.moments
            timeline.set_lane(matched_lane(self.moments.all))
        episodes = self.linking.episodes if self.linking else {}
        if self._shown_episodes != episodes:
            self._shown_episodes = episodes
            height = next(lane.height for lane in timeline.lanes if lane.name == RUPTURES)
            timeline.set_lane(ruptures_lane(self.review, episodes, rows=height))
        self.show_moment()

    @on(RecordingScreen.SpeechArrived)
    def _speech(self, event: RecordingScreen.SpeechArrived) -> None:
        turns = turns_of(event.spans, self._speakers)
        if turns and not self.review.transcript:
            timeline = self.query_one(TimelineView)
            sound, *others = timeline.lanes
            timeline.set_lanes([sound, SpeechLane("speech", turns), *others])

    def action_more_lanes(self) -> None:
        """Further lanes, then the first ones again."""
        timeline = self.query_one(TimelineView)
        before = timeline.rows.slots
        timeline.scroll_lanes(LANES_AT_ONCE)
        if timeline.rows.slots == before:
            timeline.scroll_lanes(-len(timeline.lanes) * LANES_AT_ONCE)

    @on(TimelineView.Seek)
    def _timeline_clicked(self, event: TimelineView.Seek) -> None:
        self.go_to(event.ms)

    @on(TimelineView.ItemChosen)
    async def _item_clicked(self, event: TimelineView.ItemChosen) -> None:
        item = event.item_id
        if event.lane == MATCHED:
            moment = next((one for one in self.moments.all if one.id == item), None)
            if moment is not None:
                self.choose(moment.first if self.review.chosen != moment.first else moment.second)
        elif item.startswith(EPISODE):
            await self._episode_clicked(item.removeprefix(EPISODE).partition(":")[0])
        elif (placed := self.review.choose(item.removeprefix(RUPTURE).partition("@")[0])) is not None:
            self.choose(placed)

    async def _episode_clicked(self, entity: str) -> None:
        episode = self.links.episodes.get(entity)
        first = next((ref for ref in episode.markers if ref in self.review.by_ref), None) if episode else None
        if first is not None:
            self.choose(self.review.by_ref[first])
        await self.open_episode(entity)
