"""Pictures of the timeline, with nothing in them that moves: look at them before you accept a change."""

from array import array
from collections.abc import Callable

from textual.app import App, ComposeResult

from iprtool.model.peaks import PeakChunk
from iprtool.timeline.lanes import Lane, LaneItem, MarksLane, PeaksLane, RupturesLane, SpansLane, TextLane
from iprtool.timeline.widget import TimelineView

SnapCompare = Callable[..., bool]
DURATION_MS = 51 * 60_000 + 7_000
AT_MS = 23 * 60_000 + 41_250
LOUD = (900, 200, 2_000, 9_000, 14_000, 7_000, 300, 300, 4_000, 11_000, 600, 12_000, 15_000, 8_000, 100, 5_000)


def sound() -> PeakChunk:
    """Three seconds of each loudness, again and again."""
    pairs = array("h")
    for second in range(DURATION_MS // 1_000):
        loud = LOUD[(second // 3 + second // 61) % len(LOUD)]
        pairs.extend([-loud, loud] * 100)
    return PeakChunk(0, pairs.tobytes())


def at(name: str, minutes: int, seconds: int, sign: str, style: str) -> LaneItem:
    return LaneItem(name, (minutes * 60 + seconds) * 1_000, None, sign, style=style)


def over(name: str, from_s: int, to_s: int, sign: str = "", label: str = "", style: str = "mark") -> LaneItem:
    return LaneItem(name, (23 * 60 + from_s) * 1_000, (23 * 60 + to_s) * 1_000, sign, label, style=style)


def recall() -> list[Lane]:
    marks = [
        at("a", 23, 15, "◆8", "negative"),
        at("b", 23, 52, "●1", "positive"),
        over("c", 70, 92, "●3", "felt moved", "positive"),
        at("d", 22, 50, "", "neutral"),
        *[LaneItem(f"e{number}", 1_510_000 + number, None, "●2", style="positive") for number in range(4)],
        LaneItem("f", 1_370_000, None, "◆7", open=True, style="negative"),
    ]
    spans = [
        over("p", -600, 41, style="played"),
        over("q", 60, 80, style="declined"),
        over("r", 80, 110, style="skipped"),
    ]
    return [PeaksLane("sound"), MarksLane("mine", marks), SpansLane("played", spans)]


def review() -> list[Lane]:
    turns = [
        over(f"t{n}", n * 13 - 60, n * 13 - 49, "TC"[n % 2], "I thought he had stopped", ("therapist", "client")[n % 2])
        for n in range(14)
    ]
    return [
        PeaksLane("sound", height=3),
        SpansLane("speech", turns),
        MarksLane(
            "client",
            [
                at("a", 23, 15, "◆8", "client"),
                over("c", 60, 92, "●3", "felt moved", "client"),
                over("d", 66, 99, "●3", "", "client"),
            ],
            height=2,
        ),
        MarksLane("therapist", [at("b", 23, 19, "◆2", "therapist"), over("e", 62, 84, "●5", "held back", "therapist")]),
        SpansLane("matched", [over("m", 15, 19, style="candidate"), over("n", 60, 84, style="matched")]),
        RupturesLane(
            "ruptures",
            [
                at("w", 23, 15, "▼W 3", "rupture"),
                at("x", 23, 58, "▼C 2", "rupture"),
                over("y", 15, 100, label="repaired 4", style="episode"),
            ],
        ),
        TextLane(
            "words",
            [
                over(
                    turn.id,
                    turn.start_ms // 1_000 - 1_380,
                    turn.last_ms // 1_000 - 1_380,
                    label=turn.label,
                    style="muted",
                )
                for turn in turns
            ],
        ),
    ]


class PictureApp(App[None]):
    """A timeline at rest."""

    def __init__(self, lanes: list[Lane], *, theme: str = "textual-dark", zoom: int = 0) -> None:
        super().__init__()
        self._lanes, self._zoom = lanes, zoom
        self._look = theme

    def compose(self) -> ComposeResult:
        yield TimelineView(DURATION_MS, self._lanes)

    def on_mount(self) -> None:
        self.theme = self._look
        view = self.query_one(TimelineView)
        view.add_peaks(sound())
        view.move_playhead(AT_MS)
        view.selected = "c"
        for _ in range(self._zoom):
            view.zoom_out()


def test_a_recall(snap_compare: SnapCompare) -> None:
    assert snap_compare(PictureApp(recall()), terminal_size=(100, 8))


def test_a_review_in_the_light(snap_compare: SnapCompare) -> None:
    assert snap_compare(PictureApp(review(), theme="textual-light"), terminal_size=(120, 14))


def test_a_review_seen_whole_and_narrow(snap_compare: SnapCompare) -> None:
    assert snap_compare(PictureApp(review(), zoom=9), terminal_size=(60, 14))
