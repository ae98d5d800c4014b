"""Codings: who codes a session, with which codebook, how far they are, and when they may see what the others made."""

import contextlib
import re
import uuid
from collections.abc import Sequence
from datetime import date

import msgspec

from iprtool.codebooks.loader import shipped
from iprtool.coding.progress import Progress, progress_of
from iprtool.desk.codebooks import codebook_named
from iprtool.desk.consents import may_use, purpose_of
from iprtool.desk.objects import media_and_peaks, object_grant
from iprtool.desk.people import dyad_of, the_only_session, the_recording
from iprtool.edits import Hand
from iprtool.library.editing import looks_like_a_name
from iprtool.model.codebook import Codebook
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.grant import CodingGrant
from iprtool.model.layer import LayerContent, LayerHead, OpBody, Unblinded, Unlocked
from iprtool.model.study import Coding, Person, Session
from iprtool.store.layer import LayerFile, create_layer, read_layer
from iprtool.store.machine import device
from iprtool.store.study import Study

SEGMENT_MS = 300_000
"""Five minutes (3RS: Eubanks, Muran & Safran 2015)."""

FIRST_CODEBOOK = "3rs-2015"
APART = ("3rs-2015", "3rs-2022")
"""Versions of one system that are not mixed within a study: what they count is not the same."""

_LABEL = re.compile(r"\w[\w.-]{0,23}")


class CodingState(msgspec.Struct, frozen=True):
    """A coding of the study, whose session it is of, and how far it is; None where its layer cannot be read."""

    coding: Coding
    dyad: str
    session: int
    progress: Progress | None


def coding_codebook(study: Study, wanted: str | None) -> Codebook:
    """The codebook wanted (one's id, id@version, or a file), else what the study was last coded with, else 3RS 2015."""
    if wanted is not None:
        return codebook_named(study, wanted)
    codings = study.codings()
    return _content(study, codings[-1]).head.codebook if codings else shipped(FIRST_CODEBOOK)


def coding_by(study: Study, session: Session, coder_label: str) -> Coding | None:
    """The coder's coding of a session, or None; k1 and K1 are one coder."""
    return next((one for one in _codings_by(study, coder_label) if one.session == session.id), None)


def the_coding(study: Study, coder_label: str, dyad_label: str | None = None, number: int | None = None) -> Coding:
    """The coder's one coding, of this dyad and session where they are given; of several, the one that is locked.

    IprtoolError where there is none, or where several are locked or none is.
    """
    sessions = {
        one.id
        for one in study.sessions()
        if number in (None, one.number) and dyad_label in (None, dyad_of(study, one).label)
    }
    theirs = [one for one in _codings_by(study, coder_label) if one.session in sessions]
    locked = [one for one in theirs if settled_coding(study, one).locked]
    for only in (theirs, locked):
        if len(only) == 1:
            return only[0]
    if theirs:
        raise IprtoolError(
            f"{theirs[0].coder} has coded several such sessions; say which one with --dyad and --session."
        )
    session = the_only_session(study, dyad_label, number)[1]
    coders = ", ".join(one.coder for one in study.codings() if one.session == session.id) or "nobody yet"
    raise IprtoolError(f"{coder_label[:24]} has not coded this session (coders: {coders}); see iprtool codings.")


def new_coder_doubt(study: Study, label: str) -> str | None:
    """Why a coder of this label may be a slip of the hand, in a few words; None where they are one of the study's.

    Where nobody codes yet, only a label that looks like a name is doubted. IprtoolError where it can be no coder's.
    """
    _check_coder(study, label)
    if any(_same(one.label, label) for one in study.persons()):
        return None
    coders = ", ".join(one.label for one in study.persons() if one.role == "observer")
    if coders:
        return f"There is no coder {label[:24]!r} in this study (coders: {coders})"
    return f"{label[:24]} looks like a name, where a code such as K1 keeps it out" if looks_like_a_name(label) else None


