"""Commands for a study's history: who changed what, when; and taking a change back."""

from typing import TYPE_CHECKING, Annotated

import typer

from iprtool.cli.options import AsJson, DyadLabel, PassphraseFile, SessionNumber, StudyPath
from iprtool.cli.top import app
from iprtool.console import as_json_text, open_study, progress_of, say
from iprtool.model.errors import IprtoolError

if TYPE_CHECKING:
    from iprtool.history.change import Change

SHORTEST_KEY = 6
"""Characters of an operation's id that are enough to name it, where they are of one only."""


@app.command()
def history(
    study: StudyPath,
    kind: Annotated[str, typer.Option("--kind", help="only this kind: dyad, score, mark, theme …")] = "",
    person: Annotated[str, typer.Option("--person", help="only what concerns this person, by pseudonym")] = "",
    dyad: DyadLabel = None,
    session: SessionNumber = None,
    text: Annotated[str, typer.Option("--text", help="only changes in whose line this stands")] = "",
    last: Annotated[int, typer.Option("--last", min=1, help="how many, the newest first")] = 50,
    undo: Annotated[str | None, typer.Option("--undo", metavar="CHANGE", help="take this change back")] = None,
    sure: Annotated[bool, typer.Option("--yes", help="also in a closed recall, or in a coding")] = False,
    reason: Annotated[str, typer.Option("--reason", help="why a locked coding is unlocked for it")] = "",
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Show who changed what, the newest first; take a change back with --undo and the id in front of it."""
    from iprtool.desk.history import read_history
    from iprtool.desk.history_undo import question_of, take_back
    from iprtool.history.change import Wanted, newest_first, shown
    from iprtool.history.op_words import ALL_KINDS

    if kind and kind not in ALL_KINDS:
        raise typer.BadParameter(f"{kind[:40]!r} is none of {', '.join(ALL_KINDS)}.", param_hint="--kind")
    with open_study(study, passphrase_file) as opened:
        with progress_of("Reading the history") as progress:
            changes = newest_first(read_history(opened, progress))
        if undo is not None:
            change = _named(changes, undo)
            question = question_of(opened, change)
            if question is not None and not (reason.strip() if question.reason else sure):
                raise IprtoolError(f"{question.text} Say {'--reason TEXT' if question.reason else '--yes'}.")
            said = take_back(opened, change, sure=sure, reason=reason)
            say(f"{said[:1].upper()}{said[1:]}.")
            return
    found = shown(changes, Wanted(kind=kind, person=person, text=text))
    found = [one for one in found if _is_of(one, dyad, session)][:last]
    if as_json:
        say(as_json_text(found))
    for one in found if not as_json else []:
        sign = "↶" if one.undoes else "×" if one.undone else " "
        say(f"{_key(one):<10}{one.at_utc[:19]}Z  {one.who:<12} {one.where:<17} {one.kind:<11} {sign} {one.what}")


def _is_of(change: "Change", dyad: str | None, session: int | None) -> bool:
    of_dyad = dyad is None or change.where == dyad or change.where.startswith(f"{dyad} ·")
    return of_dyad and (session is None or change.where.endswith(f"session {session}"))


def _key(change: "Change") -> str:
    return change.key[:8] if change.layer else change.key


def _named(changes: "list[Change]", key: str) -> "Change":
    found = [one for one in changes if one.key == key]
    if not found and len(key) >= SHORTEST_KEY:
        found = [one for one in changes if one.layer and one.key.startswith(key)]
    if len(found) != 1:
        many = "several changes" if found else "no change"
        raise IprtoolError(
            f"There is {many} with the id {key[:40]!r}; take it from the list that iprtool history shows."
        )
    return found[0]
