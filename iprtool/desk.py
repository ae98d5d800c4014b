"""The researcher's desk: studies and their keyrings, who recalls what, and the grant that a recall or a review gets."""

import hashlib
import os
import re
import socket
import uuid
from pathlib import Path

import msgspec
import platformdirs

from iprtool.codebooks.loader import load, shipped
from iprtool.commands import RECALL, remapped
from iprtool.model.codebook import Codebook
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.grant import LayerGrant, ObjectGrant, RecallGrant, ReviewGrant
from iprtool.model.layer import LayerHead
from iprtool.model.study import Dyad, Recall, RecallProtocol, Recording, Session
from iprtool.model.terms import Face, Role
from iprtool.store.keys import Keyring
from iprtool.store.layer import create_layer
from iprtool.store.study import Study

OPEN_KEYRING = "open.keyring"
"""A keyring of this name beside a study opens it without asking: the demo's, and those of tests."""

_LABEL = re.compile(r"\w[\w.-]{0,23}")

PALETTES: dict[Role, str] = {
    "client": "recaller-plain",
    "second_client": "recaller-plain",
    "interpreter": "recaller-plain",
    "therapist": "therapist-plain",
    "co_therapist": "therapist-plain",
    "researcher": "elliott-events-1985",
    "observer": "elliott-events-1985",
}
FACES: dict[Role, Face] = {
    "client": "participant",
    "second_client": "participant",
    "interpreter": "participant",
    "therapist": "therapist",
    "co_therapist": "therapist",
    "researcher": "researcher",
    "observer": "researcher",
}


def config_folder() -> Path:
    """Where the person's keyring and keymap are; IPRTOOL_HOME moves it."""
    home = os.environ.get("IPRTOOL_HOME")
    return Path(home) / "config" if home else platformdirs.user_config_path("iprtool", appauthor=False)


def data_folder() -> Path:
    """Where the demo and the recordings opened on their own are; IPRTOOL_HOME moves it."""
    home = os.environ.get("IPRTOOL_HOME")
    return Path(home) / "data" if home else platformdirs.user_data_path("iprtool", appauthor=False)


def keyring_path(study: Path | None = None) -> Path:
    """The keyring that opens a study: the one lying beside it, or else the person's own."""
    if study is not None and (beside := study.absolute().parent / OPEN_KEYRING).exists():
        return beside
    return config_folder() / "keyring"


def keymap() -> dict[str, str]:
    """The person's own keys from keys.toml in the configuration folder: Textual's key names by command id."""
    path = config_folder() / "keys.toml"
    try:
        keys = msgspec.toml.decode(path.read_bytes(), type=dict[str, str])
        _check_keys([key for command in remapped(RECALL, keys) for key in command.keys.split(",")])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise IprtoolError(f"{path} cannot be used: {error}.") from error
    return keys


def _check_keys(keys: list[str]) -> None:
    """ValueError where a key would do two things, or keep a note from beginning."""
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {key} would do two things")
        if len(key) == 1 and key.isalpha():
            raise ValueError(f"the key {key} is a letter, and letters begin notes")


def device() -> str:
    """This machine, as operations name it: a short hash of its name and address, telling neither."""
    return hashlib.blake2b(f"{socket.gethostname()} {uuid.getnode()}".encode(), digest_size=6).hexdigest()


def study_of_one(keyring: Keyring, original_sha256: str) -> Path:
    """Where the study of a recording opened on its own is; the name tells nothing to who has not the keyring."""
    name = hashlib.sha256(keyring.sign(f"study of one {original_sha256}".encode())).hexdigest()[:24]
    return data_folder() / "opened" / f"{name}.ipr"


