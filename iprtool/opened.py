"""What a person's process reads before it shows anything: the layer of a recall, or those of a review."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from iprtool.model.errors import StoreError
from iprtool.model.grant import Grant, RecallGrant
from iprtool.model.layer import LayerContent
from iprtool.model.study import Utterance

if TYPE_CHECKING:
    from iprtool.store.layer import LayerFile


class Opened(msgspec.Struct, frozen=True):
    """The layers as they stand, the one that is written, if one is, and a review's transcript."""

    layers: list[LayerContent]
    log: "LayerFile | None" = None
    words: list[Utterance] = []

    @property
    def written(self) -> "LayerFile":
        """The layer that is written; StoreError where none is."""
        if self.log is None:
            raise StoreError("A review writes no layer: open a recall.")
        return self.log


def read(grant: Grant) -> Opened:
    """Open what the grant is for; StoreError where that fails."""
    from iprtool.store.derived import read_transcript
    from iprtool.store.layer import LayerFile, read_layer

    if isinstance(grant, RecallGrant):
        log = LayerFile(Path(grant.layer.path), grant.layer.raw_key)
        try:
            return Opened([log.load()], log)
        except StoreError:
            log.close()
            raise
    layers = [read_layer(Path(one.layer.path), one.layer.raw_key) for one in grant.layers]
    words = read_transcript(Path(grant.transcript.path), grant.transcript.raw_key) if grant.transcript else []
    return Opened(layers, words=words)


def reading(grant: Grant) -> Future[Opened]:
    """The same in a thread of its own: the disk and the keys take their time beside what is imported meanwhile."""
    pool = ThreadPoolExecutor(1, "reading")
    future = pool.submit(read, grant)
    pool.shutdown(wait=False)
    return future
