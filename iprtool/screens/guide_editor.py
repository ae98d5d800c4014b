"""A guide's leads by category, changed into a new version."""

from collections.abc import Iterable
from itertools import groupby

import msgspec

from iprtool.codebooks.drafting import lead_of, with_entry
from iprtool.commands.registers import EDITING
from iprtool.guides import changed
from iprtool.model.guide import CATEGORIES, Guide
from iprtool.screens.book_editor import BookEditor, BookRow
from iprtool.screens.keys import bindings_of
from iprtool.screens.library_form import FormField
from iprtool.screens.row_list import fitted


class GuideEditor(BookEditor[Guide]):
    """The leads in the order in which the inquirer has them."""

    BINDINGS = bindings_of(EDITING)
    tables = ("leads",)

    def rows(self, book: Guide, width: int) -> Iterable[BookRow]:
        """The guide itself, then its leads, with a heading where another category begins."""
        yield BookRow("", 0, (("the guide", "head"),))
        for place, (name, text) in enumerate((("title", book.title), ("language", book.language))):
            yield BookRow("head", place, (("  " + fitted(name, 14), "dim"), (fitted(text, width - 18), "")), (text,))
        for category, leads in groupby(enumerate(book.leads), lambda one: one[1].category):
            yield BookRow("", 0, ((category.replace("_", " "), "head"),))
            for place, lead in leads:
                ident = f" {fitted(lead.id, 18)}" if width >= 100 else ""
                cells = (fitted(f"  {lead.text}", width - 3 - len(ident)), ""), (ident, "dim")
                yield BookRow("leads", place, cells, (lead.text,))

    def form(self, table: str, place: int | None, after: int) -> tuple[str, list[FormField]]:
        """The fields of a lead, or of the guide itself."""
        book = self.draft.now
        if table != "leads":
            return "the guide", [
                FormField("title", "title", book.title),
                FormField("language", "language", book.language, hint="a tag such as en, nb or pt-BR"),
            ]
        lead = book.leads[place] if place is not None else None
        near = book.leads[after].category if 0 <= after < len(book.leads) else ""
        known = ", ".join(dict.fromkeys((*book.categories, *CATEGORIES)))
        return f"lead {lead.id}" if lead else "a new lead", [
            FormField("text", "question", lead.text if lead else "", hint="short and open, of what went on then"),
            FormField("category", "category", lead.category if lead else near, hint=known),
        ]

    def filled(self, table: str, place: int | None, after: int, values: dict[str, str]) -> Guide:
        """The guide with what the form holds."""
        book = self.draft.now
        if table != "leads":
            return msgspec.structs.replace(book, title=values["title"].strip(), language=values["language"].strip())
        at = after + 1 if place is None else place
        lead = lead_of(values, None if place is None else book.leads[at], [one.id for one in book.leads])
        return msgspec.structs.replace(book, leads=with_entry(book.leads, at, lead, new=place is None))

    def revised(self, book: Guide) -> Guide:
        """The next version, with what is in the draft."""
        return changed(self._base, leads=book.leads, title=book.title, language=book.language, earlier=self._earlier)
