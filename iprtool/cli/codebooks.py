"""Commands for codebooks: those that iprtool ships, and a study's own in their versions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from iprtool.cli.options import PassphraseFile, StudyPath
from iprtool.cli.top import app
from iprtool.console import check_role, open_study, refuse_problems, say, say_differences

if TYPE_CHECKING:
    from iprtool.model.terms import Role

codebook_app = typer.Typer(help="Codebooks.", no_args_is_help=True)
app.add_typer(codebook_app, name="codebook")

FILE = typer.Argument(metavar="FILE", readable=False, help="a codebook as TOML, CSV or TSV")
NAME = typer.Argument(metavar="CODEBOOK", help="its id, or id@version")
Roles = Annotated[
    list[Any] | None,
    typer.Option("--for", parser=check_role, metavar="ROLE", help="whose new recalls begin with it; may be repeated"),
]


@codebook_app.command("check")
def check_codebook(file: Annotated[Path, FILE]) -> None:
    """Check a codebook's file: each error with its line and reason."""
    from iprtool.codebooks.loader import check, load

    refuse_problems(file, check(file))
    codebook = load(file)
    say(f"{codebook.title}, version {codebook.version}: {len(codebook.codes)} codes.")


@codebook_app.command("list")
def list_codebooks(
    study: Annotated[
        Path | None, typer.Argument(metavar="[STUDY]", readable=False, help="with the study's own, in their versions")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """List the codebooks that iprtool ships, or that a study can use, and whose recalls begin with which."""
    from iprtool.codebooks.loader import shipped, shipped_ids

    if study is None:
        for name in shipped_ids():
            codebook = shipped(name)
            say(f"{name:<28}{len(codebook.codes):>4} codes  {codebook.title}")
        return
    from iprtool.codebooks.versions import name_of
    from iprtool.desk.codebooks import StudyCodebooks

    with open_study(study, passphrase_file) as opened:
        for row in StudyCodebooks(opened).codebooks():
            whose = f"  used for {_words(row.roles)}" if row.roles else ""
            own = "own" if row.own else "   "
            say(f"{own} {name_of(row.codebook):<32}{len(row.codebook.codes):>4} codes  {row.codebook.title}{whose}")


@codebook_app.command("load")
def load_codebook(
    study: StudyPath, file: Annotated[Path, FILE], roles: Roles = None, passphrase_file: PassphraseFile = None
) -> None:
    """Keep a codebook of the study's own, or its next version; what was marked with earlier ones keeps these."""
    from iprtool.codebooks.loader import load
    from iprtool.codebooks.versions import differences_since
    from iprtool.desk.codebooks import keep_codebook, use_codebook, versions_of

    codebook = load(file)
    with open_study(study, passphrase_file) as opened:
        say(f"{keep_codebook(opened, codebook).what}.")
        for line in differences_since(versions_of(opened, codebook.id), codebook):
            say(f"  {line}")
        if roles:
            say(f"{use_codebook(opened, codebook, roles).what}.")


@codebook_app.command("copy")
def copy_codebook(
    study: StudyPath,
    name: Annotated[str, NAME],
    new_id: Annotated[str, typer.Argument(metavar="ID", help="the id of the study's own")],
    title: Annotated[str, typer.Option(help="its title; that of the original where it is left out")] = "",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Keep a codebook of the study's own that begins as another one."""
    from iprtool.desk.codebooks import StudyCodebooks, codebook_named

    with open_study(study, passphrase_file) as opened:
        original = codebook_named(opened, name)
        say(f"{StudyCodebooks(opened).copy(original, new_id, title or original.title).what}.")


@codebook_app.command("write")
def write_codebook(
    study: StudyPath,
    name: Annotated[str, NAME],
    to: Annotated[Path, typer.Option("--to", readable=False, metavar="FILE", help="a new TOML file")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write a codebook in one version to a TOML file."""
    from iprtool.codebooks.versions import name_of
    from iprtool.codebooks.writing import save
    from iprtool.desk.codebooks import codebook_named

    with open_study(study, passphrase_file) as opened:
        codebook = codebook_named(opened, name)
    save(codebook, to)
    say(f"{name_of(codebook)} is written to {to}.")


@codebook_app.command("use")
def choose_codebook(
    study: StudyPath, name: Annotated[str, NAME], roles: Roles = None, passphrase_file: PassphraseFile = None
) -> None:
    """Choose whose new recalls begin with a codebook; other roles that did go back to their shipped words."""
    from iprtool.desk.codebooks import codebook_named, use_codebook

    with open_study(study, passphrase_file) as opened:
        say(f"{use_codebook(opened, codebook_named(opened, name), roles or ()).what}.")


@codebook_app.command("diff")
def compare_codebooks(
    study: StudyPath,
    old: Annotated[str, typer.Argument(metavar="OLD", help="id@version, or a file")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="id@version, or a file")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show what changed from one version of a codebook to another, a line each."""
    from iprtool.desk.codebooks import codebook_named

    with open_study(study, passphrase_file) as opened:
        say_differences(codebook_named(opened, old), codebook_named(opened, new))


def _words(roles: "tuple[Role, ...]") -> str:
    return ", ".join(role.replace("_", " ") for role in roles)
