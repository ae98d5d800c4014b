"""The inquirer's card: a guide on paper."""

import textwrap
from pathlib import Path

from iprtool.model.errors import IprtoolError
from iprtool.model.guide import Guide

CELLS = 72
NOTES = "Short and open, of what went on then; no interpretation. Anything may be skipped."


def card_text(guide: Guide) -> str:
    """A guide as plain text for paper, in lines of up to 72 cells: its leads by category."""
    lines = [guide.title, f"{guide.id}, version {guide.version} ({guide.language})", "", *textwrap.wrap(NOTES, CELLS)]
    for category in guide.categories:
        lines += ["", category.replace("_", " ").upper()]
        for lead in guide.of(category):
            lines += textwrap.wrap(lead.text, CELLS, initial_indent="  [ ] ", subsequent_indent="      ")
    return "\n".join(lines) + "\n"


def write_card(guide: Guide, path: Path) -> None:
    """Write the card to a new file; IprtoolError where there is one already, or it can't be written."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(card_text(guide))
    except FileExistsError:
        raise IprtoolError(f"{path.name} is there already; choose another name.") from None
    except OSError as error:
        raise IprtoolError(f"{path.name} could not be written ({error.strerror}); choose another folder.") from None
