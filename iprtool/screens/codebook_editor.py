"""A codebook's codes and scales, changed into a new version."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from iprtool.codebooks.change import changed
from iprtool.codebooks.content import POLARITIES
from iprtool.codebooks.drafting import anchors_text, code_of, scale_of, scale_text, session_scale_of, with_entry
from iprtool.commands.registers import CODEBOOK
from iprtool.model.codebook import Codebook, CodeEntry, SessionScale
from iprtool.screens.book_editor import BookEditor, BookRow
from iprtool.screens.keys import bindings_of
from iprtool.screens.library_form import FormField
from iprtool.screens.row_list import Cell, fitted

HEAD = ("title", "source", "plain", "rating", "clarity")
WIDE = 110
"""From so many cells on, the codes' ids are there, too."""

YES_NO = (("yes", "yes"), ("no", "no"))
KEYS = (("", "none"), *((str(digit), str(digit)) for digit in range(1, 10)))
POLARITY = (("", "none"), *((one, one) for one in POLARITIES))
SIGNS = {"positive": "+", "negative": "-", "neutral": "="}


class CodebookEditor(BookEditor[Codebook]):
    """The codes with their keys and glosses, the scale that they are rated on, the ratings of the whole session."""

    BINDINGS = bindings_of(CODEBOOK)
    tables = ("codes", "session_ratings")

    def rows(self, book: Codebook, width: int) -> Iterable[BookRow]:
        """The book itself, its codes, its ratings of the whole session."""
        yield _heading("the codebook")
        for place, (name, text) in enumerate(_head(book)):
            yield BookRow("head", place, (("  " + fitted(name, 22), "dim"), (fitted(text, width - 26), "")), (text,))
        yield _heading(f"codes ({len(book.codes)})   key, word, group, + or -, what it means")
        for place, code in enumerate(book.codes):
            yield BookRow("codes", place, _code_cells(code, width), (code.label, code.group or "", code.gloss))
        yield _heading(f"ratings of the whole session ({len(book.session_ratings)})   t adds one")
        for place, scale in enumerate(book.session_ratings):
            texts = (scale.label, scale_text(scale.rating), anchors_text(scale.rating), scale.gloss)
            yield BookRow("session_ratings", place, _scale_cells(scale, width), texts)

    def action_add_rating(self) -> None:
        """A new rating of the whole session."""
        if self._may():
            self.add_to("session_ratings")

    def form(self, table: str, place: int | None, after: int) -> tuple[str, list[FormField]]:
        """The fields of a code, of a rating, or of the codebook itself."""
        book = self.draft.now
        match table:
            case "codes":
                near = book.codes[after] if place is None and 0 <= after < len(book.codes) else None
                return _code_form(book.codes[place] if place is not None else None, near)
            case "session_ratings":
                return _session_scale_form(book.session_ratings[place] if place is not None else None)
            case _:
                return "the codebook", _head_form(book)

    def filled(self, table: str, place: int | None, after: int, values: dict[str, str]) -> Codebook:
        """The codebook with what the form holds."""
        book, new = self.draft.now, place is None
        at = after + 1 if place is None else place
        match table:
            case "codes":
                code = code_of(values, None if new else book.codes[at], _ids(book.codes))
                return msgspec.structs.replace(book, codes=with_entry(book.codes, at, code, new=new))
            case "session_ratings":
                scales = book.session_ratings
                scale = session_scale_of(values, None if new else scales[at], _ids(scales))
                return msgspec.structs.replace(book, session_ratings=with_entry(scales, at, scale, new=new))
            case _:
                return msgspec.structs.replace(
                    book,
                    title=values["title"].strip(),
                    source=values["source"].strip(),
                    plain=values["plain"] == "yes",
                    clarity=values["clarity"] == "yes",
                    rating=scale_of(values["rating"], values["anchors"]),
                )

    def revised(self, book: Codebook) -> Codebook:
        """The next version, with what is in the draft."""
        return changed(
            self._base,
            codes=book.codes,
            title=book.title,
            source=book.source,
            rating=book.rating,
            session_ratings=book.session_ratings,
            clarity=book.clarity,
            plain=book.plain,
            earlier=self._earlier,
        )