def begin_coding(
    study: Study, session: Session, coder_label: str, *, codebook: Codebook, segment_ms: int = SEGMENT_MS
) -> Coding:
    """A new coding with its empty layer, which pins codebook and segments; none where that fails.

    The coder is a person of the study by this label, however its letters are written, made where there is none.
    IprtoolError where the label is no pseudonym or a participant's, where this coder codes the session already, where
    two versions would be mixed, or where somebody who is on the recording has withdrawn.
    """
    _check_coder(study, coder_label)
    coder_label = next((one.label for one in study.persons() if _same(one.label, coder_label)), coder_label)
    if coding_by(study, session, coder_label) is not None:
        raise IprtoolError(f"{coder_label} codes this session already; go on with that coding.")
    _check_not_mixed(codebook, study.codings())
    _check_none_withdrawn(study, session.id)
    recording = the_recording(study, session)
    media_and_peaks(study, recording)
    dyad = dyad_of(study, session)
    with study.making("layer") as (layer, path, key):
        coding = Coding(
            id=str(uuid.uuid4()),
            session=session.id,
            coder=coder_label,
            layer=layer,
            recording=recording.id,
            codebook=codebook.id,
            codebook_version=codebook.version,
            segment_ms=segment_ms,
        )
        head = LayerHead(
            layer=layer,
            recall=coding.id,
            by="observer",
            title=f"{dyad.label} · session {session.number} · coding by {coder_label}",
            original_sha256=recording.original_sha256,
            duration_ms=recording.duration_ms,
            codebook=codebook,
            purpose="coding",
            segment_ms=segment_ms,
        )
        create_layer(path, key, head)
        study.put(coding)
    if all(one.label != coder_label for one in study.persons()):
        study.put(Person(str(uuid.uuid4()), coder_label, "observer"))
    return coding


def coding_grant(study: Study, coding: Coding, *, back: bool = False) -> CodingGrant:
    """What the coder's process gets: their own layer, the recording, its outline and transcript; no other layer.

    With `back` it leads back to the library. IprtoolError where somebody who is on the recording has withdrawn.
    """
    _check_none_withdrawn(study, coding.session)
    recording = next(one for one in study.recordings() if one.id == coding.recording)
    media, peaks = media_and_peaks(study, recording)
    return CodingGrant(
        device=device(),
        layer=object_grant(study, coding.layer),
        media=media,
        recording=recording,
        peaks=peaks,
        transcript=object_grant(study, recording.transcript) if recording.transcript else None,
        back=str(study.path.absolute()) if back else None,
    )


def coding_states(study: Study) -> list[CodingState]:
    """Every coding with how far it is; the roster is brought up to date with what the layers say."""
    sessions = {one.id: one for one in study.sessions()}
    states = []
    for coding in study.codings():
        session = sessions[coding.session]
        progress = None
        with contextlib.suppress(StoreError):
            content = _content(study, coding)
            coding, progress = _settled(study, coding, content), progress_of(content)
        states.append(CodingState(coding, dyad_of(study, session).label, session.number, progress))
    return states


def settled_coding(study: Study, coding: Coding) -> Coding:
    """The coding as its layer says, locked or not, and so in the roster from now on.

    A coder's process cannot write the roster: whoever opens the layer with the study's keys next takes it over. A layer
    that cannot be read is for its own process to tell.
    """
    try:
        return _settled(study, coding, _content(study, coding))
    except StoreError:
        return coding


def unlock_coding(study: Study, coding: Coding, reason: str) -> Coding:
    """Let a locked coding be changed again; the reason is kept in its layer.

    IprtoolError where it is not locked, where no reason is given, or where the coder has seen the other layers.
    """
    content = _content(study, coding)
    coding = _settled(study, coding, content)
    if not coding.locked:
        raise IprtoolError(f"The coding by {coding.coder} is not locked, so there is nothing to unlock.")
    if coding.unblinded:
        raise IprtoolError(
            f"{coding.coder} has been let see the other layers, so this coding stays as it was locked; begin another "
            "under a label of its own for what is decided together."
        )
    if not reason.strip():
        raise IprtoolError("Unlocking a coding needs its reason, which is kept with it; write why.")
    _write(study, coding, Unlocked(), reason.strip())
    return _put(study, coding, locked=False)


