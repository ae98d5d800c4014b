"""The command line with all its commands, in the test's own process."""

from iprtool.cli import load
from iprtool.cli.top import app

load(())

__all__ = ["app"]
