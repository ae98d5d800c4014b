"""The entry of the child processes: they compose a sealed object, opened by one key, with what plays or reads it.

`python -m iprtool.process player|peaks|conform`; what to open comes over standard input, never in the arguments.
"""

import os
import sys
from typing import Any, BinaryIO


def child_command(role: str) -> list[str]:
    """The command that starts a child in this role."""
    return [sys.executable, "-m", "iprtool.process", role]
