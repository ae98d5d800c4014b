"""The library: a study's people, sessions and recalls on the screen, and what is carried out from there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from iprtool.cli.options import PassphraseFile
from iprtool.cli.top import app
from iprtool.console import keyring_for, need_terminal, progress_of
from iprtool.launch import wipe_terminal
from iprtool.model.errors import IprtoolError, PassphraseError

if TYPE_CHECKING:
    from iprtool.library.known import StudiesWish
    from iprtool.library.visit import Visit
    from iprtool.model.grant import Grant
    from iprtool.store.keys import Keyring
    from iprtool.store.study import Study


@app.command()
def library(
    study: Annotated[
        Path | None,
        typer.Argument(metavar="[STUDY]", readable=False, help="the study's folder; without it, the list of studies"),
    ] = None,
    passphrase_file: PassphraseFile = None,
    after_recall: Annotated[bool, typer.Option("--after-recall", hidden=True)] = False,
) -> None:
    """Show a study: its dyads, sessions and recalls, what is missing and what is due."""
    need_terminal()
    if study is None:
        show_studies()
        return
    keyring = _keyring_after_recall(study) if after_recall else keyring_for(study, passphrase_file)
    if show(study, keyring):
        show_studies()


def _keyring_after_recall(path: Path) -> "Keyring":
    """The keyring, asked for where a participant may still sit: without it the terminal is left empty."""
    try:
        return keyring_for(path, None)
    except (PassphraseError, typer.Abort, KeyboardInterrupt):
        wipe_terminal()
        typer.echo("iprtool has ended; nothing is open.", err=True)
        raise typer.Exit(1) from None


def show_studies() -> None:
    """Show the studies known on this machine, and open the one that is chosen, until the library is left for good."""
    from iprtool.studies_app import show_studies as shown

    notice, again = "", True
    while again and (wish := shown(notice)) is not None:
        notice = ""
        try:
            again = _carry_out(wish)
        except IprtoolError as error:
            notice = str(error)


def _carry_out(wish: "StudiesWish") -> bool:
    """Open, or make and open, what was chosen; whether the list is shown again after it."""
    path = Path(wish.path)
    match wish.kind:
        case "open":
            return show(path, keyring_for(path, None))
        case "new":
            return show(path, _made(path, wish.contact))
        case "demo":
            demo = _demo()
            show(demo, keyring_for(demo, None))
            return True  # a look at it is no work: it ends where it began
        case "recording":
            from iprtool.cli.recalling import open_recording

            open_recording(path)
            return False


def _made(path: Path, contact: str) -> "Keyring":
    """The keyring with which a study was made just now; it is still open."""
    from iprtool.store.study import Study

    keyring = keyring_for(path, None, make=True)
    try:
        with Study.create(path, keyring) as study:
            if contact:
                study.set_contact(contact)
    except BaseException:
        keyring.close()
        raise
    return keyring


def _demo() -> Path:
    from iprtool.demo.study import demo_path, ensure_demo

    if not demo_path().exists():
        with progress_of("Preparing the demo (once)") as progress:
            ensure_demo(progress)
    return demo_path()


def show(path: Path, keyring: "Keyring") -> bool:
    """Show the library of a study until it is left; whether that was for another study. The keyring is closed then.

    A recall and a coding take this process's place: the keyring goes with it.
    """
    from iprtool.desk.known import remember
    from iprtool.launch import become_app
    from iprtool.library.visit import Visit
    from iprtool.store.study import Study

    visit = Visit()
    with keyring, Study.open(path, keyring) as study:
        remember(path)
        try:
            grant = _until_left(study, visit)
        finally:
            visit.work.close()
    if grant is not None:
        become_app(grant)
    return visit.other


def _until_left(study: "Study", visit: "Visit") -> "Grant | None":
    """Show it until it is left for good (None), or for what takes its place; reviews are shown meanwhile."""
    from iprtool.desk.wishes import wished_grant
    from iprtool.launch import run_app
    from iprtool.library_app import show_library

    while (wish := show_library(study, visit)) is not None:
        try:
            grant = wished_grant(study, wish)
        except IprtoolError as error:
            visit.notice = str(error)
            continue
        if wish.kind != "review":
            return grant
        run_app(grant)
    return None
