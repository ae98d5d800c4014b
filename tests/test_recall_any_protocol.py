"""Whatever a person does, in whatever protocol: the log says all of it, and nothing outside the parts is played."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.commands import RECALL
from iprtool.edits import LayerState
from iprtool.model.protocol import PROTOCOLS, RecallProtocol
from tests.fakes import content
from tests.recall_table import Table

PARTS = ((10_000, 20_000), (60_000, 70_000), (590_000, 600_000))
NAMES = (
    "watch leap halt word note begin end peak seek by next previous turn choose own guess helpful cover uncover undo"
)
SETTINGS: dict[str, dict[str, Any]] = {"segments": {"segments": PARTS}, "interval": {"prompt_every_ms": 20_000}}
LATE_MS = 50
KEYS = {command.id: command.shown for command in RECALL}


def protocol_of(name: str) -> RecallProtocol:
    if name == "given event":
        return msgspec.structs.replace(PROTOCOLS["brief-structured"], segments=PARTS[1:2])
    return msgspec.structs.replace(PROTOCOLS[name], **SETTINGS.get(name, {}))


def gesture(table: Table, name: str, number: int) -> None:
    recall = table.recall
    gestures: dict[str, Callable[[], object]] = {
        "watch": lambda: table.watch(number % 15_000, step_ms=LATE_MS),
        "leap": lambda: table.play(number % 40_000),
        "halt": recall.halt,
        "word": lambda: recall.word(("relieved", "felt_safe", "unsure")[number % 3]),
        "note": lambda: recall.save_note(f"note {number % 5}"),
        "begin": recall.begin_interval,
        "end": recall.end_interval,
        "peak": recall.add_peak,
        "seek": lambda: recall.seek(number),
        "by": recall.toggle_stopped_by,
        "next": recall.next_part,
        "previous": recall.previous_part,
        "turn": recall.turn,
        "choose": recall.choose_moment,
        "own": lambda: recall.rate("own", number % 5 + 1 if number % 4 else None),
        "guess": lambda: recall.rate("guess_of_partner", number % 5 + 1 if number % 4 else None),
        "helpful": lambda: recall.change_stop_mark(helpful=float(number % 9 + 1)),
        "cover": recall.cover,
        "uncover": lambda: recall.uncover(to_ms=number if number % 2 else None),
        "undo": recall.undo,
    }
    gestures[name]()


@pytest.mark.parametrize("name", [*PROTOCOLS, "given event"])
@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(NAMES.split()), st.integers(0, 600_000)), max_size=25))
def test_the_log_has_it_all_and_it_opens_again_as_it_was(name: str, gestures: list[tuple[str, int]]) -> None:
    table = Table(content(protocol=protocol_of(name)))
    for gesture_name, number in gestures:
        gesture(table, gesture_name, number)
        assert "{" not in table.recall.course.guidance.format_map(KEYS)
    table.recall.close("done")
    replayed = LayerState(table.log.loaded)
    replayed.apply(table.log.ops)
    assert replayed.marks == table.recall.state.marks
    assert replayed.stops == table.recall.state.stops
    assert replayed.coverage == table.recall.state.coverage
    again = table.again()
    assert again.marks == table.marks
    again.watch(1_000)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(["watch", "seek", "halt", "note", "next", "previous"]), st.integers(0, 600_000)),
        max_size=20,
    )
)
def test_nothing_but_the_segments_is_ever_played(gestures: list[tuple[str, int]]) -> None:
    table = Table(content(protocol=protocol_of("segments")))
    for name, number in gestures:
        gesture(table, name, number)
    table.recall.close()
    for span in table.recall.state.coverage.values():
        if span.kind == "played":
            assert any(start <= span.start_ms and span.end_ms <= end + LATE_MS for start, end in PARTS)
