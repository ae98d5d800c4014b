"""Commands for the scores of a study's sessions, and for the instruments that they are on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from iprtool.cli.options import AsJson, By, DyadLabel, PassphraseFile, SessionNumber, StudyPath
from iprtool.cli.top import app
from iprtool.console import as_json_text, open_study, refuse_problems, say
from iprtool.model.errors import IprtoolError

if TYPE_CHECKING:
    from iprtool.instruments.sheet import Entered, Line, Sheet
    from iprtool.model.study import Session
    from iprtool.model.terms import Role
    from iprtool.store.study import Study

instruments_app = typer.Typer(help="Instruments: questionnaires by their subscales and ranges.", no_args_is_help=True)
app.add_typer(instruments_app, name="instruments")


@app.command()
def scores(
    study: StudyPath,
    dyad: DyadLabel = None,
    session: SessionNumber = None,
    file: Annotated[
        Path | None, typer.Option("--import", readable=False, metavar="FILE.csv", help="enter the scores of a file")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="INSTRUMENT.SUBSCALE=VALUE", help="enter a score, as wai-sr.task=15, or 15/3"),
    ] = None,
    by: By = None,
    person: Annotated[str, typer.Option("--person", help="whose form, where several have the role")] = "",
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Show the scores of a study's sessions and what is missing; enter them from a file, or one with --set."""
    if file is not None and settings:
        raise IprtoolError("Say either --import or --set, not both.")
    if settings and by is None:
        raise IprtoolError("Say whose form it is with --by, for instance --by client.")
    with open_study(study, passphrase_file) as opened:
        if file is not None:
            _import(opened, file, as_json=as_json)
        elif settings:
            _set(opened, _the_session(opened, dyad, session), by, person, settings)
        else:
            _list(opened, dyad, session, as_json=as_json)


def _import(study: "Study", file: Path, *, as_json: bool) -> None:
    from iprtool.desk.score_files import import_problems, import_scores

    problems = import_problems(study, file)
    for problem in problems:
        where = f"{file}:{problem.line}" if problem.line is not None else str(file)
        typer.echo(f"{where}: {problem.reason}", err=True)
    if problems:
        typer.echo("Nothing was entered.", err=True)
        raise typer.Exit(1)
    done = import_scores(study, file)
    if as_json:
        say(as_json_text(done))
        return
    for line in done.replaced:
        say(f"replaced: {line}")
    say(f"{done.words}.")


def _set(study: "Study", session: "Session", by: "Role", person: str, settings: list[str]) -> None:
    from iprtool.desk.scores import enter_score, rater_by, session_title
    from iprtool.instruments.sheet import entry_text

    cells = [_cell(study, one) for one in settings]
    rater = rater_by(study, session, by, person)
    for line, entered in cells:
        change = enter_score(study, session, rater, line, entered)
        was = f" (was {entry_text(change.was)})" if change.was is not None and change.was != change.now else ""
        now = entry_text(change.now) or "taken away"
        say(
            f"{session_title(study, session)} · {line.instrument.id} {line.subscale.label} by {rater.label}: {now}{was}"
        )


def _cell(study: "Study", setting: str) -> "tuple[Line, Entered | None]":
    from iprtool.desk.scores import instrument_named
    from iprtool.instruments.sheet import Line, read_entry

    name, given, value = setting.partition("=")
    instrument_name, dot, subscale_name = name.strip().rpartition(".")
    if not given or not dot:
        raise IprtoolError(f"{setting[:80]!r} is no score to be set; write it like wai-sr.task=15.")
    instrument = instrument_named(study, instrument_name)
    subscale = instrument.subscale(subscale_name)
    if subscale is None:
        known = ", ".join(one.id for one in instrument.subscales)
        raise IprtoolError(f"{instrument.id} has no subscale {subscale_name[:80]!r}; it has {known}.")
    try:
        return Line(instrument, subscale), read_entry(subscale, value) if value.strip() else None
    except ValueError as error:
        raise IprtoolError(f"{instrument.id}.{subscale.id}: {error}.") from error


