"""The command with which a trainee looks at a session afterwards, and a supervisor opens the interpretations."""

from typing import Annotated

import typer

from iprtool.cli.options import DyadLabel, PassphraseFile, SessionNumber, StudyPath
from iprtool.cli.top import app
from iprtool.console import need_terminal, open_study, say


@app.command()
def supervision(
    study: StudyPath,
    dyad: DyadLabel = None,
    session: SessionNumber = None,
    opened: Annotated[
        bool, typer.Option("--open", help="let the trainee see the supervisor's interpretations from now on")
    ] = False,
    reason: Annotated[str, typer.Option(help="why they are opened, for the log")] = "",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show the trainee their own layer of a session, and the supervisor's interpretations once these were opened."""
    from iprtool.desk.people import the_only_session
    from iprtool.desk.supervision import open_interpretations, supervision_grant
    from iprtool.launch import become_app

    if not opened:
        need_terminal()
    with open_study(study, passphrase_file) as chosen:
        of, where = the_only_session(chosen, dyad, session)
        if opened:
            open_interpretations(chosen, where, reason)
            say(f"{of.label}, session {where.number}: the supervisor's interpretations are open to the trainee.")
            return
        grant = supervision_grant(chosen, of, where)
    become_app(grant)
