"""The command line's top: its options, and its entry. Long work shows its progress; an error is one sentence on
stderr and exit code 1 (2 for usage).
"""

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from iprtool import __version__
from iprtool.console import has_terminal, say
from iprtool.launch import forbid_core_dumps
from iprtool.model.errors import IprtoolError

app = typer.Typer(
    help="Interpersonal Process Recall: play a recorded session, stop, mark, take the marks away.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="print the version and leave")] = False,
) -> None:
    """Interpersonal Process Recall in the terminal."""
    if version:
        say(f"iprtool {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is not None:
        return
    if not has_terminal():
        say(context.get_help())
        return
    from iprtool.cli.library import show_studies

    show_studies()


def run() -> None:
    """Carry out what was asked for: errors become one sentence on stderr and exit code 1."""
    forbid_core_dumps()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except IprtoolError as error:
        typer.echo(f"iprtool: {error}", err=True)
    except OSError as error:
        why = error.strerror or type(error).__name__
        typer.echo(f"iprtool: {error.filename or 'A file'} cannot be used ({why}); check its path and disk.", err=True)
    else:
        return
    raise SystemExit(1)
