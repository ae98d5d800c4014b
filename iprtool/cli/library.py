"""The library: a study's people, sessions and recalls on the screen, and what is carried out from there."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from iprtool.cli.options import PassphraseFile, StudyPath
from iprtool.cli.top import app
from iprtool.console import keyring_for, need_terminal
from iprtool.model.errors import IprtoolError, PassphraseError

if TYPE_CHECKING:
    from iprtool.library.visit import Visit
    from iprtool.model.grant import Grant
    from iprtool.store.keys import Keyring
    from iprtool.store.study import Study

TRIES = 3


@app.command()
def library(study: StudyPath, passphrase_file: PassphraseFile = None) -> None:
    """Show a study: its dyads, sessions and recalls, what is missing and what is due."""
    need_terminal()
    show(study, passphrase_file)


def show(path: Path, passphrase_file: Path | None = None) -> None:
    """Show the library of a study, carry out what it is left for, and show it again, until it is left for good.

    A recall and a coding take this process's place: the keyring goes with it.
    """
    from iprtool.launch import become_app
    from iprtool.library.visit import Visit
    from iprtool.store.study import Study

    visit = Visit()
    with asked_keyring(path, passphrase_file) as keyring, Study.open(path, keyring) as study:
        try:
            grant = _until_left(study, visit)
        finally:
            visit.work.close()
    if grant is not None:
        become_app(grant)


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


def asked_keyring(path: Path | None, passphrase_file: Path | None) -> "Keyring":
    """The keyring, its passphrase asked again where it was mistyped."""
    for _ in range(TRIES - 1 if passphrase_file is None else 0):
        try:
            return keyring_for(path, passphrase_file)
        except PassphraseError as error:
            typer.echo(str(error))
    return keyring_for(path, passphrase_file)
