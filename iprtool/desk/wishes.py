"""What is granted to the process that carries out a wish from the library."""

import msgspec

from iprtool.desk.codings import coding_grant
from iprtool.desk.grants import recall_grant
from iprtool.desk.reviews import review_grant
from iprtool.library.wish import Wish
from iprtool.model.grant import Grant
from iprtool.store.study import Study


def wished_grant(study: Study, wish: Wish) -> Grant:
    """The grant for a wish; a recall and a coding lead back to the study. StoreError where it is not there."""
    match wish.kind:
        case "recall":
            recall = next(one for one in study.recalls() if one.id == wish.id)
            return msgspec.structs.replace(recall_grant(study, recall), back=str(study.path.absolute()))
        case "review":
            session = next(one for one in study.sessions() if one.id == wish.id)
            dyad = next(one for one in study.dyads() if one.id == session.dyad)
            return review_grant(study, dyad, session, at_ms=wish.at_ms, chosen=wish.mark)
        case "coding":
            return coding_grant(study, next(one for one in study.codings() if one.id == wish.id))
