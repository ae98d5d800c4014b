"""Brief Structured Recall: one event with its beginning, its end and its peaks (Elliott & Shapiro 1988)."""

from typing import Literal

from iprtool.edits import LayerState
from iprtool.model.layer import LayerHead, Stop
from iprtool.model.mark import Mark
from iprtool.model.terms import Role
from iprtool.model.times import clock
from iprtool.recall.protocols.course import AskedKind, Course, Subject

Step = Literal["find", "end", "own", "other", "rate", "done"]
LATER: tuple[Step, ...] = ("own", "other", "rate", "done")
AT_THE_END_MS = 250


class EventCourse(Course):
    """The most important event is found, bounded, its peaks marked, and rated; any of it can be left out.

    Where the bounds are given (the partner's recall of the event), only that stretch is played.
    """

    def __init__(self, head: LayerHead, state: LayerState) -> None:
        super().__init__(head, state)
        self._given = self.protocol.segments[0] if self.protocol.segments else None
        self._later: Step = self._reached()
        self._free = False

    @property
    def event(self) -> Mark | None:
        """The event as it is marked, open or closed; None before."""
        opened = max(self.state.marks.opened.values(), key=lambda mark: mark.start_ms, default=None)
        if opened is not None:
            return opened
        return next((mark for mark in self.state.marks.index if mark.kind == "interval"), None)

    @property
    def step(self) -> Step:
        """What is done now."""
        if self._free:
            return "done"
        if self._given is not None:
            return self._later
        event = self.event
        if event is None:
            return "find"
        return "end" if event.kind == "open_interval" else self._later

    @property
    def stretches(self) -> tuple[tuple[int, int], ...]:
        """See `Course`."""
        return () if self._given is None else (self._given,)

    def nearest(self, to_ms: int) -> int:
        """See `Course`."""
        return to_ms if self._given is None else max(self._given[0], min(to_ms, self._given[1]))

    def is_over(self, at_ms: int) -> bool:
        """See `Course`."""
        return self._given is not None and at_ms >= self._given[1] - AT_THE_END_MS

    @property
    def _stretch(self) -> tuple[int, int] | None:
        """The event's own bounds, where they are known."""
        if self._given is not None:
            return self._given
        event = self.event
        return None if event is None or event.end_ms is None else (event.start_ms, event.end_ms)

    def due(self, at_ms: int) -> int | None:
        """See `Course`: while peaks are looked for, the event's end; never beyond bounds that were given."""
        stretch = self._stretch
        if stretch is None or (self._given is None and self.step not in ("own", "other")):
            return None
        return stretch[1] if at_ms >= stretch[1] else None

    def onward(self, at_ms: int) -> int | None:
        """See `Course`: round in the event while its peaks are looked for."""
        stretch = self._stretch
        if stretch is None or (self._given is None and self.step not in ("own", "other")):
            return None
        start_ms, end_ms = stretch
        outside = at_ms >= end_ms - AT_THE_END_MS or at_ms - self.protocol.pre_roll_ms < start_ms
        return start_ms if outside else None

    def next(self) -> int | None:
        """See `Course`."""
        if self.step in LATER[:-1]:
            self._later = LATER[LATER.index(self.step) + 1]
            return self._stretch[0] if self._stretch and self._later == "other" else None
        self._free = True
        return None

    def previous(self, at_ms: int) -> int | None:  # noqa: ARG002
        """See `Course`."""
        if self._free:
            self._free = False
        elif self.step in LATER[1:]:
            self._later = LATER[LATER.index(self.step) - 1]
        return self._stretch[0] if self._stretch and self.step in ("own", "other") else None

    def asks(self, stop: Stop | None) -> AskedKind | None:  # noqa: ARG002
        """See `Course`: the event is rated, not each stop."""
        return "helpful" if self.step == "rate" else None

    @property
    def subject(self) -> Subject | None:
        """See `Course`."""
        stretch = self._stretch
        return Subject(self.event, stretch) if stretch and self.step in ("own", "other", "rate") else None

    @property
    def peaks_of(self) -> Role | None:
        """See `Course`."""
        return {"own": self.head.by, "other": self.partner}.get(self.step)

    @property
    def is_done(self) -> bool:
        """See `Course`."""
        return self.step == "done"

    @property
    def guidance(self) -> str:
        """See `Course`."""
        if self._given is None or self.step == "done":
            return self._asked()
        return f"The moment is {clock(self._given[0])}–{clock(self._given[1])}. {self._asked()}"

    def _asked(self) -> str:
        other = self.partner.replace("_", " ")
        texts: dict[Step, str] = {
            "find": "Find the moment that mattered most. Where it begins, press {begin_interval}.",
            "end": "Play on to where it ends, and press {end_interval}.",
            "own": "Where was it strongest for you? {peak} marks it; {next_part} goes on.",
            "other": f"Where did your {other} do or say what mattered most? {{peak}} marks it; {{next_part}} goes on.",
            "rate": "How helpful was it? Any letter begins a note; {note} goes on.",
            "done": "That was all that is asked. {end} ends; {previous_part} goes back.",
        }
        if self.step == "done" and self._stretch is None:
            missing = "No moment is marked" if self.event is None else "Where the moment ends is not marked"
            return f"{missing}. {{previous_part}} goes back to it; {{end}} ends."
        return texts[self.step]

    def _reached(self) -> Step:
        """How far it had come when the recall was left."""
        event = self.event
        if event is None:
            return "own"
        if event.helpful is not None:
            return "done"
        others: set[Role] = {peak.by_role for peak in event.peaks} - {self.head.by}
        return "other" if others else "own"
