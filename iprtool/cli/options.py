"""The arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated, Any

import typer

from iprtool.console import check_role
from iprtool.model.errors import IprtoolError

# readable=False: what may not be read is told by the part that reads it, with what to do.
StudyPath = Annotated[Path, typer.Argument(metavar="STUDY", readable=False, help="the study's folder, NAME.ipr")]
DyadLabel = Annotated[str | None, typer.Option("--dyad", help="the dyad's label, for instance D05")]
SessionNumber = Annotated[int | None, typer.Option("--session", help="the session's number", min=1)]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", readable=False, help="read the passphrase from this file (for scripts)"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print the result as JSON")]
By = Annotated[Any, typer.Option("--by", help="client, therapist, researcher …", parser=check_role, metavar="ROLE")]
KeepLabel = Annotated[bool, typer.Option("--keep-label", help="keep a label that looks like a name")]


def check_no_name(label: str, *, kept: bool) -> None:
    """IprtoolError where a label looks like a name and was not said to be kept."""
    from iprtool.library.editing import looks_like_a_name

    if not kept and looks_like_a_name(label):
        raise IprtoolError(
            f"{label[:24]} looks like a name: take a code such as D05-C instead, or keep it with --keep-label."
        )
