"""Whether what a guide says holds together: ids of their own, questions to be read, a language."""

import re
from collections.abc import Iterator
from typing import Any

from iprtool.codebooks.faults import Found
from iprtool.codebooks.lines import FieldPath
from iprtool.codebooks.texts import MAX_TEXT, book_id, entry_id, line, repeated
from iprtool.model.guide import Guide

MAX_LEADS = 200
MAX_LEAD = 300

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def content_problems(guide: Guide) -> Iterator[Found]:
    """What does not hold together in a guide whose fields are all there, each with its path."""
    yield from book_id(guide.id, ("id",), "guide")
    yield from line(guide.version, ("version",))
    yield from line(guide.title, ("title",), longest=MAX_TEXT)
    if not _LANGUAGE.fullmatch(guide.language):
        yield ("language",), f"{guide.language[:80]!r} is no language tag; write one like en, nb or pt-BR"
    if not guide.leads:
        yield ("leads",), "there is no lead; add one with a category and a text"
    if len(guide.leads) > MAX_LEADS:
        yield ("leads", MAX_LEADS), f"there are more than {MAX_LEADS} leads; leave some out"
    for place, lead in enumerate(guide.leads):
        here: FieldPath = ("leads", place)
        yield from entry_id(lead.id, (*here, "id"), "lead's id")
        yield from entry_id(lead.category, (*here, "category"), "category")
        yield from line(lead.text, (*here, "text"), longest=MAX_LEAD)
    yield from repeated("leads", "lead", "id", (lead.id for lead in guide.leads))
    yield from repeated("leads", "lead", "text", (lead.text.strip().casefold() or None for lead in guide.leads))


def complete(data: dict[str, Any]) -> None:
    """Give the leads that have no id one made of their category: `affect`, the next one `affect_2`."""
    leads = data.get("leads")
    tables = [lead for lead in leads if isinstance(lead, dict)] if isinstance(leads, list) else []
    counts: dict[str, int] = {}
    for lead in tables:
        category = lead.get("category")
        if isinstance(category, str):
            counts[category] = counts.get(category, 0) + 1
            lead.setdefault("id", category if counts[category] == 1 else f"{category}_{counts[category]}")