def the_only_session(study: Study, dyad_label: str | None = None, number: int | None = None) -> tuple[Dyad, Session]:
    """The one session of the study that is of this dyad and has this number, where they are given."""
    dyads = {dyad.id: dyad for dyad in study.dyads()}
    found = [
        (dyads[one.dyad], one)
        for one in study.sessions()
        if dyad_label in (None, dyads[one.dyad].label) and number in (None, one.number)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise IprtoolError("This study has several such sessions; say which one with --dyad and --session.")
    asked = "".join((f" {number}" if number else "", f" of {dyad_label}" if dyad_label else ""))
    known = ", ".join(sorted(dyad.label for dyad in dyads.values())) or "none yet"
    raise IprtoolError(f"There is no session{asked} in this study (dyads: {known}); add its recording first.")


def check_label(dyad_label: str) -> None:
    """IprtoolError where this can be no dyad's label: it stands on every screen of the dyad."""
    if not _LABEL.fullmatch(dyad_label):
        raise IprtoolError(
            "A dyad's label is a short pseudonym: up to 24 letters, digits, hyphens, points or underscores, as D05."
        )


def ensure_session(study: Study, dyad_label: str, number: int) -> Session:
    """The session, made with its dyad where it is not there."""
    dyad = study.dyad(dyad_label)
    if dyad is None:
        check_label(dyad_label)
        dyad = Dyad(str(uuid.uuid4()), dyad_label)
        study.put(dyad)
    session = study.session_of(dyad_label, number)
    if session is None:
        session = Session(str(uuid.uuid4()), dyad.id, number)
        study.put(session)
    return session


def codebook_for(by: Role, wanted: str | None) -> Codebook:
    """The palette of a role, or the codebook wanted: a shipped one's id, or a file.

    Only words to which the codebook gives a key are on digits: the first nine of a list, put there by itself, would be
    chosen more often for their place. IprtoolError where a participant would not get plain words.
    """
    if wanted is None:
        codebook = shipped(PALETTES[by])
    else:
        codebook = load(Path(wanted)) if Path(wanted).suffix == ".toml" else shipped(wanted)
    if FACES[by] == "participant" and not codebook.plain:
        raise IprtoolError(f"{codebook.title} is not in plain words, which participants need; choose a plain codebook.")
    return codebook


def the_recording(study: Study, session: Session) -> Recording:
    """The session's recording, which must be there."""
    recording = study.recording_of(session)
    if recording is None:
        raise IprtoolError("This session has no recording yet; add one with: iprtool add STUDY FILE.")
    return recording


def recall_by(study: Study, session: Session, by: Role) -> Recall | None:
    """The role's recall of the session that has a layer, or None."""
    recalls = (one for one in study.recalls() if one.session == session.id and one.by == by and one.layer)
    found = next(recalls, None)
    return found and _settled(study, found)


def _settled(study: Study, recall: Recall) -> Recall:
    """The recall with its status as its layer says; a layer that cannot be read is for its own process to tell."""
    try:
        return study.settled(recall)
    except StoreError:
        return recall


def begin_recall(
    study: Study,
    session: Session,
    by: Role,
    *,
    codebook: Codebook,
    protocol: RecallProtocol | None = None,
    inquirer: str | None = None,
    place: str | None = None,
) -> Recall:
    """A new recall with its empty layer, which pins codebook, protocol and contact card; none where that fails."""
    recording = the_recording(study, session)
    _media_and_peaks(study, recording)
    dyad = next(one for one in study.dyads() if one.id == session.dyad)
    layer, path, key = study.new_object("layer")
    recall = Recall(
        id=str(uuid.uuid4()),
        session=session.id,
        by=by,
        recording=recording.id,
        layer=layer,
        inquirer=inquirer,
        place=place,
        protocol=protocol or RecallProtocol(),
        status="open",
        codebook=codebook.id,
        codebook_version=codebook.version,
    )
    head = LayerHead(
        layer=layer,
        recall=recall.id,
        by=by,
        title=f"{dyad.label} · session {session.number} · recall by {by.replace('_', ' ').upper()}",
        original_sha256=recording.original_sha256,
        duration_ms=recording.duration_ms,
        codebook=codebook,
        protocol=recall.protocol,
        contact=study.contact,
        rupture_markers=FACES[by] != "participant",
    )
    try:
        create_layer(path, key, head)
        study.put(recall)
    except BaseException:
        study.discard_object(layer)
        raise
    return recall


def _object(study: Study, object_id: str) -> ObjectGrant:
    path = study.path_of(object_id)
    if not path.exists():
        raise StoreError(
            f"{path.name} is missing from the study: the folder may be half copied, so copy it again whole."
        )
    return ObjectGrant(str(path), study.key_of(object_id).hex())


def _media_and_peaks(study: Study, recording: Recording) -> tuple[ObjectGrant, ObjectGrant | None]:
    return _object(study, recording.media), _object(study, recording.peaks) if recording.peaks else None


def recall_grant(study: Study, recall: Recall) -> RecallGrant:
    """What the recall's process gets: its own layer, the recording, the sound's outline; nothing else."""
    recording = next(one for one in study.recordings() if one.id == recall.recording)
    if recall.layer is None:
        raise IprtoolError("This recall did not take place, so there is nothing to open.")
    media, peaks = _media_and_peaks(study, recording)
    return RecallGrant(
        face=FACES[recall.by],
        device=device(),
        keymap=keymap(),
        layer=_object(study, recall.layer),
        media=media,
        recording=msgspec.structs.replace(recording, transcript=None),
        peaks=peaks,
    )


def review_grant(study: Study, dyad: Dyad, session: Session) -> ReviewGrant:
    """What a review's process gets: every layer of the session, to read."""
    recording = the_recording(study, session)
    recalls = [_settled(study, one) for one in study.recalls() if one.session == session.id and one.layer]
    media, peaks = _media_and_peaks(study, recording)
    order = list(PALETTES)
    recalls.sort(key=lambda one: order.index(one.by))
    return ReviewGrant(
        title=f"{dyad.label} · session {session.number} · review",
        layers=tuple(LayerGrant(one.by, _object(study, one.layer)) for one in recalls if one.layer),
        media=media,
        recording=recording,
        peaks=peaks,
        transcript=_object(study, recording.transcript) if recording.transcript else None,
    )
