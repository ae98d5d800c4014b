"""What a person's process is given: the keys of just the objects that the person may see."""

import msgspec

from iprtool.desk.objects import media_and_peaks, object_grant
from iprtool.desk.people import the_recording
from iprtool.desk.places import keymap
from iprtool.desk.recalls import settled
from iprtool.desk.roles import FACES, PALETTES
from iprtool.model.errors import IprtoolError
from iprtool.model.grant import LayerGrant, RecallGrant, ReviewGrant
from iprtool.model.study import Dyad, Recall, Session
from iprtool.store.machine import device
from iprtool.store.study import Study


def recall_grant(study: Study, recall: Recall) -> RecallGrant:
    """What the recall's process gets: its own layer, the recording, the sound's outline; nothing else."""
    recording = next(one for one in study.recordings() if one.id == recall.recording)
    if recall.layer is None:
        raise IprtoolError("This recall did not take place, so there is nothing to open.")
    media, peaks = media_and_peaks(study, recording)
    return RecallGrant(
        face=FACES[recall.by],
        device=device(),
        keymap=keymap(),
        layer=object_grant(study, recall.layer),
        media=media,
        recording=msgspec.structs.replace(recording, transcript=None),
        peaks=peaks,
    )


def review_grant(study: Study, dyad: Dyad, session: Session) -> ReviewGrant:
    """What a review's process gets: every layer of the session, to read."""
    recording = the_recording(study, session)
    recalls = [settled(study, one) for one in study.recalls() if one.session == session.id and one.layer]
    media, peaks = media_and_peaks(study, recording)
    order = list(PALETTES)
    recalls.sort(key=lambda one: order.index(one.by))
    return ReviewGrant(
        title=f"{dyad.label} · session {session.number} · review",
        layers=tuple(LayerGrant(one.by, object_grant(study, one.layer)) for one in recalls if one.layer),
        media=media,
        recording=recording,
        peaks=peaks,
        transcript=object_grant(study, recording.transcript) if recording.transcript else None,
    )
