"""Speaking with the person at the command line: lines, progress, passphrases, keyrings, what options mean."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import typer

from iprtool.desk.places import keyring_path
from iprtool.launch import keys_unheard, wipe_terminal
from iprtool.model.errors import IprtoolError, PassphraseError, StoreError
from iprtool.model.terms import Role, levels
from iprtool.store.keys import (
    SHORTEST_PASSPHRASE,
    Keyring,
    check_passphrase,
    create_keyring,
    keyring_opens_without_asking,
    open_keyring,
)
from iprtool.store.study import Study, read_head

if TYPE_CHECKING:
    from iprtool.codebooks.loader import Problem

TRIES = 3
"""How often a passphrase may be typed at the terminal before that is an error."""


def say(text: str) -> None:
    """A line on standard output."""
    typer.echo(text)


def as_json_text(result: object) -> str:
    """A result for machines."""
    return msgspec.json.encode(result, enc_hook=str).decode()


def has_terminal() -> bool:
    """Whether there is a terminal that can show a screen."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return os.environ.get("TERM") != "dumb" and all(stream is not None and stream.isatty() for stream in streams)


def need_terminal() -> None:
    """IprtoolError where there is no terminal that can show a screen."""
    if not has_terminal():
        raise IprtoolError("This shows a screen, so it needs a terminal: run it in a terminal window, not redirected.")


@contextmanager
def progress_of(what: str) -> Iterator[Callable[[float], None]]:
    """A progress bar, on a terminal, with the keyboard silent; calls give the part done, 0 to 1."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    bar = Progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar.disable = not sys.stdout.isatty()
    with keys_unheard(), bar:
        task = bar.add_task(what, total=1.0)
        yield lambda part: bar.update(task, completed=part)


def passphrase_from(
    file: Path | None, *, prompt: str = "Passphrase", confirm: bool = False, option: str = "--passphrase-file"
) -> str:
    """The passphrase from a file's first line, or asked for without an echo; `option` is what names the file."""
    if file is not None:
        try:
            return file.read_text("utf-8").splitlines()[0]
        except (OSError, IndexError, UnicodeDecodeError) as error:
            raise IprtoolError(
                f"{file.name} holds no passphrase that can be read; write it on the first line."
            ) from error
    if not sys.stdin.isatty():
        raise IprtoolError(f"There is no terminal to ask for it on ({prompt}); say {option} FILE instead.")
    return _new_passphrase(prompt) if confirm else _typed(prompt)


def _typed(prompt: str) -> str:
    return str(typer.prompt(prompt, hide_input=True))


def _new_passphrase(prompt: str) -> str:
    """Until one is typed that is long enough, and the same twice."""
    while True:
        passphrase = _typed(f"{prompt} ({SHORTEST_PASSPHRASE} characters or more)")
        try:
            check_passphrase(passphrase)
        except StoreError as error:
            typer.echo(str(error), err=True)
            continue
        if _typed("Repeat it") == passphrase:
            return passphrase
        typer.echo("The two do not match: choose it again.", err=True)


def keyring_for(study: Path | None, file: Path | None, *, make: bool = False) -> Keyring:
    """The keyring that opens the study, which must be one; with `make`, it is made where the person has none yet.

    At a terminal a mistyped passphrase is asked for again; PassphraseError after the last try.
    """
    if study is not None and not make:
        read_head(study)
    path = keyring_path(study)
    if not path.exists():
        if not make:
            raise IprtoolError("There is no keyring on this machine yet; iprtool new makes one with your first study.")
        return _made_keyring(path, file)
    if keyring_opens_without_asking(path):
        return open_keyring(path)
    return _asked_keyring(path) if file is None else open_keyring(path, passphrase_from(file))


def _asked_keyring(path: Path) -> Keyring:
    # What is typed while one is tried is neither to stand on the terminal nor, in the end, to reach the shell.
    with keys_unheard():
        for _ in range(TRIES - 1):
            try:
                return open_keyring(path, passphrase_from(None))
            except PassphraseError as error:
                typer.echo(str(error), err=True)
        return open_keyring(path, passphrase_from(None))


def _made_keyring(path: Path, file: Path | None) -> Keyring:
    say("A passphrase protects your studies on this machine. Nobody can open them without it.")
    keyring, recovery = create_keyring(path, passphrase_from(file, prompt="Choose a passphrase", confirm=True))
    say(
        "\nYour recovery key. Print it or write it down and keep it apart from this machine; it is shown once.\n"
        f"\n    {recovery}\n\nIf the passphrase is lost, iprtool recover STUDY opens your studies with it.\n"
    )
    if file is None:
        typer.prompt("Press Enter once you have it", default="", show_default=False)
        wipe_terminal()
    return keyring


@contextmanager
def open_study(path: Path, passphrase_file: Path | None) -> Iterator[Study]:
    """A study, opened with the keyring that opens it; both are closed in the end."""
    with keyring_for(path, passphrase_file) as keyring, Study.open(path, keyring) as study:
        yield study


def check_term(text: str, term: object, option: str | None = None, also: Mapping[str, str] | None = None) -> Any:
    """A level of one of the model's vocabularies, spelt as on the command line (not-reached) or as in the tables.

    `also` are other words for some of them.
    """
    also = also or {}
    level = also.get(text, text.replace("-", "_"))
    if level not in levels(term):
        known = ", ".join(one.replace("_", "-") for one in (*levels(term), *also))
        raise typer.BadParameter(f"{text!r} is none of {known}", param_hint=option)
    return level


def check_role(by: str, option: str = "--by", also: Mapping[str, str] | None = None) -> Role:
    """The role, spelt as on the command line (second-client) or as in the tables (second_client)."""
    role: Role = check_term(by, Role, option, also)
    return role


def refuse_problems(file: Path, problems: Iterable["Problem"]) -> None:
    """Tell what is wrong with a file, each with its line and reason, and end with exit code 1; nothing where it is
    sound.
    """
    told = [f"{file}:{one.line}: {one.reason}" if one.line is not None else f"{file}: {one.reason}" for one in problems]
    for line in told:
        typer.echo(line, err=True)
    if told:
        raise typer.Exit(1)


def in_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of as many cells each as lines in which every column begins at one place."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def say_differences(old: Any, new: Any) -> None:
    """What changed from one version of a vocabulary to another, a line each."""
    from iprtool.codebooks.versions import differences

    for line in differences(old, new) or ("Nothing is different.",):
        say(line)


def check_gap(text: str) -> int:
    """The milliseconds of a gap between two files."""
    from iprtool.model.times import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--gap") from error


def check_channels(text: str) -> tuple[Role, ...]:
    """The roles on the channels, left first."""
    return tuple(check_role(one.strip(), "--channels") for one in text.split(","))
