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
from iprtool.store.layer import LayerFile
from iprtool.store.machine import device
from iprtool.store.study import Study
from iprtool.store.view import view_layer

TRAINEES: tuple[Role, ...] = ("therapist", "co_therapist")
TRAINEE = "trainee"
HELD_BACK = "held back until opened"
"""What stands for the supervisor's account before, whether there is one or not."""


def trainees_recalls(study: Study, session: Session) -> list[Recall]:
    """The trainee's recalls of the session for supervision."""
    made = shown_recalls(study, session)
    return [one for one in made if one.by in TRAINEES and one.protocol.kind == "supervision"]


def interpretations(study: Study, session: Session) -> list[Recall]:
    """The supervisor's recalls of the session."""
    return [one for one in shown_recalls(study, session) if one.by == "supervisor"]


def open_since(study: Study, session: Session) -> str | None:
    """Since when (ISO 8601) the trainee may see the supervisor's interpretations; None where they may not."""
    opened = (_unblinded_at(study, one) for one in trainees_recalls(study, session))
    return min((at for at in opened if at is not None), default=None)


def to_be_opened(study: Study, session: Session) -> list[Recall]:
    """The trainee's recalls that the supervisor's interpretations can be opened for.

    IprtoolError where the trainee has none that they are about, where they are open already, or where the supervisor's
    recall was not made, or is not finished.
    """
    trainees = _needed(study, session)
    if (since := open_since(study, session)) is not None:
        began = datetime.fromisoformat(since).astimezone()
        raise IprtoolError(
            f"The supervisor's recall has been open to the trainee since {began:%Y-%m-%d %H:%M} already."
        )
    made = interpretations(study, session)
    if not made:
        raise IprtoolError(
            "The supervisor has made nothing of this session yet; begin a recall by the supervisor first."
        )
    if any(one.status != "ended" for one in made):
        raise IprtoolError("The supervisor's recall is not finished yet; go on with it and end it, then open it.")
    return trainees


def open_interpretations(study: Study, session: Session, reason: str = "") -> None:
    """Let the trainee see the supervisor's interpretations from now on: an operation in the trainee's own layer.

    IprtoolError where that cannot be (see `to_be_opened`).
    """
    hand = Hand("supervisor", device())
    for recall in to_be_opened(study, session):
        if recall.layer is not None:
            op = msgspec.structs.replace(hand.op(recall.layer, Unblinded()), reason=reason or None)
            with LayerFile(study.path_of(recall.layer), study.key_of(recall.layer)) as log:
                log.commit([op]).result()


def supervision_grant(study: Study, dyad: Dyad, session: Session, now: datetime | None = None) -> ReviewGrant:
    """What the trainee looks at, to read only: their own account, and the supervisor's beside it once it was opened."""
    trainees = _needed(study, session)
    for recall in trainees:
        reopen(study, recall, now or datetime.now(UTC))
    opened = open_since(study, session) is not None
    beside = interpretations(study, session) if opened else []
    called = {one.layer: TRAINEE for one in trainees} | {one.layer: "" for one in beside}
    grant = review_grant(study, dyad, session, writing=False)
    layers = (msgspec.structs.replace(one, label=called[one.id]) for one in grant.layers if one.id in called)
    return msgspec.structs.replace(
        grant,
        title=f"{dyad.label} · session {session.number} · supervision",
        layers=tuple(layers),
        group=None,
        scores=0,
        sides=(trainees[0].by, "supervisor"),
        absent={} if opened else {"supervisor": HELD_BACK},
    )


def _needed(study: Study, session: Session) -> list[Recall]:
    trainees = trainees_recalls(study, session)
    if not trainees:
        raise IprtoolError("The trainee has no recall for supervision of this session; begin one by that protocol.")
    return trainees


def _unblinded_at(study: Study, recall: Recall) -> str | None:
    assert recall.layer is not None
    with view_layer(study.path_of(recall.layer), study.key_of(recall.layer)) as view:
        return next((op.at_utc for op in view.ops() if isinstance(op.body, Unblinded)), None)
