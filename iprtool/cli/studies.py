"""Commands that make a study and put recordings into it."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from iprtool.cli.options import KeepLabel, PassphraseFile, StudyPath, check_no_name
from iprtool.cli.top import app
from iprtool.console import check_channels, check_gap, keyring_for, open_study, passphrase_from, progress_of, say
from iprtool.model.errors import IprtoolError


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
    keep_until: Annotated[
        str, typer.Option(metavar="DATE", help="the day up to which the recording may be kept, as 2027-12-31")
    ] = "",
    another: Annotated[
        bool, typer.Option("--another", help="though the session has a recording: this one counts from then on")
    ] = False,
    keep_label: KeepLabel = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Add a session's recording: conformed and sealed into the study; the originals are not touched.

    Several files of one session are joined on one clock. Give --gap once for each seam; otherwise the time between the
    files is taken from their own clock where they tell it.
    """
    from iprtool.adding import add_recording
    from iprtool.desk.people import ensure_session
    from iprtool.library.editing import check_label, checked_keep_until
    from iprtool.media.probe import probe
    from iprtool.media.transcript import read_vtt
    from iprtool.model.times import clock

    check_label(dyad)
    until = checked_keep_until(keep_until)
    probes = [probe(file) for file in files]
    words = read_vtt(transcript) if transcript else None
    with open_study(study, passphrase_file) as opened:
        if opened.dyad(dyad) is None:
            check_no_name(dyad, kept=keep_label)
        there = opened.session_of(dyad, session)
        if there is not None and opened.recording_of(there) is not None and not another:
            raise IprtoolError(
                f"{dyad}, session {session} has a recording already: say --another where this one is to count instead."
            )
        where = partial(ensure_session, opened, dyad, session)
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
                keep_until=until,
            )
    say(f"Added to {dyad}, session {session}: {clock(recording.duration_ms, hours=True)}. {notice}".strip())


@app.command()
def recover(
    study: StudyPath,
    passphrase_file: PassphraseFile = None,
    recovery_key_file: Annotated[
        Path | None, typer.Option(readable=False, help="read the recovery key from this file")
    ] = None,
) -> None:
    """Open your studies again with the printed recovery key, and choose a new passphrase."""
    from iprtool.desk.places import keyring_path
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
