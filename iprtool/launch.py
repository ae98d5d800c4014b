"""Handing over to the process that serves a person: it gets its grant over a pipe, and this one is gone."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import NoReturn

import msgspec

from iprtool.model.grant import Grant, ReviewGrant

LEAVING_S = 5.0
_TELLING = ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_SCREENSHOT", "TEXTUAL_SCREENSHOT_LOCATION")
"""What makes Textual write down or show elsewhere what is typed and seen."""

_WIPED = "\x1b[H\x1b[2J\x1b[3J"
"""An empty screen, with nothing to scroll back to (ECMA-48 ED; 3 is xterm's, for the lines above)."""


def forbid_core_dumps() -> None:
    """From now on neither this process nor one that it starts leaves its memory, keys in it, on the disk."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def keys_unheard() -> Iterator[None]:
    """What is typed meanwhile is neither shown nor kept, where there is a terminal that can be told so."""
    if sys.platform == "win32" or not sys.stdin.isatty():
        yield
        return
    import termios

    before = termios.tcgetattr(sys.stdin)
    silent = [*before]
    silent[3] = before[3] & ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSANOW, silent)
    try:
        yield
    finally:
        # TCSAFLUSH drops what was typed.
        termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)


def drop_early_keys() -> None:
    """What was typed before there was a screen to type on is not carried out."""
    if sys.platform != "win32" and sys.stdin.isatty():
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def become_app(grant: Grant) -> NoReturn:
    """Replace this process by the one that serves the person; what this one could open goes with it.

    On Windows, where a process cannot be replaced, it waits for the other and ends with its exit code.
    """
    if grant.back and not isinstance(grant, ReviewGrant):
        # Whoever sits down now is not to see what the researcher had there, should the screen ever be gone.
        wipe_terminal()
    if sys.platform == "win32":
        raise SystemExit(run_app(grant))
    read_end, write_end = os.pipe()
    os.write(write_end, msgspec.msgpack.encode(grant))
    os.close(write_end)
    sys.stdout.flush()
    sys.stderr.flush()
    os.set_inheritable(read_end, True)
    os.execve(sys.executable, _serving(read_end), _environment())
    raise AssertionError("exec returned")


def run_app(grant: Grant) -> int:
    """Serve the person in a process beside this one, which gives it the terminal and waits; its exit code."""
    read_end, write_end = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    with _left_to_the_other():
        try:
            process = _started(read_end)
        except OSError:
            os.close(write_end)
            raise
        finally:
            os.close(read_end)
        with suppress(BrokenPipeError), os.fdopen(write_end, "wb") as pipe:
            pipe.write(msgspec.msgpack.encode(grant))
        code = process.wait()
    return code if code >= 0 else 128 - code


def _started(read_end: int) -> "subprocess.Popen[bytes]":
    if sys.platform == "win32":
        import msvcrt

        handle = msvcrt.get_osfhandle(read_end)
        os.set_handle_inheritable(handle, True)
        return subprocess.Popen(_serving(handle), close_fds=False, env=_environment())
    return subprocess.Popen(_serving(read_end), pass_fds=(read_end,), env=_environment())


def _serving(descriptor: int) -> list[str]:
    # -P: never a module from the folder that one happens to be in.
    return [sys.executable, "-P", "-m", "iprtool.serve", "--grant-fd", str(descriptor)]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _TELLING}


@contextmanager
def _left_to_the_other() -> Iterator[None]:
    """Ctrl-C at the terminal is the other process's affair meanwhile; it reaches both."""
    # Not SIG_IGN, which the other process would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def wipe_terminal() -> None:
    """Nothing that stood on the terminal can be seen or scrolled back to; what is no terminal is left as it is."""
    if sys.stdout.isatty():
        sys.stdout.write(_WIPED)
        sys.stdout.flush()


def go_back(study: str) -> NoReturn:
    """Replace this process, which has served a person, by the library, which asks for the keyring's passphrase.

    Until that is given nothing of the study is on the screen, neither from before.
    """
    command = [sys.executable, "-P", "-m", "iprtool", "library", study, "--after-recall"]
    wipe_terminal()
    if sys.stdout.isatty():
        sys.stdout.write("iprtool\n\n")
        sys.stdout.flush()
    if sys.platform == "win32":
        raise SystemExit(subprocess.call(command))
    os.execv(sys.executable, command)
    raise AssertionError("exec returned")


def receive_grant(descriptor: int) -> bytes:
    """Read the grant from the inherited pipe, to its end."""
    if sys.platform == "win32":
        import msvcrt

        descriptor = msvcrt.open_osfhandle(descriptor, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as pipe:
        return pipe.read()


def end_on_signals(leave: Callable[[int], None], let_go: Callable[[], None]) -> None:
    """Told to end (SIGTERM), `leave` with this exit code; with the terminal gone (SIGHUP), let go and be gone.

    A terminal that is gone is not written to again: Textual's thread would wait for it for ever. `let_go` saves what
    waits and ends the other processes; it is called as well where leaving takes too long.
    """
    if sys.platform != "win32":
        for number, grace_s in ((signal.SIGTERM, LEAVING_S), (signal.SIGHUP, 0)):
            signal.signal(number, partial(_ending, leave, let_go, grace_s))


def _ending(
    leave: Callable[[int], None], let_go: Callable[[], None], grace_s: float, number: int, _frame: FrameType | None
) -> None:
    def end() -> None:
        if grace_s:
            leave(128 + number)
            time.sleep(grace_s)
        let_go()
        os._exit(128 + number)

    threading.Thread(target=end, daemon=True).start()
