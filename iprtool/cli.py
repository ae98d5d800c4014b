"""The command line. Long work shows its progress; an error is one sentence on stderr and exit code 1 (2 for usage)."""

import sys
from datetime import date
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from iprtool import __version__
from iprtool.console import (
    as_json_text,
    check_channels,
    check_gap,
    check_role,
    keyring_for,
    need_terminal,
    passphrase_from,
    progress_of,
    say,
)
from iprtool.launch import forbid_core_dumps
from iprtool.model.errors import IprtoolError
from iprtool.model.terms import Role

if TYPE_CHECKING:
    from iprtool.store.keys import Keyring

app = typer.Typer(
    help="Interpersonal Process Recall: play a recorded session, stop, mark, take the marks away.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
codebook_app = typer.Typer(help="Codebooks.", no_args_is_help=True)
app.add_typer(codebook_app, name="codebook")

# readable=False: what may not be read is told by the part that reads it, with what to do.
StudyPath = Annotated[Path, typer.Argument(metavar="STUDY", readable=False, help="the study's folder, NAME.ipr")]
DyadLabel = Annotated[str | None, typer.Option("--dyad", help="the dyad's label, for instance D05")]
SessionNumber = Annotated[int | None, typer.Option("--session", help="the session's number", min=1)]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", readable=False, help="read the passphrase from this file (for scripts)"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print the result as JSON")]


def run_recall(
    study_path: Path, keyring: "Keyring", dyad: str | None, session: int | None, by: Role, **new: Any
) -> None:
    """Open the role's recall of a session, made where there is none, in a process that has nothing else."""
    from iprtool import desk
    from iprtool.launch import become_app
    from iprtool.store.study import Study

    with keyring, Study.open(study_path, keyring) as study:
        where = desk.the_only_session(study, dyad, session)[1]
        desk.keymap()  # said before anything is made, where it is wrong
        wanted = new.pop("codebook", None)
        recall = desk.recall_by(study, where, by)
        if recall is None:
            recall = desk.begin_recall(study, where, by, codebook=desk.codebook_for(by, wanted), **new)
        elif wanted is not None:
            raise IprtoolError("This recall has begun with its own codebook and keeps it; leave --codebook out.")
        grant = desk.recall_grant(study, recall)
    become_app(grant)


By = Annotated[Any, typer.Option("--by", help="client, therapist, researcher …", parser=check_role, metavar="ROLE")]


@app.command()
def demo(
    where: Annotated[bool, typer.Option("--where", help="print the demo study's folder and leave")] = False,
) -> None:
    """Open the demo recall: a fictional session, ready to play (space starts it)."""
    from iprtool.demo_study import demo_path, ensure_demo

    if not where:
        need_terminal()
    path = demo_path()
    if not path.exists():
        with progress_of("Preparing the demo session (once)") as progress:
            ensure_demo(progress)
    if where:
        say(str(path))
        return
    run_recall(path, keyring_for(path, None), "D01", 3, "client")


