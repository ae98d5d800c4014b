"""Commands for what leaves a study, and for checking what is there."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from iprtool.cli.options import AsJson, PassphraseFile, StudyPath
from iprtool.cli.top import app
from iprtool.console import as_json_text, keyring_for, progress_of, say


@app.command()
def export(
    study: StudyPath,
    to: Annotated[Path, typer.Option("--to", readable=False, help="the folder in which the export is made")],
    with_text: Annotated[bool, typer.Option("--with-text", help="notes and answers leave as well")] = False,
    with_dates: Annotated[bool, typer.Option("--with-dates", help="times of day leave, as offsets")] = False,
    fresh_ids: Annotated[bool, typer.Option("--fresh-ids", help="ids that no earlier export has")] = False,
    recipient: Annotated[str, typer.Option(help="to whom it goes, for the study's ledger")] = "",
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Write the marks as Parquet and CSV with their dictionary; free text stays out unless asked for."""
    from iprtool.export.write import export_study
    from iprtool.store.study import Study

    keyring = keyring_for(study, passphrase_file)
    with keyring, Study.open(study, keyring) as opened, progress_of("Exporting") as progress:
        result = export_study(
            opened,
            to,
            with_text=with_text,
            with_dates=with_dates,
            fresh_ids=fresh_ids,
            recipient=recipient,
            progress=lambda done, total: progress(done / total),
            today=date.today(),
        )
    if as_json:
        say(as_json_text(result))
        return
    say(f"{result.folder}")
    for table, rows in result.rows.items():
        say(f"  {table:<18}{rows:>8}")


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
    from iprtool.store.study import Study
    from iprtool.store.verify import verify_study

    if (path / "manifest.sha256").exists():
        findings: list[Any] = list(verify_export(path))
    else:
        with (
            keyring_for(path, passphrase_file) as keyring,
            Study.open(path, keyring) as study,
            progress_of("Checking") as progress,
        ):
            findings = list(verify_study(study, progress))
    if as_json:
        say(as_json_text(findings))
    elif not findings:
        say(f"{path.name} is sound.")
    for finding in findings if not as_json else []:
        say(str(finding))
    if findings:
        raise typer.Exit(1)
