"""Handing over to the process that serves a person: it gets its grant over a pipe, and this one is gone."""

import os
import subprocess
import sys
from typing import NoReturn

import msgspec

from iprtool.model.grant import Grant


def become_app(grant: Grant) -> NoReturn:
    """Replace this process by the one that serves the person; what this one could open goes with it.

    On Windows, where a process cannot be replaced, it waits for the other and ends with its exit code.
    """
    read_end, write_end = os.pipe()
    os.write(write_end, msgspec.msgpack.encode(grant))
    os.close(write_end)
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", "iprtool.app", "--grant-fd"]
    if sys.platform == "win32":
        import msvcrt

        handle = msvcrt.get_osfhandle(read_end)
        os.set_handle_inheritable(handle, True)
        raise SystemExit(subprocess.call([*command, str(handle)], close_fds=False))
    os.set_inheritable(read_end, True)
    os.execv(sys.executable, [*command, str(read_end)])
    raise AssertionError("exec returned")


def receive_grant(descriptor: int) -> bytes:
    """Read the grant from the inherited pipe, to its end."""
    if sys.platform == "win32":
        import msvcrt

        descriptor = msvcrt.open_osfhandle(descriptor, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as pipe:
        return pipe.read()
