"""The commands that begin a recall: whose it is, and by which protocol."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from iprtool.cli.options import (
    AsJson,
    By,
    DyadLabel,
    KeepLabel,
    PassphraseFile,
    SessionNumber,
    StudyPath,
    check_no_name,
)
from iprtool.cli.top import app
from iprtool.console import as_json_text, check_role, check_term, need_terminal, open_study, say
from iprtool.model.errors import IprtoolError
from iprtool.model.terms import Role, View

if TYPE_CHECKING:
    from iprtool.model.protocol import RecallProtocol
    from iprtool.store.study import Study


def check_stretch(text: str) -> tuple[int, int]:
    """A stretch of the recording, as 12:30-14:00."""
    from iprtool.recall.settings import parse_stretch

    try:
        return parse_stretch(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from error


def check_time(text: str) -> int:
    """A length of time in ms, as 90s, 2m or 2:00."""
    from iprtool.model.times import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from error


def check_view(text: str) -> View:
    """What is seen of the picture, spelt as on the command line (left-covered) or as in the tables (left_covered)."""
    view: View = check_term(text, View)
    return view


@app.command()
def recall(
    study: StudyPath,
    by: By = None,
    dyad: DyadLabel = None,
    session: SessionNumber = None,
    person: Annotated[str | None, typer.Option(help="who recalls, by pseudonym; --by is then their role")] = None,
    also: Annotated[list[str] | None, typer.Option(help="who takes part as well (mutual recall), by pseudonym")] = None,
    inquirer: Annotated[str | None, typer.Option(help="who asks (a pseudonym)")] = None,
    place: Annotated[str | None, typer.Option(help="where the recall takes place")] = None,
    protocol: Annotated[str | None, typer.Option(help="how it goes: a name from iprtool protocols")] = None,
    segments: Annotated[
        list[Any] | None,
        typer.Option("--segment", parser=check_stretch, metavar="FROM-TO", help="preselected, as 12:30-14:00"),
    ] = None,
    event: Annotated[
        Any, typer.Option(parser=check_stretch, metavar="FROM-TO", help="the event that is recalled, as 12:30-14:00")
    ] = None,
    event_of: Annotated[
        Any, typer.Option(parser=check_role, metavar="ROLE", help="its bounds as that person's own recall has them")
    ] = None,
    every: Annotated[
        Any, typer.Option(parser=check_time, metavar="TIME", help="how often is asked, as 90s or 2:00")
    ] = None,
    choose: Annotated[int | None, typer.Option(help="how many moments a supervision is about: 3 or 5")] = None,
    view: Annotated[
        Any, typer.Option(parser=check_view, metavar="VIEW", help="the picture at the start: hidden, left-covered …")
    ] = None,
    audio_only: Annotated[bool | None, typer.Option("--audio-only", help="no picture at any time")] = None,
    start_covered: Annotated[bool | None, typer.Option("--start-covered", help="covered until the person says")] = None,
    show_transcript: Annotated[bool | None, typer.Option("--show-transcript", help="what is said stands there")] = None,
    minutes: Annotated[int | None, typer.Option(help="how long the interview may take", min=1)] = None,
    stay: Annotated[
        bool | None, typer.Option("--stay/--go-on", help="Enter saves a note and stays (a led interview), or goes on")
    ] = None,
    codebook: Annotated[str | None, typer.Option(help="a shipped codebook's id, or a file")] = None,
    guide: Annotated[str | None, typer.Option(help="the interview guide's version")] = None,
    keep_label: KeepLabel = False,
    another: Annotated[bool, typer.Option("--another", help="a new one beside the person's recall there is")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Begin a person's recall of a session, or go on with it."""
    from iprtool.desk.grants import recall_grant
    from iprtool.desk.offers import latency_of
    from iprtool.desk.people import the_only_session
    from iprtool.desk.places import keymap
    from iprtool.desk.recalls import event_bounds
    from iprtool.desk.starting import start_recall
    from iprtool.launch import become_app
    from iprtool.recall.settings import RecallChoice

    if by is None and person is None:
        raise typer.BadParameter("say whose recall it is, with --by or --person", param_hint="--by")
    check_no_name(inquirer or "", kept=keep_label)
    need_terminal()
    settings = {
        "segments": tuple(segments) if segments else (event,) if event else None,
        "prompt_every_ms": every,
        "choose": choose,
        "view": view,
        "audio_only": audio_only,
        "start_covered": start_covered,
        "show_transcript": show_transcript,
        "planned_minutes": minutes,
        "after_note": None if stay is None else "stay" if stay else "go_on",
    }
    with open_study(study, passphrase_file) as opened:
        where = the_only_session(opened, dyad, session)[1]
        keymap()  # said before anything is made, where it is wrong
        if event_of is not None:
            settings["segments"] = (event_bounds(opened, where, event_of),)
        choice = RecallChoice(
            **_who(opened, by, person, also or []),
            inquirer=inquirer,
            place=place,
            protocol=_how(protocol, settings),
            codebook=codebook,
            guide=guide,
        )
        grant = recall_grant(opened, start_recall(opened, where, choice, another=another))
        late, held = latency_of(where, datetime.now(UTC).astimezone())
    if late:
        say(f"The session was {held}.")
    become_app(grant)


def _who(study: "Study", by: Role | None, label: str | None, also: list[str]) -> dict[str, Any]:
    from iprtool.desk.consents import person_labelled

    person = person_labelled(study, label) if label else None
    if person is not None and by not in (None, person.role):
        raise IprtoolError(f"{person.label} is {person.role.replace('_', ' ')} in this study; leave --by out.")
    others = tuple(person_labelled(study, one).id for one in also)
    return {"by": by or (person and person.role), "person": person.id if person else None, "also": others}


def _how(name: str | None, settings: dict[str, Any]) -> "RecallProtocol | None":
    """The protocol, where one is named or anything is set; None where it is to be as it is."""
    from iprtool.desk.starting import USUAL
    from iprtool.recall.settings import protocol_of

    if name is None and all(value is None for value in settings.values()):
        return None
    return protocol_of(name or USUAL, **settings)


@app.command("protocols")
def list_protocols(as_json: AsJson = False) -> None:
    """List the protocols that a recall can go by, and what each sets."""
    from iprtool.model.protocol import PROTOCOLS
    from iprtool.recall.settings import protocol_text

    if as_json:
        say(as_json_text(list(PROTOCOLS.values())))
        return
    for name, protocol in PROTOCOLS.items():
        say(f"{name:<18}{protocol_text(protocol)}")