@app.command("open")
def open_recording(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="a recording, sound or film")],
    by: By = "therapist",
    codebook: Annotated[str | None, typer.Option(help="a shipped codebook's id, or a .toml file")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Review a recording at once, in a study of one; the same file opens the same study again."""
    from iprtool import desk
    from iprtool.adding import make_study_of_one
    from iprtool.media.probe import probe
    from iprtool.media.source_file import sha256_of

    need_terminal()
    probe(file)
    digest = sha256_of(file)
    keyring = keyring_for(None, passphrase_file, make=True)
    path = desk.study_of_one(keyring, digest)
    if not path.exists():
        session = partial(desk.ensure_session, dyad_label="D01", number=1)
        with progress_of("Sealing the recording") as progress:
            notice = make_study_of_one(path, keyring, session, file, progress)
        if notice:
            say(notice)
    run_recall(path, keyring, "D01", 1, by, codebook=codebook)


@app.command()
def new(
    study: StudyPath,
    contact: Annotated[str, typer.Option(help="whom a participant can turn to; closes every recall")] = "",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a study; the first one also makes your keyring and shows its recovery key."""
    from iprtool.store.study import Study

    if study.suffix != ".ipr":
        study = study.with_name(study.name + ".ipr")
    with keyring_for(study, passphrase_file, make=True) as keyring, Study.create(study, keyring) as made:
        if contact:
            made.set_contact(contact)
    say(f"{study} is ready. Next: iprtool add {study} RECORDING --dyad D01 --session 1")


@app.command()
def add(
    study: StudyPath,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", readable=False, help="the session's recording, or its files in their order"),
    ],
    dyad: Annotated[str, typer.Option("--dyad", help="the dyad's label, for instance D05")],
    session: Annotated[int, typer.Option("--session", help="the session's number", min=1)],
    gap: Annotated[
        list[Any] | None,
        typer.Option(parser=check_gap, metavar="TIME", help="between one file and the next, for instance 90s or 1:30"),
    ] = None,
    channels: Annotated[
        Any, typer.Option(parser=check_channels, metavar="LEFT,RIGHT", help="who speaks on which channel")
    ] = None,
    transcript: Annotated[Path | None, typer.Option(readable=False, help="the session's transcript as WebVTT")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Add a session's recording: conformed and sealed into the study; the originals are not touched.

    Several files of one session are joined on one clock. Give --gap once for each seam; otherwise the time between the
    files is taken from their own clock where they tell it.
    """
    from iprtool import desk
    from iprtool.adding import add_recording
    from iprtool.media.probe import probe
    from iprtool.media.transcript import read_vtt
    from iprtool.model.times import clock
    from iprtool.store.study import Study

    desk.check_label(dyad)
    probes = [probe(file) for file in files]
    words = read_vtt(transcript) if transcript else None
    with keyring_for(study, passphrase_file) as keyring, Study.open(study, keyring) as opened:
        where = partial(desk.ensure_session, opened, dyad, session)
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        with progress_of(f"Sealing {files[0].name}{more}") as progress:
            recording, notice = add_recording(
                opened,
                where,
                files[0],
                progress,
                following=files[1:],
                gaps_ms=gap or (),
                channel_speakers=channels or (),
                transcript=words,
                probes=probes,
            )
    say(f"Added to {dyad}, session {session}: {clock(recording.duration_ms, hours=True)}. {notice}".strip())


@app.command()
def recall(
    study: StudyPath,
    by: By,
    dyad: DyadLabel = None,
    session: SessionNumber = None,
    codebook: Annotated[str | None, typer.Option(help="a shipped codebook's id, or a .toml file")] = None,
    inquirer: Annotated[str | None, typer.Option(help="who asks (a pseudonym)")] = None,
    place: Annotated[str | None, typer.Option(help="where the recall takes place")] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Enter saves a note and stays (a led interview)")] = False,
    minutes: Annotated[int | None, typer.Option(help="how long the interview may take", min=1)] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Begin a person's recall of a session, or go on with it."""
    from iprtool.model.study import RecallProtocol

    need_terminal()
    protocol = RecallProtocol(after_note="stay" if stay else "go_on", planned_minutes=minutes)
    more = {"protocol": protocol, "inquirer": inquirer, "place": place, "codebook": codebook}
    run_recall(study, keyring_for(study, passphrase_file), dyad, session, by, **more)


@app.command()
def review(
    study: StudyPath, dyad: DyadLabel = None, session: SessionNumber = None, passphrase_file: PassphraseFile = None
) -> None:
    """See all layers of a session on one timeline, with the transcript, and play any mark."""
    from iprtool import desk
    from iprtool.launch import become_app
    from iprtool.store.study import Study

    need_terminal()
    with keyring_for(study, passphrase_file) as keyring, Study.open(study, keyring) as opened:
        grant = desk.review_grant(opened, *desk.the_only_session(opened, dyad, session))
    become_app(grant)


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


@app.command()
def recover(
    study: StudyPath,
    passphrase_file: PassphraseFile = None,
    recovery_key_file: Annotated[
        Path | None, typer.Option(readable=False, help="read the recovery key from this file")
    ] = None,
) -> None:
    """Open your studies again with the printed recovery key, and choose a new passphrase."""
    from iprtool.desk import keyring_path
    from iprtool.store.keys import recover as recovered
    from iprtool.store.study import read_head

    read_head(study)
    path = keyring_path()
    if path.exists():
        raise IprtoolError(f"A keyring is at {path} already; move it away first if its passphrase is lost.")
    recovery_key = passphrase_from(recovery_key_file, prompt="Recovery key", option="--recovery-key-file")
    passphrase = passphrase_from(passphrase_file, prompt="Choose a new passphrase", confirm=True)
    recovered(study, recovery_key, path, passphrase).close()
    say("Your keyring is back; your studies open with the new passphrase.")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what was found on this machine (player, sound, terminal, versions) and what to do."""
    from iprtool.doctor import examine

    findings = examine()
    if as_json:
        say(as_json_text(findings))
        return
    for finding in findings:
        say(f"{'ok ' if finding.ok else '!! '} {finding.what:<12}{finding.found}")
        if finding.advice:
            say(f"    {'':<12}{finding.advice}")


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


@app.callback(invoke_without_command=True)
def top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="print the version and leave")] = False,
) -> None:
    """Interpersonal Process Recall in the terminal."""
    if version:
        say(f"iprtool {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        say(context.get_help())


def main() -> None:
    """The entry point: errors become one sentence on stderr and exit code 1."""
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


if __name__ == "__main__":
    main()
