"""Reviews: what a session's review is given to read, and the study's one object that the researcher's links are in."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from iprtool.codebooks.loader import shipped
from iprtool.desk.codings import coder_may_review, coding_by
from iprtool.desk.objects import media_and_peaks, object_grant
from iprtool.desk.people import the_recording
from iprtool.desk.recalls import settled
from iprtool.desk.roles import PALETTES
from iprtool.export.allowed import Allowed
from iprtool.library.wording import REASON_WORDS
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.grant import LayerGrant, ReviewGrant
from iprtool.model.layer import LayerHead
from iprtool.model.linking import MarkRef
from iprtool.model.score import Score
from iprtool.model.study import Coding, Dyad, Recall, Recording, Session
from iprtool.model.terms import Role
from iprtool.reviewing.matching import TOLERANCE_MS
from iprtool.store.layer import create_layer
from iprtool.store.machine import device
from iprtool.store.study import Study

REVIEW: Final = "review"
"""The setting that names the review object, and the object's kind."""

STRATEGIES_FROM = "3rs-2015"
"""The codebook that has the resolution strategies."""

CODER = "coder"


def review_object(study: Study) -> str:
    """The id of the study's review object, made where there is none."""
    known = study.setting(REVIEW)
    if known is not None:
        return known
    with study.making(REVIEW) as (ident, path, key):
        head = LayerHead(
            layer=ident,
            recall="",
            by="researcher",
            title=REVIEW,
            original_sha256="",
            duration_ms=0,
            codebook=shipped(STRATEGIES_FROM),
            purpose=REVIEW,
        )
        create_layer(path, key, head)
        study.set_setting(REVIEW, ident)
    return ident


def review_grant(
    study: Study,
    dyad: Dyad,
    session: Session,
    *,
    writing: bool = True,
    back: bool = False,
    at_ms: int | None = None,
    chosen: MarkRef | None = None,
) -> ReviewGrant:
    """What a review's process gets: every layer of the session's recording that is shown, and the review object.

    Who may not write (a coder that was unblinded) gets no review object. With `back` it leads back to the library. The
    review opens at a place, or with a mark chosen, where they are given.
    """
    allowed = allowed_today(study)
    recording = recording_reviewed(study, session, allowed)
    media, peaks = media_and_peaks(study, recording)
    withheld = allowed.withdrawn(session) or ""
    transcript = recording.transcript if not withheld else None
    return ReviewGrant(
        title=f"{dyad.label} · session {session.number} · review",
        layers=(*_recalls(study, recording, session, allowed), *_codings(study, recording, session, allowed)),
        media=media,
        recording=recording,
        peaks=peaks,
        transcript=object_grant(study, transcript) if transcript else None,
        device=device(),
        review=object_grant(study, review_object(study)) if writing else None,
        group=dyad.group,
        back=str(study.path.absolute()) if back else None,
        scores=sum(1 for _ in _scores(study, dyad, session, allowed)),
        at_ms=at_ms,
        chosen=chosen,
        tolerance_ms=TOLERANCE_MS,
        absent=_absent(study, recording, session, allowed),
        withheld=withheld,
    )


def coder_review_grant(study: Study, dyad: Dyad, session: Session, coder: str) -> ReviewGrant:
    """A review to look at, for a coder; IprtoolError where they do not code the session, or are blind to the others.

    It leads back to the library by way of the passphrase, since the study is not the coder's.
    """
    coding = coding_by(study, session, coder)
    if coding is None:
        raise IprtoolError(f"{coder} does not code this session; choose a session that they code.")
    problem = coder_may_review(study, coding)
    if problem is not None:
        raise IprtoolError(problem)
    return review_grant(study, dyad, session, writing=False, back=True)


def allowed_today(study: Study) -> Allowed:
    """What withdrawals let be shown today: what an export would leave out since somebody withdrew is not."""
    return Allowed(study, date.today())


def recording_reviewed(study: Study, session: Session, allowed: Allowed) -> Recording:
    """The newest of a session's recordings that there is a layer on, else the newest.

    IprtoolError where the session has none.
    """
    newest = the_recording(study, session)
    used = {one.recording for one in shown_recalls(study, session, allowed)}
    used |= {one.recording for one in shown_codings(study, session, allowed)}
    return next((one for one in reversed(study.recordings()) if one.id in used and one.session == session.id), newest)


def shown_recalls(study: Study, session: Session, allowed: Allowed | None = None) -> list[Recall]:
    """The recalls of a session that there is a layer of, but those of who has withdrawn; the client's first.

    One of several together comes after those that each made alone.
    """
    allowed = allowed or allowed_today(study)
    made = [one for one in study.recalls() if one.session == session.id and one.layer]
    recalls = [settled(study, one) for one in made if allowed.withdrawn(one) is None]
    return sorted(recalls, key=lambda one: (bool(one.also), list(PALETTES).index(one.by)))


def shown_codings(study: Study, session: Session, allowed: Allowed) -> list[Coding]:
    """The codings of a session; none once somebody in the recording has withdrawn."""
    return [one for one in study.codings() if one.session == session.id and allowed.withdrawn(one) is None]


def coder_label(coding: Coding) -> str:
    """How a coder's layer is called: by the pseudonym, with what it is."""
    return coding.coder if coding.coder.startswith(CODER) else f"{CODER} {coding.coder}"


def _recalls(study: Study, recording: Recording, session: Session, allowed: Allowed) -> Iterator[LayerGrant]:
    for one in shown_recalls(study, session, allowed):
        if one.layer is not None and one.recording == recording.id:
            yield LayerGrant(one.by, object_grant(study, one.layer), one.layer)


def _codings(study: Study, recording: Recording, session: Session, allowed: Allowed) -> Iterator[LayerGrant]:
    for one in shown_codings(study, session, allowed):
        if one.recording == recording.id:
            yield LayerGrant("observer", object_grant(study, one.layer), one.layer, coder_label(one))


def _absent(study: Study, recording: Recording, session: Session, allowed: Allowed) -> dict[Role, str]:
    """Why there is no account of a role's: the recall did not take place, is of another recording, or they withdrew."""
    recalls = shown_recalls(study, session, allowed)
    here = {one.by for one in recalls if one.recording == recording.id}
    elsewhere: dict[Role, str] = {
        one.by: "the recall is of another recording of this session" for one in recalls if one.by not in here
    }
    missing = (one for one in study.recalls() if one.session == session.id and one.missing_reason is not None)
    reasons = {
        one.by: f"the recall did not take place: {REASON_WORDS[one.missing_reason or 'technical']}" for one in missing
    }
    return elsewhere | reasons | allowed.gone(session)


def _scores(study: Study, dyad: Dyad, session: Session, allowed: Allowed) -> Iterator[Score]:
    """The scores of a session, as far as the persons' objects can be read: none of them is what a review is about."""
    for person in study.persons():
        if person.sealed is None or person.dyad not in (None, dyad.id):
            continue
        try:
            with study.record_of(person) as record:
                of_session = [one for one in record.all("score", Score) if one.session == session.id]
        except StoreError:
            continue
        for one in of_session:
            why = allowed.score(one, person)
            if why is None or why.why != "withdrawn":
                yield one
