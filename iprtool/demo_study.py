"""The demo study: a copy of the shipped session in the user's data folder, with a client's, a therapist's and a
researcher's layer on it. It is made once and then is the user's own; deleting its folder makes a fresh one.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from iprtool import desk
from iprtool.adding import add_recording
from iprtool.demo_session import DemoLayer, demo_folder, demo_layers
from iprtool.edits import Hand
from iprtool.media.transcript import read_vtt
from iprtool.model.errors import StoreError
from iprtool.model.layer import Closed, Covered, Marked, Op, Stopped, WentOn
from iprtool.model.study import Session
from iprtool.store.keys import Keyring, create_open_keyring, open_keyring
from iprtool.store.layer import LayerFile
from iprtool.store.locks import FileLock
from iprtool.store.study import Study

DYAD = "D01"
SESSION = 3
PATIENCE_S = 300.0
HELD = "Another iprtool has been preparing the demo session for minutes: end that one, and try again."
CONTACT = (
    "This is a demo. In a study, this card says whom a participant can turn to after a recall: "
    "a name, a telephone number and the hours, in the site's own words."
)


def demo_path() -> Path:
    """Where the demo study is, or is to be."""
    return desk.data_folder() / "demo" / "Demo.ipr"


def ensure_demo(progress: Callable[[float], None]) -> Path:
    """The demo study's folder, made where it is not there yet; an unfinished one is made anew."""
    path = demo_path()
    try:
        if path.exists():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name("making.lock"), HELD, patience_s=PATIENCE_S):
            # Another process may have made it meanwhile.
            if not path.exists():
                _make_in_place(path, progress)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StoreError(
            f"The demo study cannot be made in {path.parent} ({why}): look to that folder and the disk."
        ) from error
    return path


def _make_in_place(path: Path, progress: Callable[[float], None]) -> None:
    folder = path.parent
    making = folder / "making"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    keyring = folder / desk.OPEN_KEYRING
    if not keyring.exists():
        create_open_keyring(keyring).close()
    with open_keyring(keyring) as opened:
        _make(making / path.name, opened, progress)
    (making / path.name).rename(path)
    making.rmdir()


def _make(path: Path, keyring: Keyring, progress: Callable[[float], None]) -> None:
    source = demo_folder()
    with Study.create(path, keyring) as study:
        study.set_contact(CONTACT)
        session = desk.ensure_session(study, DYAD, SESSION)
        words = read_vtt(source / "session.vtt")
        add_recording(study, lambda: session, source / "session.opus", progress, transcript=words)
        for layer in demo_layers(source):
            _write_layer(study, session, layer)


def _write_layer(study: Study, session: Session, layer: DemoLayer) -> None:
    recall = desk.begin_recall(study, session, layer.by, codebook=desk.codebook_for(layer.by, layer.codebook))
    assert recall.layer is not None
    hand = Hand(layer.by, desk.device())
    ops: list[Op] = []
    for stop in layer.stops:
        ops.append(hand.op(stop.id, Stopped(stop.at_ms, stop.raw_ms, stop.uncertainty_ms, stop.stopped_by, stop.rate)))
        if stop.went_on_ms is not None:
            ops.append(hand.op(stop.id, WentOn(stop.went_on_ms)))
    ops += [hand.op(mark.id, Marked(mark)) for mark in layer.marks]
    ops += [hand.op(one.id, Covered(one.kind, one.start_ms, one.end_ms, one.rate)) for one in layer.coverage]
    ops.append(hand.op(recall.layer, Closed(layer.closing, layer.closing_helpful)))
    with LayerFile(study.path_of(recall.layer), study.key_of(recall.layer)) as log:
        log.commit(ops).result()
    study.settled(recall)
