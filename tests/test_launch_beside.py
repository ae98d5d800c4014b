"""A person's process beside this one: it gets its grant, this one waits for its end and hears no Ctrl-C meanwhile."""

import os
import signal
import sys
from pathlib import Path

import msgspec
import pytest

from iprtool import launch
from iprtool.model.grant import Grant, ObjectGrant, RecallGrant
from iprtool.model.study import Recording

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="handles are given otherwise there")

RECORDING = Recording("r", "s", "m", "ab" * 32, 1_000)
GRANT = RecallGrant("participant", "dev", ObjectGrant("layer", "00" * 32), ObjectGrant("media", "11" * 32), RECORDING)


def serving(code: str) -> object:
    """In the place of the serving process, a few lines of Python that have the descriptor as their argument."""
    return lambda descriptor: [sys.executable, "-c", code, str(descriptor)]


def test_the_grant_arrives_whole_and_the_exit_code_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to = tmp_path / "grant"
    code = f"import sys; open({str(to)!r}, 'wb').write(open(int(sys.argv[1]), 'rb').read()); sys.exit(7)"
    monkeypatch.setattr(launch, "_serving", serving(code))
    large = msgspec.structs.replace(GRANT, keymap={f"key{number}": "x" * 50 for number in range(5_000)})
    assert launch.run_app(large) == 7
    assert msgspec.msgpack.decode(to.read_bytes(), type=Grant) == large


def test_a_process_that_ends_without_reading_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_serving", serving("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))
    large = msgspec.structs.replace(GRANT, keymap={f"key{number}": "x" * 50 for number in range(5_000)})
    assert launch.run_app(large) == 128 + signal.SIGKILL


def test_ctrl_c_is_the_other_processs_affair(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import os, signal, time\n"
        f"os.kill({os.getpid()}, signal.SIGINT)\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT); time.sleep(9)\nexcept KeyboardInterrupt:\n    os._exit(3)\n"
    )
    monkeypatch.setattr(launch, "_serving", serving(code))
    before = signal.getsignal(signal.SIGINT)
    assert launch.run_app(GRANT) == 3
    assert signal.getsignal(signal.SIGINT) == before
