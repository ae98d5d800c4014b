"""Commands for whom a study has, what is missing in it, and what is due."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from iprtool.cli.options import AsJson, By, KeepLabel, PassphraseFile, StudyPath, check_no_name
from iprtool.cli.top import app
from iprtool.console import as_json_text, check_role, check_term, open_study, say
from iprtool.library.editing import Change
from iprtool.library.roster import Roster
from iprtool.model.errors import IprtoolError
from iprtool.model.terms import MissingReason, Role

person_app = typer.Typer(help="A study's people, by pseudonym.", no_args_is_help=True)
session_app = typer.Typer(help="A study's sessions.", no_args_is_help=True)
dyad_app = typer.Typer(help="A study's dyads.", no_args_is_help=True)
for _name, _app in (("person", person_app), ("session", session_app), ("dyad", dyad_app)):
    app.add_typer(_app, name=_name)

Label = Annotated[str, typer.Argument(metavar="LABEL", help="a pseudonym, for instance D05-C; never a name")]
Dyad = Annotated[str, typer.Option("--dyad", help="the dyad's label, for instance D05")]
Session = Annotated[int, typer.Option("--session", help="the session's number", min=1)]
Held = Annotated[str, typer.Option("--held", metavar="WHEN", help='when it ended: "2026-03-02 14:50", or the day')]
Group = Annotated[str, typer.Argument(metavar="GROUP", help="the group's name; nothing takes the dyad out")]


def _check_person_role(text: str) -> Role:
    return check_role(text, "--role", {"coder": "observer", "inquirer": "researcher"})


def _check_reason(text: str) -> MissingReason:
    reason: MissingReason = check_term(text, MissingReason, "--reason")
    return reason


PersonRole = Annotated[
    Any,
    typer.Option("--role", parser=_check_person_role, metavar="ROLE", help="client, therapist, interpreter, coder …"),
]
Reason = Annotated[
    Any,
    typer.Option(parser=_check_reason, metavar="REASON", help="declined, not-reached, withdrawn or technical"),
]


def _enter(
    study: Path, passphrase_file: Path | None, made: Callable[[Roster], Change], *, keep_label: bool = False
) -> None:
    """Enter into a study's roster what follows from it; a label that looks like a name only where it is to be kept."""
    from iprtool.desk.roster import carry_out, roster_of
    from iprtool.library.editing import name_entered

    with open_study(study, passphrase_file) as opened:
        change = made(roster_of(opened))
        check_no_name(name_entered(change) or "", kept=keep_label)
        carry_out(opened, change)
    say(f"{change.what[0].upper()}{change.what[1:]}.")


