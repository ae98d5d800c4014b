"""What the processes say to each other: whole, bounded, and nothing else."""

import io
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iprtool.model.playing import PlayerState
from iprtool.player.clock import Clock
from iprtool.player.messages import MOST_BYTES, AnyCommand, FrameError, Opening, Report, Seek, packed, receive
from iprtool.player.probe_engines import find_engines

DECODER = msgspec.msgpack.Decoder(Opening | AnyCommand)


class Trickle(io.BytesIO):
    """A pipe that gives a byte at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(1, size or 0))


def test_messages_come_through_one_after_the_other_however_they_are_cut() -> None:
    opening = Opening({"object": "media/x.db", "key": "00ff"}, "opus", 44_100, 5_000, "vlc", loop=(1, 2))
    pipe = Trickle(packed(opening) + packed(Seek(3, 1_234)))
    assert receive(pipe, DECODER) == opening
    assert receive(pipe, DECODER) == Seek(3, 1_234)
    assert receive(pipe, DECODER) is None


def test_a_report_carries_state_and_clock() -> None:
    report = Report(9, PlayerState("playing", 12, 99, loop=(1, 2)), Clock(99, media_ms=12.5, running=True))
    assert receive(io.BytesIO(packed(report)), msgspec.msgpack.Decoder(Report)) == report


@given(st.binary(max_size=300))
def test_garbage_is_the_end_or_no_message_but_nothing_else(data: bytes) -> None:
    try:
        message = receive(io.BytesIO(data), DECODER)
    except FrameError:
        return
    assert message is None or isinstance(message, Opening | AnyCommand)


def test_a_length_beyond_reason_is_not_waited_for() -> None:
    with pytest.raises(FrameError):
        receive(io.BytesIO((MOST_BYTES + 1).to_bytes(4, "little")), DECODER)


def test_half_a_message_is_the_end() -> None:
    assert receive(io.BytesIO(packed(Seek(3, 1_234))[:-1]), DECODER) is None


def test_the_screens_side_imports_no_engine() -> None:
    heavy = "{'vlc', 'av', 'numpy', 'sounddevice', 'miniaudio', 'textual', 'pandas', 'pyarrow'}"
    code = f"import sys, iprtool.player.remote; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_engines_that_are_here_are_found_each_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    vlc, embedded = find_engines()
    assert (vlc.name, embedded.name, embedded.ok) == ("vlc", "embedded", True)
    assert all(found.reason.endswith(".") for found in (vlc, embedded))
    assert embedded.version.startswith("PyAV ") and embedded.sink
    monkeypatch.setenv("PYTHON_VLC_LIB_PATH", "/no/such/libvlc.so")
    without = find_engines()[0]
    assert not without.ok and without.reason.startswith("PYTHON_VLC_LIB_PATH leads to no VLC")
