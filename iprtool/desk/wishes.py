"""What is granted to the process that carries out a wish from the library."""

from collections.abc import Iterable
from typing import TypeVar

from iprtool.desk.codings import coding_grant
from iprtool.desk.grants import recall_grant
from iprtool.desk.reviews import review_grant
from iprtool.library.wish import Wish
from iprtool.model.errors import IprtoolError
from iprtool.model.grant import Grant
from iprtool.model.study import Coding, Dyad, Recall, Session
from iprtool.store.study import Study

_Entry = TypeVar("_Entry", Dyad, Session, Recall, Coding)


def wished_grant(study: Study, wish: Wish) -> Grant:
    """The grant for a wish; a recall and a coding lead back to the study. IprtoolError where it cannot be opened."""
    match wish.kind:
        case "recall":
            return recall_grant(study, _with_id(study.recalls(), wish.id), back=True)
        case "review":
            session = _with_id(study.sessions(), wish.id)
            dyad = _with_id(study.dyads(), session.dyad)
            return review_grant(study, dyad, session, at_ms=wish.at_ms, chosen=wish.mark)
        case "coding":
            return coding_grant(study, _with_id(study.codings(), wish.id), back=True)


def _with_id(entries: Iterable[_Entry], ident: str) -> _Entry:
    for one in entries:
        if one.id == ident:
            return one
    raise IprtoolError("This is not in the study any more; look again.")
