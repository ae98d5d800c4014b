"""The second part: the highest and lowest stretches of the trace, each a stop of the program's, described or left."""

from collections.abc import Callable, Sequence

from iprtool.dial.extremes import Stretch, extremes
from iprtool.dial.scale import NEUTRAL, half_point
from iprtool.dial.traces import mean_of, united
from iprtool.edits import LayerState, edited
from iprtool.model.layer import Deleted, Marked, OpBody, Stop, Stopped, WentOn
from iprtool.model.mark import Mark
from iprtool.model.terms import Role

Bodies = list[tuple[str, OpBody]]


class Describing:
    """The stretches in time, and which of them the person is at: `place`, beyond the last one at the end.

    What was described before and is no extreme of the trace any longer, since more was rated, is among them. Methods
    return (entity id, body) pairs to be committed in order.
    """

    def __init__(self, state: LayerState, pre_roll_ms: int, new_id: Callable[[], str]) -> None:
        self._state = state
        self._pre_roll_ms = pre_roll_ms
        self._new_id = new_id
        self.stretches = stretches_of(state)
        self.place = 0

    @property
    def here(self) -> Stretch | None:
        """The stretch that the person is at; None once all were gone through."""
        return self.stretches[self.place] if self.place < len(self.stretches) else None

    @property
    def from_ms(self) -> int:
        """From where it is played: its pre-roll before it."""
        return max(0, self.here.start_ms - self._pre_roll_ms) if self.here else 0

    @property
    def mark(self) -> Mark | None:
        """What was written of this stretch."""
        return self.mark_of(self.here) if self.here else None

    @property
    def stop_id(self) -> str | None:
        """The program's stop at this stretch."""
        stop = self._stop_of(self.here) if self.here else None
        return stop.id if stop else None

    def mark_of(self, stretch: Stretch) -> Mark | None:
        """What was written of a stretch; None where nothing was."""
        marks = _described(self._state)
        return next((one for one in marks if (one.start_ms, one.end_ms) == (stretch.start_ms, stretch.end_ms)), None)

    def is_settled(self, stretch: Stretch) -> bool:
        """Whether it was described, or gone on from without."""
        stop = self._stop_of(stretch)
        return self.mark_of(stretch) is not None or (stop is not None and stop.went_on_ms is not None)

    def place_of(self, mark: Mark) -> int | None:
        """Where among the stretches a mark's is."""
        places = enumerate(self.stretches)
        return next((at for at, one in places if (one.start_ms, one.end_ms) == (mark.start_ms, mark.end_ms)), None)

    def first(self, at_ms: int | None) -> int:
        """The stretch that begins there, or else the first that is not settled; the first of all where all are."""
        found = (place for place, one in enumerate(self.stretches) if one.start_ms == at_ms)
        unsettled = (place for place, one in enumerate(self.stretches) if not self.is_settled(one))
        return next(found, next(unsettled, 0))

    def arrive(self, place: int) -> Bodies:
        """Go to a stretch: the program stops there, if it did not before."""
        self.place = place
        if self.here is None or self._stop_of(self.here) is not None:
            return []
        at_ms = self.here.start_ms
        return [(self._new_id(), Stopped(at_ms, at_ms, 0, "program"))]

    def left(self) -> Bodies:
        """Go on from this stretch."""
        stop = self._stop_of(self.here) if self.here else None
        return [(stop.id, WentOn(stop.at_ms))] if stop is not None and stop.went_on_ms is None else []

    def described(self, note: str, about: Role) -> Bodies:
        """Write of this stretch; what is emptied is removed."""
        here, mark = self.here, self.mark
        if here is None:
            return []
        if mark is not None:
            edit = edited(mark, note=note)
            return [(mark.id, Deleted(mark))] if not note else [(mark.id, edit)] if edit else []
        if not note:
            return []
        made = Mark(
            id=self._new_id(),
            author="recaller",
            kind="interval",
            start_ms=here.start_ms,
            raw_start_ms=here.start_ms,
            uncertainty_ms=0,
            end_ms=here.end_ms,
            raw_end_ms=here.end_ms,
            note=note,
            stop=self.stop_id,
            stopped_by="program",
            helpful=half_point(here.mean),
            about=about,
        )
        return [(made.id, Marked(made))]

    def _stop_of(self, stretch: Stretch) -> Stop | None:
        stops = self._state.stops.values()
        return next((one for one in stops if one.stopped_by == "program" and one.at_ms == stretch.start_ms), None)


def stretches_of(state: LayerState) -> list[Stretch]:
    """The extremes of a layer's trace, and what was described before of others, in time."""
    runs = united(state.traces.values())
    whole = mean_of(runs) or NEUTRAL
    found = extremes(runs)
    bounds = {(one.start_ms, one.end_ms) for one in found}
    earlier = [one for one in _described(state) if (one.start_ms, one.end_ms) not in bounds]
    apart = [one for one in found if not any(_overlap(one, mark) for mark in earlier)]
    kept = [_stretch_of(mark, whole) for mark in earlier]
    return sorted([*apart, *kept], key=lambda one: one.start_ms)


def _described(state: LayerState) -> Sequence[Mark]:
    return [one for one in state.marks.values() if one.kind == "interval" and one.stopped_by == "program"]


def _overlap(stretch: Stretch, mark: Mark) -> bool:
    return stretch.start_ms < mark.last_ms and mark.start_ms < stretch.end_ms


def _stretch_of(mark: Mark, whole: float) -> Stretch:
    mean = mark.helpful if mark.helpful is not None else whole
    return Stretch(mark.start_ms, mark.last_ms, mean, "highest" if mean >= whole else "lowest")
