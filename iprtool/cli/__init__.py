"""The command line, a module for each kind of command; only the one that is asked for is imported."""

import sys
from collections.abc import Sequence
from importlib import import_module

MODULES: dict[str, tuple[str, ...]] = {
    "codebooks": ("codebook",),
    "coding": ("code", "codings", "unlock", "unblind"),
    "consents": ("consent", "consents", "mark-withdrawn", "purpose"),
    "guides": ("guide",),
    "history": ("history",),
    "leaving": ("export", "verify"),
    "library": ("library",),
    "machine": ("doctor",),
    "people": ("person", "session", "dyad", "missing", "recalled", "status", "due"),
    "recall": ("recall", "protocols"),
    "recalling": ("demo", "open", "review"),
    "scores": ("scores", "instruments"),
    "search": ("search",),
    "studies": ("new", "add", "recover"),
    "supervision": ("supervision",),
}
"""The commands by the module that has them."""


def load(words: Sequence[str]) -> None:
    """Import the module of the command that the words name; all of them where they name none, for the help."""
    named = next((word for word in words if not word.startswith("-")), "")
    found = [module for module, commands in MODULES.items() if named in commands]
    for module in found or MODULES:
        import_module(f"iprtool.cli.{module}")


def main() -> None:
    """The entry point: errors become one sentence on stderr and exit code 1."""
    load(sys.argv[1:])
    from iprtool.cli.top import run

    run()
