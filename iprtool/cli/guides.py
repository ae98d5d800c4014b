"""Commands for the interview guide: its versions, which one is in force, the inquirer's card."""

from pathlib import Path
from typing import Annotated

import typer

from iprtool.cli.options import PassphraseFile, StudyPath
from iprtool.cli.top import app
from iprtool.console import open_study, refuse_problems, say, say_differences

guide_app = typer.Typer(help="The interview guide: the inquirer's leads.", no_args_is_help=True)
app.add_typer(guide_app, name="guide")

FILE = typer.Argument(metavar="FILE", readable=False, help="a guide as TOML")
Version = Annotated[
    str | None, typer.Option("--version", help="which version, or id@version; the one in force where it is left out")
]


@guide_app.command("check")
def check_guide(file: Annotated[Path, FILE]) -> None:
    """Check a guide's file: each error with its line and reason."""
    from iprtool.guides import check, load

    refuse_problems(file, check(file))
    guide = load(file)
    say(f"{guide.title}, version {guide.version} ({guide.language}): {len(guide.leads)} leads.")


@guide_app.command("list")
def list_guides(study: StudyPath, passphrase_file: PassphraseFile = None) -> None:
    """List the guides of a study in their versions."""
    from iprtool.codebooks.versions import name_of
    from iprtool.desk.guides import StudyGuides

    with open_study(study, passphrase_file) as opened:
        for row in StudyGuides(opened).guides():
            one, force = row.guide, "  in force" if row.in_force else ""
            own = "own" if row.own else "   "
            say(f"{own} {name_of(one):<24}{one.language:<7}{len(one.leads):>3} leads  {one.title}{force}")


@guide_app.command("load")
def load_guide(study: StudyPath, file: Annotated[Path, FILE], passphrase_file: PassphraseFile = None) -> None:
    """Keep a guide or its next version, which is in force from now on; recalls that have begun keep theirs."""
    from iprtool.codebooks.versions import differences_since
    from iprtool.desk.guides import keep_guide, versions_of
    from iprtool.guides import load

    guide = load(file)
    with open_study(study, passphrase_file) as opened:
        say(f"{keep_guide(opened, guide).what}.")
        for line in differences_since(versions_of(opened, guide.id), guide):
            say(f"  {line}")


@guide_app.command("use")
def put_guide_in_force(
    study: StudyPath,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="a version, or id@version")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let new recalls begin with this version."""
    from iprtool.desk.guides import guide_for, put_in_force

    with open_study(study, passphrase_file) as opened:
        say(f"{put_in_force(opened, guide_for(opened, version)).what}.")


@guide_app.command("write")
def write_guide(
    study: StudyPath,
    to: Annotated[Path, typer.Option("--to", readable=False, metavar="FILE", help="a new TOML file")],
    version: Version = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write the guide to a TOML file, to be changed there and loaded again."""
    from iprtool.codebooks.versions import name_of
    from iprtool.codebooks.writing import save
    from iprtool.desk.guides import guide_for

    with open_study(study, passphrase_file) as opened:
        guide = guide_for(opened, version)
    save(guide, to)
    say(f"{name_of(guide)} is written to {to}.")


@guide_app.command("print")
def print_guide(
    study: StudyPath,
    version: Version = None,
    to: Annotated[
        Path | None, typer.Option("--to", readable=False, metavar="FILE", help="a new file; else it is shown")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print the inquirer's own card as plain text for paper; it is not for participants."""
    from iprtool.desk.guides import guide_for
    from iprtool.guides.card import card_text, write_card

    with open_study(study, passphrase_file) as opened:
        guide = guide_for(opened, version)
    if to is None:
        say(card_text(guide).rstrip())
    else:
        write_card(guide, to)
        say(f"The card is written to {to}.")


@guide_app.command("diff")
def compare_guides(
    study: StudyPath,
    old: Annotated[str, typer.Argument(metavar="OLD", help="a version, or id@version")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="a version, or id@version")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show what changed from one version of the guide to another, a line each."""
    from iprtool.desk.guides import guide_for

    with open_study(study, passphrase_file) as opened:
        say_differences(guide_for(opened, old), guide_for(opened, new))