def _ids(entries: Sequence[CodeEntry | SessionScale]) -> list[str]:
    return [one.id for one in entries]


def _heading(text: str) -> BookRow:
    return BookRow("", 0, ((text, "head"),))


def _head(book: Codebook) -> Iterator[tuple[str, str]]:
    yield "title", book.title
    yield "source", book.source
    yield "for participants", "yes, in plain words" if book.plain else "no"
    anchors = anchors_text(book.rating)
    yield "codes are rated", (scale_text(book.rating) or "no") + (f"   {anchors}" if anchors else "")
    yield "clarity check", "yes: minus, plain, plus" if book.clarity else "no"


def _code_cells(code: CodeEntry, width: int) -> tuple[Cell, ...]:
    key, sign = str(code.key or " "), SIGNS.get(code.polarity or "", " ")
    ident = f"{fitted(code.id, 20)} " if width >= WIDE else ""
    more = f" {ident}{fitted(code.group or '', 14)} {sign}  "
    gloss = fitted(code.gloss, max(0, width - 38 - len(more)))
    return (f"  {key} ", "bold"), (fitted(code.label, 30), ""), (more, "dim"), (gloss, "")


def _scale_cells(scale: SessionScale, width: int) -> tuple[Cell, ...]:
    text = f"{fitted(scale.label, 40)} {fitted(scale_text(scale.rating), 16)} "
    return (("    ", ""), (text, ""), (fitted(anchors_text(scale.rating) or scale.gloss, max(0, width - 64)), "dim"))


def _code_form(code: CodeEntry | None, near: CodeEntry | None) -> tuple[str, list[FormField]]:
    was = code or CodeEntry("", "", group=near.group if near else None, polarity=near.polarity if near else None)
    fields = [
        FormField("label", "word", was.label, hint="as it is shown"),
        FormField("gloss", "what it means", was.gloss, hint="in plain words; may be empty"),
        FormField("group", "group", was.group or "", hint="may be empty"),
        FormField("polarity", "polarity", was.polarity or "", "choice", POLARITY),
        FormField("key", "key", str(was.key or ""), "choice", KEYS),
    ]
    if code is None:
        fields.append(FormField("id", "id", hint="a-z, 0-9 and _; made of the word where it is empty; stays for good"))
    return f"code {was.id}" if code else "a new code", fields


def _session_scale_form(scale: SessionScale | None) -> tuple[str, list[FormField]]:
    was = scale or SessionScale("", "")
    fields = [
        FormField("label", "name", was.label, hint="as it is shown"),
        FormField("gloss", "what it means", was.gloss, hint="may be empty"),
        FormField("scale", "scale", scale_text(was.rating), hint="1 to 5, or 1 to 9 by 0.5"),
        FormField("anchors", "anchors", anchors_text(was.rating), hint="1 = not at all; 5 = very"),
    ]
    if scale is None:
        fields.append(FormField("id", "id", hint="a-z, 0-9 and _; made of the name where it is empty; stays for good"))
    return f"rating {was.id}" if scale else "a new rating of the whole session", fields


def _head_form(book: Codebook) -> list[FormField]:
    return [
        FormField("title", "title", book.title),
        FormField("source", "source", book.source, hint="where it is from"),
        FormField("plain", "for participants", "yes" if book.plain else "no", "choice", YES_NO),
        FormField("rating", "codes are rated", scale_text(book.rating), hint="1 to 5; empty where they are not"),
        FormField("anchors", "anchors", anchors_text(book.rating), hint="1 = not at all; 5 = very"),
        FormField("clarity", "clarity check", "yes" if book.clarity else "no", "choice", YES_NO),
    ]
