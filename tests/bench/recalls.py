"""Recalls to be opened by the real program: the demo's, and long ones that are made for the measurement."""

import os
import random
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from iprtool.edits import Hand
from iprtool.model.grant import ObjectGrant, RecallGrant
from iprtool.model.layer import LayerHead, Marked
from iprtool.model.mark import Code, Mark
from iprtool.model.study import Recording
from iprtool.peaks_feed import PeaksJob
from iprtool.process import child_command

MARKS_AT_ONCE = 5_000


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one measurement; what iprtool keeps for its user is in there as well meanwhile.

    So is the bytecode of every program that it starts: an installed program is compiled once, not at each start.
    """
    # Unlike /tmp it is on a disk everywhere, and what is durable is to be measured.
    on_disk = "/var/tmp" if os.access("/var/tmp", os.W_OK) else None
    # A process that was killed may leave one of its own that is still writing bytecode.
    with TemporaryDirectory(prefix="iprtool-bench-", dir=on_disk, ignore_cleanup_errors=True) as folder:
        os.environ |= {"IPRTOOL_HOME": folder, "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode")}
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        yield Path(folder)


def demo_recall() -> RecallGrant:
    """The client's recall of the demo session, its outline drawn already; made in the scratch folder."""
    from iprtool.demo.study import ensure_demo
    from iprtool.desk.grants import recall_grant
    from iprtool.desk.people import the_only_session
    from iprtool.desk.places import keyring_path
    from iprtool.desk.recalls import recall_by
    from iprtool.store.keys import open_keyring
    from iprtool.store.study import Study

    path = ensure_demo(lambda _share: None)
    with open_keyring(keyring_path(path)) as keyring, Study.open(path, keyring) as study:
        session = the_only_session(study, "D01", 3)[1]
        recall = recall_by(study, session, "client")
        assert recall is not None
        grant = recall_grant(study, recall)
    draw_outline(grant)
    return grant


def draw_outline(grant: RecallGrant) -> None:
    """Have the outline worked out by the child that does it for the app."""
    job = msgspec.json.encode(job_of(grant)) + b"\n"
    subprocess.run(child_command("peaks"), input=job, stdout=subprocess.DEVNULL, check=True)


def job_of(grant: RecallGrant) -> PeaksJob:
    """What the child that draws the outline is told."""
    assert grant.peaks is not None
    return PeaksJob(grant.media, grant.peaks, grant.recording.duration_ms)


def long_recall(folder: Path, original: Path, marks: int) -> RecallGrant:
    """A recall of a recording with so many marks all over it; objects of their own, no study."""
    from iprtool.media.conform import conform
    from iprtool.store.derived import create_peaks
    from iprtool.store.media import SealedSink

    media, peaks = _granted(folder, "media"), _granted(folder, "peaks")
    sealed = conform(original, SealedSink(Path(media.path), media.raw_key), lambda _share: None)
    create_peaks(Path(peaks.path), peaks.raw_key, -(-sealed.duration_ms // 10))
    recording = Recording(
        id="recording",
        session="session",
        media="media",
        original_sha256=sealed.original_sha256,
        duration_ms=sealed.duration_ms,
        audio_codec=sealed.audio_codec,
        sample_rate_hz=sealed.sample_rate_hz,
    )
    layer = layer_of(folder, marks, sealed.duration_ms)
    return RecallGrant("participant", "device", layer, media, recording, peaks)


def layer_of(folder: Path, marks: int, duration_ms: int) -> ObjectGrant:
    """A client's layer with so many marks, made in its own way: operation by operation."""
    from iprtool.codebooks.loader import shipped
    from iprtool.store.layer import LayerFile, create_layer

    granted, codebook = _granted(folder, f"layer-{marks}"), shipped("recaller-plain")
    head = LayerHead("layer", "recall", "client", "D01 · session 3 · recall by CLIENT", "", duration_ms, codebook)
    create_layer(Path(granted.path), granted.raw_key, head)
    hand, made = Hand("client", "device"), list(marks_of(head, marks))
    with LayerFile(Path(granted.path), granted.raw_key) as log:
        for first in range(0, marks, MARKS_AT_ONCE):
            log.commit([hand.op(mark.id, Marked(mark)) for mark in made[first : first + MARKS_AT_ONCE]]).result()
    return granted


def marks_of(head: LayerHead, count: int, seed: int = 3) -> Iterator[Mark]:
    """Marks as people make them: a word each, a note on every fourth, every fifth an interval."""
    chance = random.Random(seed)
    words = [entry.id for entry in head.codebook.codes]
    for number in range(count):
        at_ms = chance.randrange(head.duration_ms - 10_000)
        end_ms = at_ms + chance.randrange(500, 10_000) if number % 5 == 0 else None
        yield Mark(
            str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "recaller",
            "point" if end_ms is None else "interval",
            at_ms,
            at_ms,
            40,
            end_ms=end_ms,
            raw_end_ms=end_ms,
            codes=(Code(head.codebook.id, head.codebook.version, chance.choice(words)),),
            note="I thought he had stopped listening" if number % 4 == 0 else "",
            stopped_by="recaller",
            helpful=chance.choice((None, 3.5, 7.0)),
        )


def _granted(folder: Path, name: str) -> ObjectGrant:
    from iprtool.store.sealed import new_key

    return ObjectGrant(str(folder / f"{name}.db"), new_key().hex())
