"""The library: a study's people, sessions and recalls on the screen, and what is carried out from there."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from iprtool.cli.options import PassphraseFile, StudyPath
from iprtool.cli.top import app
from iprtool.console import keyring_for, need_terminal
from iprtool.model.errors import IprtoolError, PassphraseError

if TYPE_CHECKING:
    from iprtool.store.keys import Keyring

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
    from iprtool.desk.wishes import wished_grant
    from iprtool.launch import become_app, run_app
    from iprtool.library_app import Standing, show_library
    from iprtool.store.study import Study

    standing = Standing()
    with asked_keyring(path, passphrase_file) as keyring, Study.open(path, keyring) as study:
        while True:
            wish, standing = show_library(study, standing)
            if wish is None:
                return
            try:
                grant = wished_grant(study, wish)
            except IprtoolError as error:
                standing = Standing(standing.chosen, str(error))
                continue
            if wish.kind != "review":
                break
            run_app(grant)
    become_app(grant)


def asked_keyring(path: Path | None, passphrase_file: Path | None) -> "Keyring":
    """The keyring, its passphrase asked again where it was mistyped."""
    for _ in range(TRIES - 1 if passphrase_file is None else 0):
        try:
            return keyring_for(path, passphrase_file)
        except PassphraseError as error:
            typer.echo(str(error))
    return keyring_for(path, passphrase_file)
