"""Supervision: the supervisor's interpretations are a layer of their own, held back from the trainee until opened.

The supervisor makes it as a recall of the role supervisor. The trainee's own recall is granted no layer but its own;
what the trainee looks at afterwards has the supervisor's only once that was opened, which the trainee's layer logs.
"""

from datetime import UTC, datetime

import msgspec

from iprtool.desk.recalls import reopen
from iprtool.desk.reviews import review_grant, shown_recalls
from iprtool.edits import Hand
from iprtool.model.errors import IprtoolError
from iprtool.model.grant import ReviewGrant
from iprtool.model.layer import Unblinded
from iprtool.model.study import Dyad, Recall, Session
from iprtool.model.terms import Role
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.machine import device
from iprtool.store.study import Study

TRAINEES: tuple[Role, ...] = ("therapist", "co_therapist")


def trainees_recalls(study: Study, session: Session) -> list[Recall]:
    """The trainee's recalls of the session for supervision."""
    made = shown_recalls(study, session)
    return [one for one in made if one.by in TRAINEES and one.protocol.kind == "supervision"]


def interpretations(study: Study, session: Session) -> list[Recall]:
    """The supervisor's recalls of the session."""
    return [one for one in shown_recalls(study, session) if one.by == "supervisor"]


def are_open(study: Study, session: Session) -> bool:
    """Whether the trainee was let see the supervisor's interpretations."""
    return any(_was_unblinded(study, one) for one in trainees_recalls(study, session))


def open_interpretations(study: Study, session: Session, reason: str = "") -> None:
    """Let the trainee see the supervisor's interpretations from now on: an operation in the trainee's own layer.

    IprtoolError where there are none, or no recall of the trainee's that they are about.
    """
    trainees = _needed(study, session)
    if not interpretations(study, session):
        raise IprtoolError(
            "The supervisor has made nothing of this session yet; begin a recall by the supervisor first."
        )
    hand = Hand("supervisor", device())
    for recall in trainees:
        if recall.layer is not None and not _was_unblinded(study, recall):
            op = msgspec.structs.replace(hand.op(recall.layer, Unblinded()), reason=reason or None)
            with LayerFile(study.path_of(recall.layer), study.key_of(recall.layer)) as log:
                log.commit([op]).result()


def supervision_grant(study: Study, dyad: Dyad, session: Session, now: datetime | None = None) -> ReviewGrant:
    """What the trainee looks at: their own layer, and beside it the supervisor's once that was opened; to read only."""
    trainees = _needed(study, session)
    for recall in trainees:
        reopen(study, recall, now or datetime.now(UTC))
    beside = interpretations(study, session) if are_open(study, session) else []
    shown = [one.layer for one in (*trainees, *beside)]
    grant = review_grant(study, dyad, session, writing=False)
    return msgspec.structs.replace(
        grant,
        title=f"{dyad.label} · session {session.number} · supervision",
        layers=tuple(one for one in grant.layers if one.id in shown),
        group=None,
        scores=0,
    )


def _needed(study: Study, session: Session) -> list[Recall]:
    trainees = trainees_recalls(study, session)
    if not trainees:
        raise IprtoolError("The trainee has no recall for supervision of this session; begin one by that protocol.")
    return trainees


def _was_unblinded(study: Study, recall: Recall) -> bool:
    assert recall.layer is not None
    layer = read_layer(study.path_of(recall.layer), study.key_of(recall.layer))
    return any(isinstance(op.body, Unblinded) for op in layer.ops)
