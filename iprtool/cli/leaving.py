"""Commands for what leaves a study, and for checking what is there."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from iprtool.cli.options import AsJson, PassphraseFile, StudyPath
from iprtool.cli.top import app
from iprtool.console import as_json_text, open_study, progress_of, say

if TYPE_CHECKING:
    from iprtool.model.leaving import Leaving, LeavingTable


@app.command()
def export(
    study: StudyPath,
    to: Annotated[
        Path | None, typer.Option("--to", readable=False, help="the folder in which the export is made")
    ] = None,
    with_text: Annotated[bool, typer.Option("--with-text", help="notes and answers leave as well")] = False,
    with_dates: Annotated[bool, typer.Option("--with-dates", help="times of day leave, as offsets")] = False,
    fresh_ids: Annotated[bool, typer.Option("--fresh-ids", help="ids that no earlier export has")] = False,
    recipient: Annotated[str, typer.Option(help="to whom it goes, for the study's ledger")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="only say what would leave, and what would not and why")
    ] = False,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Write the study as Parquet and CSV with their dictionary; free text stays out unless asked for.

    What consents do not allow stays out, whatever is asked for.
    """
    from iprtool.export.build import Asked
    from iprtool.export.leaving import what_leaves
    from iprtool.export.write import export_study

    if to is None and not dry_run:
        raise typer.BadParameter("say in which folder the export is made, or --dry-run", param_hint="--to")
    with open_study(study, passphrase_file) as opened:
        if to is None or dry_run:
            with progress_of("Looking") as progress:
                leaving = what_leaves(opened, Asked(with_text, with_dates), today=date.today(), progress=progress)
            _say_leaving(leaving, as_json=as_json)
            return
        with progress_of("Exporting") as bar:
            result = export_study(
                opened,
                to,
                with_text=with_text,
                with_dates=with_dates,
                fresh_ids=fresh_ids,
                recipient=recipient,
                progress=lambda done, total: bar(done / total),
                today=date.today(),
            )
    if as_json:
        say(as_json_text(result))
        return
    say(result.folder)
    _say_leaving(result.leaving)


def _say_leaving(leaving: "Leaving", *, as_json: bool = False) -> None:
    if as_json:
        say(as_json_text(leaving))
        return
    for table in leaving.tables:
        say(f"  {table.name:<18}{table.rows:>8}   {_said_of(table)}".rstrip())
    for reason in leaving.reasons:
        say(reason)


def _said_of(table: "LeavingTable") -> str:
    """What is told of a table: its free text, and what is left out of it."""
    texts = f"text: {', '.join(table.texts)}" if table.texts else ""
    left = f"left out: {table.left_out}" if table.left_out else ""
    return " · ".join(filter(None, (texts, left)))


@app.command()
def verify(
    path: Annotated[
        Path, typer.Argument(metavar="STUDY|EXPORT", readable=False, help="a study's folder, or an export's")
    ],
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Check a study (every object, every operation) or an export (every file); exit code 1 where something is wrong."""
    from iprtool.export.verify import verify_export
    from iprtool.store.verify import verify_study

    if (path / "manifest.sha256").exists():
        findings: list[Any] = list(verify_export(path))
    else:
        with open_study(path, passphrase_file) as study, progress_of("Checking") as progress:
            findings = list(verify_study(study, progress))
    if as_json:
        say(as_json_text(findings))
    elif not findings:
        say(f"{path.name} is sound.")
    for finding in findings if not as_json else []:
        say(str(finding))
    if findings:
        raise typer.Exit(1)
