"""What a person's process reads before it shows anything: the layer that they write, or those of a review."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from iprtool.model.errors import StoreError
from iprtool.model.grant import CodingGrant, Grant, ObjectGrant, RecallGrant, ReviewGrant
from iprtool.model.layer import LayerContent
from iprtool.model.study import Utterance
from iprtool.model.terms import LayerPurpose

if TYPE_CHECKING:
    from iprtool.store.layer import LayerFile

_PURPOSES: dict[type, LayerPurpose] = {RecallGrant: "recall", CodingGrant: "coding", ReviewGrant: "review"}


class Opened(msgspec.Struct, frozen=True):
    """What is written (a recall's or a coding's layer, a review's own object; a review may have none), and its log.

    `layers` are those that a review shows, `words` the transcript where one is shown.
    """

    own: LayerContent | None = None
    log: "LayerFile | None" = None
    layers: list[LayerContent] = []
    words: list[Utterance] = []


def read(grant: Grant) -> Opened:
    """Open what the grant is for; StoreError where that fails."""
    from iprtool.store.derived import read_transcript
    from iprtool.store.layer import read_layer

    written = grant.review if isinstance(grant, ReviewGrant) else grant.layer
    words = read_transcript(Path(grant.transcript.path), grant.transcript.raw_key) if grant.transcript else []
    shown = grant.layers if isinstance(grant, ReviewGrant) else ()
    layers = [read_layer(Path(one.layer.path), one.layer.raw_key) for one in shown]
    own, log = _for_writing(written, _PURPOSES[type(grant)]) if written else (None, None)
    return Opened(own, log, layers, words)


def _for_writing(layer: ObjectGrant, purpose: LayerPurpose) -> "tuple[LayerContent, LayerFile]":
    from iprtool.store.layer import LayerFile

    log = LayerFile(Path(layer.path), layer.raw_key, purpose)
    try:
        return log.load(), log
    except StoreError:
        log.close()
        raise


def reading(grant: Grant) -> Future[Opened]:
    """The same in a thread of its own: the disk and the keys take their time beside what is imported meanwhile."""
    pool = ThreadPoolExecutor(1, "reading")
    future = pool.submit(read, grant)
    pool.shutdown(wait=False)
    return future
