"""What a person's process is given: the keys of just the objects that the person may see."""

from datetime import date

import msgspec

from iprtool.desk.consents import withheld
from iprtool.desk.objects import media_and_peaks, object_grant
from iprtool.desk.people import the_recording
from iprtool.desk.places import keymap
from iprtool.desk.recalls import reopen, settled
from iprtool.desk.roles import PALETTES, face_of
from iprtool.model.errors import IprtoolError
from iprtool.model.grant import LayerGrant, RecallGrant, ReviewGrant
from iprtool.model.study import Dyad, Recall, Session
from iprtool.store.machine import device
from iprtool.store.study import Study


def recall_grant(study: Study, recall: Recall, *, back: bool = False) -> RecallGrant:
    """What the recall's process gets: its own layer, the recording, the sound's outline; nothing else.

    The transcript is among it only where the protocol shows it. With `back` it leads back to the study's library, by
    way of the keyring's passphrase. IprtoolError where the recall did not take place, or a consent does not hold today.
    """
    if recall.layer is None:
        raise IprtoolError("This recall did not take place, so there is nothing to open.")
    reopen(study, recall)
    recording = next(one for one in study.recordings() if one.id == recall.recording)
    media, peaks = media_and_peaks(study, recording)
    roles = {one.id: one.role for one in study.persons()}
    shown = recording.transcript if recall.protocol.show_transcript else None
    return RecallGrant(
        face=face_of([recall.by, *(roles[one] for one in recall.also if one in roles)]),
        device=device(),
        keymap=keymap(),
        layer=object_grant(study, recall.layer),
        media=media,
        recording=msgspec.structs.replace(recording, transcript=None),
        peaks=peaks,
        transcript=object_grant(study, shown) if shown else None,
        back=str(study.path.absolute()) if back else None,
    )


def review_grant(study: Study, dyad: Dyad, session: Session) -> ReviewGrant:
    """What a review's process gets: every layer of the session, to read, but those of who has withdrawn."""
    recording = the_recording(study, session)
    made = [one for one in study.recalls() if one.session == session.id and one.layer]
    today = date.today().isoformat()
    recalls = [settled(study, one) for one in made if withheld(study, one, today) is None]
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