@person_app.command("add")
def add_person(
    study: StudyPath,
    label: Label,
    role: PersonRole,
    dyad: Dyad = "",
    keep_label: KeepLabel = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Add a person by pseudonym: who is in the session to their dyad, an inquirer or a coder to none."""
    from iprtool.library.editing import new_person

    _enter(study, passphrase_file, lambda roster: new_person(roster, label, role, dyad), keep_label=keep_label)


@person_app.command("list")
def list_persons(study: StudyPath, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """List the study's people."""
    from iprtool.library.wording import person_words

    roster = _roster(study, passphrase_file)
    dyads = {one.id: one.label for one in roster.dyads}
    if as_json:
        rows = [{"label": one.label, "role": one.role, "dyad": dyads.get(one.dyad or "")} for one in roster.persons]
        say(as_json_text(rows))
        return
    for one in roster.persons:
        say(f"{one.label:<26}{person_words(one.role):<16}{dyads.get(one.dyad or '', '')}".rstrip())


@session_app.command("add")
def add_session(
    study: StudyPath,
    dyad: Dyad,
    number: Annotated[int, typer.Option(help="the session's number", min=1)],
    held: Held = "",
    keep_label: KeepLabel = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Add a session; its recording may come later, with iprtool add."""
    from iprtool.library.editing import new_session

    _enter(study, passphrase_file, lambda roster: new_session(roster, dyad, number, held), keep_label=keep_label)


@session_app.command("held")
def set_held(
    study: StudyPath, dyad: Dyad, session: Session, held: Held, passphrase_file: PassphraseFile = None
) -> None:
    """Say when a session ended, from which the 48 hours of its recalls count."""
    from iprtool.library.editing import changed_session, the_session

    def change(roster: Roster) -> Change:
        return changed_session(roster, the_session(roster, dyad, session).id, session, held)

    _enter(study, passphrase_file, change)


@dyad_app.command("add")
def add_dyad(
    study: StudyPath,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="a pseudonym, for instance D05")],
    group: Annotated[str, typer.Option(help="the group that it is in")] = "",
    keep_label: KeepLabel = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Add a dyad."""
    from iprtool.library.editing import new_dyad

    _enter(study, passphrase_file, lambda roster: new_dyad(roster, label, group), keep_label=keep_label)


@dyad_app.command("group")
def set_group(
    study: StudyPath,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="the dyad's label, for instance D05")],
    group: Group = "",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Put a dyad into a group."""
    from iprtool.library.editing import changed_dyad, the_dyad

    _enter(study, passphrase_file, lambda roster: changed_dyad(roster, the_dyad(roster, label).id, label, group))


@app.command()
def missing(
    study: StudyPath,
    dyad: Dyad,
    session: Session,
    by: By,
    reason: Reason = None,
    to_come: Annotated[bool, typer.Option("--to-come", help="it is still to come after all")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Note that a recall did not take place, and why."""
    from iprtool.library.editing import missing as noted
    from iprtool.library.editing import the_recall

    if (reason is None) != to_come:
        raise IprtoolError("Say why it is missing with --reason, or that it is still to come with --to-come.")

    def change(roster: Roster) -> Change:
        label = f"{dyad}, session {session}, {by.replace('_', ' ')}"
        return noted(the_recall(roster, dyad, session, by), reason, label)

    _enter(study, passphrase_file, change)


@app.command()
def recalled(
    study: StudyPath,
    roles: Annotated[
        list[Any],
        typer.Argument(parser=lambda text: check_role(text, "ROLE…"), metavar="ROLE…", help="client, therapist …"),
    ],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Set whose recall of each session is expected; without it, the client's and the therapist's."""
    from iprtool.library.editing import recalled as expecting

    _enter(study, passphrase_file, lambda roster: expecting(roster, roles))


@app.command()
def status(
    study: StudyPath,
    only: Annotated[
        list[str] | None, typer.Argument(metavar="FILTER…", help="missing, due, a dyad's label, group:NAME …")
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Say what a study has and what is missing: dyads, sessions, recalls, codings, scores."""
    from iprtool.library.due import due as due_of
    from iprtool.library.filters import filtered, parsed
    from iprtool.library.overview import overview
    from iprtool.library.report import status_lines, status_rows

    roster = _roster(study, passphrase_file, settled=True)
    shown = overview(roster)
    shown = filtered(shown, parsed(" ".join(only or ())), due_of(roster, shown, _now()))
    if as_json:
        say(as_json_text(status_rows(shown)))
        return
    for line in status_lines(study.stem, shown):
        say(line)


@app.command("due")
def list_due(study: StudyPath, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """Say what is due: recordings and consents that end, recalls to come, what was begun and not finished."""
    from iprtool.library.due import due as due_of
    from iprtool.library.overview import overview
    from iprtool.library.report import due_rows

    roster, now = _roster(study, passphrase_file, settled=True), _now()
    rows = due_rows(due_of(roster, overview(roster), now), now)
    if as_json:
        say(as_json_text(rows))
        return
    for row in rows:
        say(f"{'!' if row['late'] else ' '} {row['said']}")
    if not rows:
        say("Nothing is due.")


def _roster(study: Path, passphrase_file: Path | None, *, settled: bool = False) -> Roster:
    from iprtool.desk.roster import roster_of, settle, with_records

    with open_study(study, passphrase_file) as opened:
        if not settled:
            return roster_of(opened)
        settle(opened)
        return with_records(opened, roster_of(opened))


def _now() -> datetime:
    return datetime.now().astimezone()
