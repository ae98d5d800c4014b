"""Exports that end badly, each in a process of its own; the tests of the export start them."""

import os
import resource
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from iprtool.export.build import Asked
from iprtool.export.write import write_export
from iprtool.model.errors import ExportError
from tests.export_samples import NAME, a_study


def killed_at(step: int, to: Path) -> None:
    """Export and die by SIGKILL when this step is done (the last but one: all is written and nothing has its name)."""

    def die(done: int, _of: int) -> None:
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    write_export(a_study(), to, NAME, Asked(), progress=die)


def with_small_files(limit: int, to: Path, said: Connection) -> None:
    """Export where no file may grow beyond so many bytes, as on a full disk; sends the error's sentence."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        write_export(a_study(), to, NAME, Asked())
    except ExportError as error:
        said.send(str(error))
