"""Commands that show a screen: a recall, a review, the demo, a recording opened on its own."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from iprtool.cli.options import By, DyadLabel, PassphraseFile, SessionNumber, StudyPath
from iprtool.cli.top import app
from iprtool.console import keyring_for, need_terminal, open_study, progress_of, say
from iprtool.model.terms import Role

if TYPE_CHECKING:
    from iprtool.store.keys import Keyring


def run_recall(
    study_path: Path,
    keyring: "Keyring",
    dyad: str,
    session: int,
    by: Role,
    *,
    codebook: str | None = None,
    after: str = "",
) -> None:
    """Open the role's recall of a session, made where there is none, in a process that has nothing else.

    The terminal shows `after` when it has ended.
    """
    from iprtool.desk.grants import recall_grant
    from iprtool.desk.people import the_only_session
    from iprtool.desk.places import keymap
    from iprtool.desk.starting import start_recall
    from iprtool.launch import become_app
    from iprtool.recall.settings import RecallChoice
    from iprtool.store.study import Study

    with keyring, Study.open(study_path, keyring) as study:
        where = the_only_session(study, dyad, session)[1]
        keymap()  # said before anything is made, where it is wrong
        recall = start_recall(study, where, RecallChoice(by, codebook=codebook))
        grant = recall_grant(study, recall)
    if after:
        say(after)  # now, since the recall takes this process's place; the terminal comes back to it
    become_app(grant)


@app.command()
def demo(
    where: Annotated[bool, typer.Option("--where", help="print the demo study's folder and leave")] = False,
) -> None:
    """Open the demo recall: a fictional session, ready to play (space starts it)."""
    from iprtool.demo.study import demo_path, ensure_demo

    if not where:
        need_terminal()
    path = demo_path()
    if not path.exists():
        with progress_of("Preparing the demo session (once)") as progress:
            ensure_demo(progress)
    if where:
        say(str(path))
        return
    more = f'The demo study has more to show: iprtool library "{path}"'
    run_recall(path, keyring_for(path, None), "D01", 3, "client", after=more)


@app.command("open")
def open_recording(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="a recording, sound or film")],
    by: By = "therapist",
    codebook: Annotated[str | None, typer.Option(help="a shipped codebook's id, or a .toml file")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Review a recording at once, in a study of one; the same file opens the same study again."""
    from iprtool.adding import make_study_of_one
    from iprtool.desk.people import ensure_session
    from iprtool.desk.places import study_of_one
    from iprtool.media.probe import probe
    from iprtool.media.source_file import sha256_of

    need_terminal()
    probe(file)
    digest = sha256_of(file)
    keyring = keyring_for(None, passphrase_file, make=True)
    path = study_of_one(keyring, digest)
    if not path.exists():
        session = partial(ensure_session, dyad_label="D01", number=1)
        with progress_of("Sealing the recording") as progress:
            notice = make_study_of_one(path, keyring, session, file, progress)
        if notice:
            say(notice)
    run_recall(path, keyring, "D01", 1, by, codebook=codebook)


@app.command()
def review(
    study: StudyPath,
    dyad: DyadLabel = None,
    session: SessionNumber = None,
    coder: Annotated[
        str, typer.Option("--coder", help="for this coder, who was let see the other layers: to look only")
    ] = "",
    tolerance: Annotated[
        float | None,
        typer.Option(help="seconds within which marks are proposed as one moment; 15 if not said", min=0, max=300),
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """See all layers of a session on one timeline, with the transcript, and play any mark; match, link, tag, flag."""
    from iprtool.desk.people import the_only_session
    from iprtool.desk.reviews import coder_review_grant, review_grant
    from iprtool.launch import become_app

    need_terminal()
    with open_study(study, passphrase_file) as opened:
        where = the_only_session(opened, dyad, session)
        grant = coder_review_grant(opened, *where, coder) if coder else review_grant(opened, *where)
    if tolerance is not None:
        grant = msgspec.structs.replace(grant, tolerance_ms=round(tolerance * 1000))
    become_app(grant)
