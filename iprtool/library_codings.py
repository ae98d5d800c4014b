"""Beginning a coder's coding from the library, unlocking or unblinding one, opening a supervisor's recall."""

from iprtool.codebooks.versions import name_of
from iprtool.coding.segments import checked_length
from iprtool.desk.codebooks import all_codebooks
from iprtool.desk.codings import (
    begin_coding,
    coding_by,
    coding_codebook,
    new_coder_doubt,
    settled_coding,
    unblind_coding,
    unlock_coding,
)
from iprtool.desk.people import the_recording
from iprtool.desk.supervision import open_interpretations, to_be_opened
from iprtool.library.overview import CodingState
from iprtool.library.wish import Chosen, Wish
from iprtool.library.wording import coding_words
from iprtool.model.errors import IprtoolError
from iprtool.model.study import Coding, Session
from iprtool.model.times import parse_duration
from iprtool.screens.library_form import FormField, FormScreen
from iprtool.store.study import Study

BLIND = "The coder sees no other layer until theirs is locked."


def coding_form(study: Study, chosen: Chosen) -> FormScreen:
    """The form for the coding or the supervisor's recall that is chosen, or for a new coding of the chosen session.

    IprtoolError where none is chosen, or where the supervisor's recall cannot be opened.
    """
    if chosen.by == "supervisor" and chosen.recall is not None:
        return _opening(study, _session(study, chosen))
    coding = next((one for one in study.codings() if one.id == chosen.coding), None)
    return _begun(study, coding) if coding is not None else _new(study, chosen)


def _session(study: Study, chosen: Chosen) -> Session:
    """The session that is chosen; IprtoolError where none is."""
    session = next((one for one in study.sessions() if one.id == chosen.session), None)
    if session is None:
        raise IprtoolError("Choose a session first; b then begins a coder's coding of it.")
    return session


def _opening(study: Study, session: Session) -> FormScreen:
    to_be_opened(study, session)
    fields = [FormField("reason", "because", hint="why; kept in the log of the trainee's recall")]

    def take(values: dict[str, str]) -> None:
        open_interpretations(study, session, values["reason"].strip())

    about = "The trainee then sees it beside their own, by iprtool supervision; that cannot be taken back."
    return FormScreen("Open the supervisor's recall to the trainee", fields, take, about=about)


def _new(study: Study, chosen: Chosen) -> FormScreen:
    session = _session(study, chosen)
    the_recording(study, session)
    coders = [one.label for one in study.persons() if one.role == "observer"]
    having = {one.coder for one in study.codings() if one.session == session.id}
    free = next((label for label in coders if label not in having), "")
    books = [("", "as the study was coded last"), *((name_of(one), name_of(one)) for one in all_codebooks(study))]
    fields = [
        FormField("coder", "coder", free, hint="a pseudonym, as K1"),
        FormField("codebook", "codebook", "", "choice", tuple(books)),
        FormField("segment", "segment", "5m", hint="how long it is: 5m, 90s, 1:30"),
    ]

    asked: set[str] = set()

    def take(values: dict[str, str]) -> Wish:
        coder = values["coder"].strip()
        begun = coding_by(study, session, coder)
        if begun is None:
            doubt = new_coder_doubt(study, coder)
            if doubt is not None and coder not in asked:
                asked.add(coder)
                raise IprtoolError(f"{doubt}. Enter again keeps it.")
            book = coding_codebook(study, values["codebook"] or None)
            segment_ms = _length_ms(values["segment"])
            begun = begin_coding(study, session, coder, codebook=book, segment_ms=segment_ms)
        return Wish("coding", begun.id)

    return FormScreen("A coder's coding", fields, take, about=BLIND)


def _begun(study: Study, coding: Coding) -> FormScreen:
    what = (("unlock", "unlock the coding"), ("unblind", "unblind the coder"))
    fields = [
        FormField("what", "then", "unlock", "choice", what),
        FormField("reason", "because", hint="why; kept in the coding's log"),
    ]
    asked: list[dict[str, str]] = []

    def take(values: dict[str, str]) -> None:
        if values["what"] == "unlock":
            unlock_coding(study, coding, values["reason"])
            return
        if settled_coding(study, coding).locked and values not in asked:
            asked.append(values)
            raise IprtoolError(f"This cannot be taken back. Enter again lets {coding.coder} see the other layers.")
        unblind_coding(study, coding, values["reason"])

    about = (
        f"It is {coding_words(CodingState(coding, coding.coder))}. Unlocked, it can be changed again; unblinded, its "
        "coder sees the other layers from then on, and it stays as it is."
    )
    return FormScreen(f"The coding by {coding.coder}", fields, take, about=about)


def _length_ms(text: str) -> int:
    try:
        return checked_length(parse_duration(text))
    except ValueError as error:
        raise IprtoolError(f"{error}.") from None
