"""What a person's process is given: the keys of just the objects that the person may see."""

import msgspec

from iprtool.desk.objects import media_and_peaks, object_grant
from iprtool.desk.places import keymap
from iprtool.desk.recalls import reopen
from iprtool.desk.roles import face_of
from iprtool.model.errors import IprtoolError
from iprtool.model.grant import RecallGrant
from iprtool.model.study import Recall
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
