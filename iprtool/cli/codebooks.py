"""Commands for codebooks."""

from pathlib import Path
from typing import Annotated

import typer

from iprtool.cli.top import app
from iprtool.console import say

codebook_app = typer.Typer(help="Codebooks.", no_args_is_help=True)
app.add_typer(codebook_app, name="codebook")


@codebook_app.command("check")
def check_codebook(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="a codebook as TOML")],
) -> None:
    """Check a codebook's file: each error with its line and reason."""
    from iprtool.codebooks.loader import check, load

    problems = check(file)
    for problem in problems:
        where = f"{file}:{problem.line}" if problem.line is not None else str(file)
        typer.echo(f"{where}: {problem.reason}", err=True)
    if problems:
        raise typer.Exit(1)
    codebook = load(file)
    say(f"{codebook.title}, version {codebook.version}: {len(codebook.codes)} codes.")


@codebook_app.command("list")
def list_codebooks() -> None:
    """List the codebooks that iprtool ships."""
    from iprtool.codebooks.loader import shipped, shipped_ids

    for name in shipped_ids():
        codebook = shipped(name)
        say(f"{name:<28}{len(codebook.codes):>4} codes  {codebook.title}")
