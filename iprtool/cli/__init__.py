"""The command line, a module for each kind of command."""

from iprtool.cli import codebooks, leaving, machine, recalling, studies
from iprtool.cli.top import app, main

__all__ = ["app", "codebooks", "leaving", "machine", "main", "recalling", "studies"]
