"""The stretches that are described, and the dial in words: where each is, how it was rated, what was written of it."""

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from iprtool.dial.describing import Describing
from iprtool.dial.extremes import Stretch
from iprtool.dial.scale import label
from iprtool.dial.session import Dial
from iprtool.model.playing import PlayerState
from iprtool.model.times import clock
from iprtool.timeline.lanes import LaneItem

SIGNS = {"highest": "▲", "lowest": "▽"}


def rated(stretch: Stretch) -> str:
    """How a stretch was rated, in plain words."""
    return f"{stretch.mean:.1f} {label(stretch.mean)}"


def head_text(describing: Describing) -> str:
    """Which stretch is being described."""
    here = describing.here
    if here is None:
        return "These were all. Thank you. ctrl+q ends, ↑ goes back."
    number = f"{describing.place + 1} of {len(describing.stretches)}"
    return f"{number} · {SIGNS[here.kind]} one of your {here.kind}: {rated(here)}"


def doing_text(dial: Dial, state: PlayerState) -> str:
    """What it does now, and which key goes on from there."""
    if state.status == "failed":
        return state.message or "the recording does not play"
    if state.status == "opening":
        return "opening the recording…"
    if dial.playing:
        return "playing\nspace stops"
    if dial.describing is None and state.status == "ended":
        return "the end\nenter goes on"
    if dial.describing is None or dial.describing.here is not None:
        return "stopped\nspace plays"
    return "the end\nctrl+q ends"


def item_id(place: int) -> str:
    """The name of a stretch on the timeline."""
    return f"stretch {place}"


def lane_items(describing: Describing) -> list[LaneItem]:
    """The stretches as items of a timeline lane."""
    styles = {"highest": "positive", "lowest": "negative"}
    return [
        LaneItem(item_id(place), one.start_ms, one.end_ms, SIGNS[one.kind], rated(one), style=styles[one.kind])
        for place, one in enumerate(describing.stretches)
    ]


class StretchesList(Widget, can_focus=False):
    """A line for each stretch, which can be clicked."""

    DEFAULT_CSS = "StretchesList { height: auto; padding: 0 1; link-style: none; link-color: $text; }"
    ALLOW_SELECT = False
    _describing: Describing | None = None

    def show(self, describing: Describing) -> None:
        """Show them as they stand now."""
        self._describing = describing
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        """The lines."""
        if self._describing is None:
            return Content("")
        describing = self._describing
        return Content("\n").join(self._line(describing, place) for place in range(len(describing.stretches)))

    def _line(self, describing: Describing, place: int) -> Content:
        stretch, here = describing.stretches[place], place == describing.place
        mark = describing.mark_of(stretch)
        note = f"“{' '.join(mark.note.split())}”" if mark else "left out" if describing.is_settled(stretch) else ""
        where = f"{'▸' if here else ' '} {SIGNS[stretch.kind]} {clock(stretch.start_ms)}–{clock(stretch.end_ms)}"
        line = Content.assemble((where, "bold" if here else ""), f"  {rated(stretch)}  ", (note, "$text-muted"))
        return line.truncate(max(1, self.size.width), ellipsis=True).stylize(f"@click=screen.choose({place})")