def _the_session(study: "Study", dyad: str | None, number: int | None) -> "Session":
    from iprtool.desk.people import the_only_session

    return the_only_session(study, dyad, number)[1]


def _list(study: "Study", dyad: str | None, number: int | None, *, as_json: bool) -> None:
    from iprtool.desk.scores import sessions_in_order, sheet_of, used_instruments
    from iprtool.instruments.sheet import entry_text, missing_text

    labels = {one.id: one.label for one in study.dyads()}
    wanted = [
        one for one in sessions_in_order(study) if dyad in (None, labels[one.dyad]) and number in (None, one.number)
    ]
    if not wanted:
        _the_session(study, dyad, number)
    used = used_instruments(study)
    sheets = [sheet_of(study, one, used) for one in wanted]
    if as_json:
        say(as_json_text([{"title": one.title, "scores": one.scores, "missing": _named(one)} for one in sheets]))
        return
    for sheet in sheets:
        missing = sheet.missing()
        say(f"{sheet.title}: {sheet.asked_count - len(missing)} of {sheet.asked_count} scores")
        for line in sheet.lines:
            there = [(rater.label, sheet.score(line, rater)) for rater in sheet.raters]
            values = "   ".join(f"{label} {entry_text(score)}" for label, score in there if score is not None)
            if values:
                say(f"  {line.instrument.id:<12}{line.subscale.label:<24}{values}")
        if missing:
            say(f"  missing: {missing_text(missing, most=100)}")


def _named(sheet: "Sheet") -> list[str]:
    return [f"{line.instrument.id}.{line.subscale.id} by {rater.label}" for line, rater in sheet.missing()]


@instruments_app.command("list")
def list_instruments(
    study: Annotated[
        Path | None, typer.Argument(metavar="[STUDY]", readable=False, help="with the study's own, those used marked")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """List the instruments that iprtool ships, or that a study can use: subscales with their ranges."""
    from iprtool.desk.scores import instruments_of, used_instruments
    from iprtool.instruments import shipped, shipped_ids

    if study is None:
        known, used = [shipped(name) for name in shipped_ids()], []
    else:
        with open_study(study, passphrase_file) as opened:
            known, used = instruments_of(opened), used_instruments(opened)
    for one in known:
        say(f"{'●' if one in used else ' '} {one.id} {one.version} · {one.title} · by {', '.join(one.raters)}")
        ranges = (f"{sub.id} {sub.minimum:g}–{sub.maximum:g}" for sub in one.subscales)
        say(f"    {', '.join(ranges)}")


@instruments_app.command("check")
def check_instrument(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="an instrument as TOML")],
) -> None:
    """Check an instrument's file: each error with its line and reason."""
    from iprtool.instruments import check, load

    refuse_problems(file, check(file))
    one = load(file)
    say(f"{one.title}, version {one.version}: {len(one.subscales)} subscales, by {', '.join(one.raters)}.")


@instruments_app.command("load")
def load_instrument(
    study: StudyPath,
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="an instrument as TOML")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Keep an instrument of the study's own, and use it."""
    from iprtool.desk.scores import keep_instrument, use_instruments, used_instruments
    from iprtool.instruments import load

    one = load(file)
    with open_study(study, passphrase_file) as opened:
        used = used_instruments(opened)
        keep_instrument(opened, one)
        use_instruments(opened, used if one in used else [*used, one])
    say(f"{one.title}, version {one.version}, is kept and used in this study.")


@instruments_app.command("use")
def choose_instruments(
    study: StudyPath,
    names: Annotated[list[str], typer.Argument(metavar="INSTRUMENT…", help="ids, or id@version; none other is used")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Choose the instruments that the study uses; the scores on others stay."""
    from iprtool.desk.scores import instrument_named, use_instruments

    with open_study(study, passphrase_file) as opened:
        chosen = [instrument_named(opened, name) for name in names]
        use_instruments(opened, chosen)
    say(f"This study uses {', '.join(f'{one.id} {one.version}' for one in chosen)}.")
