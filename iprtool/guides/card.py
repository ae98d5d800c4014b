"""The inquirer's card: a guide on paper."""

import textwrap

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