def unblind_coding(study: Study, coding: Coding, reason: str = "") -> Coding:
    """Let a coder see the other layers from now on, which the layer notes with its reason, if one is given.

    It is not taken back. IprtoolError where the coding is not locked.
    """
    coding = _settled(study, coding, _content(study, coding))
    if not coding.locked:
        raise IprtoolError(
            f"The coding by {coding.coder} is not locked yet, and a coder sees no other layer until theirs is."
        )
    if not coding.unblinded:
        _write(study, coding, Unblinded(), reason.strip() or None)
    return _put(study, coding, unblinded=True)


def coder_may_review(study: Study, coding: Coding) -> str | None:
    """None where the coder may see the other layers of the session; else why not, in one sentence."""
    coding = settled_coding(study, coding)
    if not coding.locked:
        return f"{coding.coder} sees no other layer until their own coding is locked."
    if not coding.unblinded:
        return f"{coding.coder} is still blind to the other layers; say iprtool unblind first."
    return None


def _check_coder(study: Study, label: str) -> None:
    if not _LABEL.fullmatch(label):
        raise IprtoolError(
            "A coder's label is a short pseudonym: up to 24 letters, digits, hyphens, points or underscores, as K1."
        )
    if any(_same(one.label, label) and one.dyad is not None for one in study.persons()):
        raise IprtoolError(f"{label} is a participant of this study, and codings are by others; choose another label.")


def _check_none_withdrawn(study: Study, session_id: str) -> None:
    on = date.today().isoformat()
    dyad = next(one.dyad for one in study.sessions() if one.id == session_id)
    for person in study.persons():
        if person.dyad == dyad and person.withdrawn_on is not None and on >= person.withdrawn_on:
            problem = may_use(study, person, purpose_of(study), on)
            if problem is not None:
                raise IprtoolError(problem)


def _check_not_mixed(codebook: Codebook, codings: Sequence[Coding]) -> None:
    wanted = _version_apart(codebook.id)
    used = {version for one in codings if (version := _version_apart(one.codebook))}
    if wanted is not None and used - {wanted}:
        raise IprtoolError(
            f"This study is coded with {used.pop().upper()}, and the versions of the 3RS are not mixed in one study; "
            f"code with that one, or make another study for {wanted.upper()}."
        )


def _version_apart(codebook_id: str) -> str | None:
    return next((one for one in APART if codebook_id.startswith(one)), None)


def _codings_by(study: Study, coder_label: str) -> list[Coding]:
    return [one for one in study.codings() if _same(one.coder, coder_label)]


def _same(label: str, other: str) -> bool:
    return label.casefold() == other.casefold()


def _content(study: Study, coding: Coding) -> LayerContent:
    return read_layer(study.path_of(coding.layer), study.key_of(coding.layer))


def _settled(study: Study, coding: Coding, content: LayerContent) -> Coding:
    # What lets a coder see the others is the last thing that is written in a layer: it is among the newest.
    unblinded = any(isinstance(op.body, Unblinded) for op in content.ops)
    return _put(study, coding, locked=content.locked, unblinded=unblinded)


def _put(study: Study, coding: Coding, **fields: bool) -> Coding:
    now = msgspec.structs.replace(coding, **fields)
    if now != coding:
        study.put(now)
    return now


def _write(study: Study, coding: Coding, body: OpBody, reason: str | None = None) -> None:
    op = Hand("researcher", device()).op(coding.layer, body)
    with LayerFile(study.path_of(coding.layer), study.key_of(coding.layer), "coding") as log:
        log.commit([msgspec.structs.replace(op, reason=reason)]).result()
