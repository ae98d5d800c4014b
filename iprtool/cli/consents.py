"""The commands for consents: what was signed, what was withdrawn, and what the study's recalls are made for."""

from datetime import date
from typing import Annotated, Any

import typer

from iprtool.cli.options import AsJson, PassphraseFile, StudyPath
from iprtool.cli.top import app
from iprtool.console import as_json_text, check_term, open_study, say
from iprtool.model.terms import ConsentScope


def check_scope(text: str) -> ConsentScope:
    """A consent's scope."""
    scope: ConsentScope = check_term(text, ConsentScope)
    return scope


PersonLabel = Annotated[str, typer.Argument(metavar="PERSON", help="the person's pseudonym")]
Scopes = Annotated[
    list[Any] | None,
    typer.Option("--scope", parser=check_scope, metavar="SCOPE", help="research, teaching, supervision or quotation"),
]


@app.command()
def consent(
    study: StudyPath,
    person: PersonLabel,
    signed: Annotated[str, typer.Option(metavar="DATE", help="when it was signed, as 2026-01-31")],
    scope: Scopes = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="the last day on which it holds")] = None,
    text_version: Annotated[str, typer.Option(help="the version of the text that was signed")] = "",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Note what a person has consented to; kept in that person's own sealed object."""
    from iprtool.desk.consents import give_consent, person_labelled
    from iprtool.model.consent import consent_text

    with open_study(study, passphrase_file) as opened:
        whose = person_labelled(opened, person)
        given = give_consent(opened, whose, scope or (), signed, until=until, text_version=text_version)
    say(f"{whose.label}: {consent_text(given)}")


@app.command()
def consents(study: StudyPath, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """List who has consented to what, and whose consent does not hold today."""
    from iprtool.desk.consents import all_consents
    from iprtool.model.consent import consent_text

    with open_study(study, passphrase_file) as opened:
        everybody = all_consents(opened, date.today().isoformat())
    if as_json:
        say(as_json_text(everybody))
        return
    if not everybody:
        say("There is nobody yet whose consent would be asked.")
    for one in everybody:
        say(f"{'! ' if one.problem else '  '}{one.label:<12}{one.role.replace('_', ' ')}")
        for given in one.consents:
            say(f"    {consent_text(given)}")
        if one.problem:
            say(f"    {one.problem}")


@app.command("mark-withdrawn")
def mark_withdrawn(
    study: StudyPath,
    person: PersonLabel,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="since when, as 2026-01-31; otherwise today")] = None,
    scope: Scopes = None,
    kept_under: Annotated[str, typer.Option(metavar="RULE", help="the rule under which their data stay kept")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="take it back: it was noted by mistake")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Note that a person has withdrawn: their recalls open no more, and those planned count as missing.

    With --scope only what they had agreed to in that is withdrawn. Nothing is erased by this.
    """
    from iprtool.desk import consents as at_desk

    with open_study(study, passphrase_file) as opened:
        whose = at_desk.person_labelled(opened, person)
        if undo:
            at_desk.unmark_withdrawn(opened, whose)
            say(f"{whose.label} has not withdrawn.")
            return
        since = on or date.today().isoformat()
        missing = at_desk.mark_withdrawn(opened, whose, since, scopes=scope or (), kept_under=kept_under)
    from_what = f" the consent for {' and '.join(scope)}" if scope else ""
    counted = f" {len(missing)} planned recall{'' if len(missing) == 1 else 's'} now missing." if missing else ""
    say(f"{whose.label} withdrew{from_what}, since {since}.{counted}")


@app.command()
def purpose(
    study: StudyPath,
    scope: Annotated[
        Any, typer.Argument(parser=check_scope, metavar="[SCOPE]", help="research, teaching or supervision")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Say what the study's recalls are made for, which consents must cover; without SCOPE, show it."""
    from iprtool.desk.consents import purpose_of, set_purpose

    with open_study(study, passphrase_file) as opened:
        if scope is not None:
            set_purpose(opened, scope)
        say(purpose_of(opened))
