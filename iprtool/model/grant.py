"""What one process is given so that it can serve one person: the keys of just the objects that the person may see.

A grant goes over an inherited pipe, never in arguments, the environment or a file.
"""

import msgspec

from iprtool.model.study import Recording
from iprtool.model.terms import Face, Role


class ObjectGrant(msgspec.Struct, frozen=True):
    """A sealed object's path and its raw 256-bit key as hex."""

    path: str
    key: str

    @property
    def raw_key(self) -> bytes:
        """The key as bytes."""
        return bytes.fromhex(self.key)


class RecallGrant(msgspec.Struct, frozen=True, tag="recall"):
    """One recall: its layer to write, its recording and the sound's outline to read, and nothing of anyone else."""

    face: Face
    device: str
    layer: ObjectGrant
    media: ObjectGrant
    recording: Recording
    peaks: ObjectGrant | None = None
    keymap: dict[str, str] = {}


class LayerGrant(msgspec.Struct, frozen=True):
    """A layer to be shown in a review, and whose it is."""

    by: Role
    layer: ObjectGrant


class ReviewGrant(msgspec.Struct, frozen=True, tag="review"):
    """A review of one session: every layer of it to read, its recording, outline and transcript."""

    title: str
    layers: tuple[LayerGrant, ...]
    media: ObjectGrant
    recording: Recording
    peaks: ObjectGrant | None = None
    transcript: ObjectGrant | None = None
    pre_roll_ms: int = 2000


Grant = RecallGrant | ReviewGrant
