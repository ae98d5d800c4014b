"""Commands for observers' codings: begin or go on with one, list them, unlock, unblind."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from iprtool.cli.options import AsJson, DyadLabel, PassphraseFile, SessionNumber, StudyPath
from iprtool.cli.top import app
from iprtool.console import as_json_text, in_columns, need_terminal, open_study, say
from iprtool.model.errors import IprtoolError

if TYPE_CHECKING:
    from iprtool.desk.codings import CodingState

CoderLabel = Annotated[str, typer.Option("--coder", help="the coder's pseudonym, for instance K1")]


def check_length(text: str) -> int:
    """The milliseconds of a segment."""
    from iprtool.coding.segments import checked_length
    from iprtool.model.times import parse_duration

    try:
        return checked_length(parse_duration(text))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--segment") from error


@app.command()
def code(
    study: StudyPath,
    coder: CoderLabel,
    dyad: DyadLabel = None,
    session: SessionNumber = None,
    codebook: Annotated[
        str | None, typer.Option(help="3rs-2015, 3rs-2022, another shipped codebook's id, or a file")
    ] = None,
    segment: Annotated[
        Any, typer.Option(parser=check_length, metavar="TIME", help="how long a segment is: 5m, 90s, 1:30")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Begin an observer's coding of a session, or go on with it; the coder sees no other layer."""
    from iprtool.desk.codings import begin_coding, coding_by, coding_codebook, coding_grant, new_coder_doubt
    from iprtool.desk.people import the_only_session
    from iprtool.launch import become_app

    need_terminal()
    with open_study(study, passphrase_file) as opened:
        where = the_only_session(opened, dyad, session)[1]
        coding = coding_by(opened, where, coder)
        if coding is None:
            more = {} if segment is None else {"segment_ms": segment}
            book = coding_codebook(opened, codebook)
            if (doubt := new_coder_doubt(opened, coder)) is not None:
                raise IprtoolError(f"{doubt}; add a new one with: iprtool person add STUDY LABEL --role coder.")
            coding = begin_coding(opened, where, coder, codebook=book, **more)
        elif codebook is not None or segment is not None:
            raise IprtoolError(
                "This coding has begun with its own codebook and segments and keeps them; leave --codebook and "
                "--segment out."
            )
        grant = coding_grant(opened, coding)
    become_app(grant)


@app.command()
def codings(study: StudyPath, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """List the codings of a study and how far each is."""
    from iprtool.desk.codings import coding_states

    with open_study(study, passphrase_file) as opened:
        states = coding_states(opened)
    if as_json:
        say(as_json_text(states))
        return
    if not states:
        say(f"Nobody has coded a session of {study.name} yet: iprtool code {study} --coder K1")
    for line in in_columns([_cells(state) for state in states]):
        say(line)


@app.command()
def unlock(
    study: StudyPath,
    coder: CoderLabel,
    reason: Annotated[str, typer.Option(help="why it is changed again; kept with the coding")],
    dyad: DyadLabel = None,
    session: SessionNumber = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let a locked coding be changed again."""
    from iprtool.desk.codings import the_coding, unlock_coding

    with open_study(study, passphrase_file) as opened:
        coding = unlock_coding(opened, the_coding(opened, coder, dyad, session), reason)
    say(f"The coding by {coding.coder} is unlocked; it goes on with iprtool code.")


@app.command()
def unblind(
    study: StudyPath,
    coder: CoderLabel,
    dyad: DyadLabel = None,
    session: SessionNumber = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let a coder whose coding is locked see the session's other layers; the coding stays as it is from then on."""
    from iprtool.desk.codings import the_coding, unblind_coding

    with open_study(study, passphrase_file) as opened:
        coder = unblind_coding(opened, the_coding(opened, coder, dyad, session)).coder
    say(f"{coder} may see the other layers of this session: iprtool review {study} --coder {coder}")


def _cells(state: "CodingState") -> tuple[str, ...]:
    coding, done = state.coding, state.progress
    whose = (state.dyad, f"session {state.session}", coding.coder, coding.codebook)
    if done is None:
        return (*whose, "", "", "", "its layer cannot be read; see iprtool verify")
    lock = "unblinded" if coding.unblinded else "locked" if coding.locked else "open"
    ratings = f"session {done.rated} of {done.scales}" if done.scales else ""
    return (*whose, f"segments {done.finished} of {done.segments}", ratings, f"{done.codes:>3} codes", lock)
