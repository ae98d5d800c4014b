"""What a recall's protocol does on the screen: what is asked now, who speaks, the next part, the moments chosen."""

from textual.widgets import Static

from iprtool.commands import Command
from iprtool.recall.protocols import AskedKind, MutualCourse, SegmentsCourse, SupervisionCourse
from iprtool.screens.recall_view import RecallView

QUESTIONS: dict[AskedKind, str] = {
    "helpful": "How helpful was what you have just seen, and which word goes with it? {note} goes on.",
    "guess": "How was this moment for you, and how do you think it was for the other?",
}
SOUND_ONLY = "this recall is by sound alone"


class RecallCourse(RecallView):
    """A recall whose protocol has a say; its keys are the recall screen's."""

    def begin_course(self) -> None:
        """Begin as the protocol says: where, what is seen of the picture, and whether it begins under the cover."""
        if self.recall.course.is_bounded:
            self.recall.seek(self.recall.playback.at_ms)
            self.show_moment()
        self.begin_as_set()

    def show_course(self) -> None:
        """What is asked of the person now, and who speaks."""
        course = self.recall.course
        question = QUESTIONS[self.recall.asks] if self.recall.asks and self.panes.is_asking else ""
        # What is said of a part holds at its end, not while it is played once more.
        question += " {end} ends." if question and self.is_ended else ""
        again = self.recall.playing and isinstance(course, SegmentsCourse)
        guidance = "" if self.writing or again else (course.guidance or question).format_map(_Keys(self.commands))
        asked = self.query_one("#asked", Static)
        asked.display = bool(guidance)
        asked.update(guidance)
        speaker = self.query_one("#speaker", Static)
        speaker.display = isinstance(course, MutualCourse)
        if isinstance(course, MutualCourse):
            speaker.update(course.name_of(course.speaker).upper())

    # Keys

    def action_next_part(self) -> None:
        """Go on to what comes next."""
        self.settle_note()
        self.panes.close()
        self.notice("" if self.recall.next_part() else "this is the last part")
        self._show_part()

    def action_previous_part(self) -> None:
        """Go back to what came before."""
        self.settle_note()
        self.panes.close()
        self.recall.previous_part()
        self.notice("")
        self._show_part()

    def _show_part(self) -> None:
        self.show_elapsed()
        self.show_moment()
        self.panes.ask()

    def action_who_speaks(self) -> None:
        """The next one speaks."""
        self.settle_note()
        by = self.recall.turn()
        if by is not None:
            self.notice(f"{self.recall.course.name_of(by)} speaks")
        self.show_moment()

    def action_choose_moment(self) -> None:
        """This is one of the moments to be spoken of, or no longer."""
        course = self.recall.course
        if not isinstance(course, SupervisionCourse):
            return
        self.settle_note()
        if self.recall.playing:
            self.recall.halt()
        chosen = self.recall.choose_moment()
        if chosen is None:
            self.notice(f"{course.choose} are chosen already; take one of them back first")
        else:
            self.notice(course.progress if chosen else f"no longer chosen; {course.progress}")
        self.show_elapsed()
        self.show_moment()

    def action_picture(self) -> None:
        """What is seen of the picture; in a recall by sound alone there is none."""
        if self.recall.head.protocol.audio_only:
            self.notice(SOUND_ONLY)
        else:
            super().action_picture()

    def action_picture_size(self) -> None:
        """Where the picture is; in a recall by sound alone there is none."""
        if self.recall.head.protocol.audio_only:
            self.notice(SOUND_ONLY)
        else:
            super().action_picture_size()

    def action_transcript(self) -> None:
        """Show or hide the words spoken."""
        if self.spoken is not None:
            self.spoken.display = not self.spoken.display


class _Keys(dict[str, str]):
    """How the keys of commands are written, by the commands' ids."""

    def __init__(self, commands: tuple[Command, ...]) -> None:
        # A key that is a mark of punctuation is told from the sentence's own.
        super().__init__((one.id, one.shown if len(one.shown) > 1 else f"“{one.shown}”") for one in commands)

    def __missing__(self, ident: str) -> str:
        return ident
