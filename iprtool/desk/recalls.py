"""Recalls: with which words, whose they are, and how one is begun."""

import uuid
from pathlib import Path

from iprtool.codebooks.loader import load, shipped
from iprtool.desk.objects import media_and_peaks
from iprtool.desk.people import the_recording
from iprtool.desk.roles import FACES, PALETTES
from iprtool.model.codebook import Codebook
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.layer import LayerHead
from iprtool.model.protocol import RecallProtocol
from iprtool.model.study import Recall, Session
from iprtool.model.terms import Role
from iprtool.store.layer import create_layer
from iprtool.store.study import Study


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


def recall_by(study: Study, session: Session, by: Role) -> Recall | None:
    """The role's recall of the session that has a layer, or None."""
    recalls = (one for one in study.recalls() if one.session == session.id and one.by == by and one.layer)
    found = next(recalls, None)
    return found and settled(study, found)


def settled(study: Study, recall: Recall) -> Recall:
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
    media_and_peaks(study, recording)
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
