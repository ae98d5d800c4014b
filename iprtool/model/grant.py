"""What one process is given so that it can serve one person: the keys of just the objects that the person may see.

A grant goes over an inherited pipe, never in arguments, the environment or a file.
"""

import msgspec

from iprtool.model.linking import MarkRef
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
    """One recall: its layer to write, its recording and the sound's outline to read, and nothing of anyone else.

    The transcript is there only where the protocol shows it. `back` is the study's folder, to which the keyring's
    passphrase leads back; None where the program ends with the recall.
    """

    face: Face
    device: str
    layer: ObjectGrant
    media: ObjectGrant
    recording: Recording
    peaks: ObjectGrant | None = None
    keymap: dict[str, str] = {}
    transcript: ObjectGrant | None = None
    back: str | None = None


class CodingGrant(msgspec.Struct, frozen=True, tag="coding"):
    """One coder's coding of a session: the layer to write, the recording to read, and no other layer."""

    device: str
    layer: ObjectGrant
    media: ObjectGrant
    recording: Recording
    peaks: ObjectGrant | None = None
    transcript: ObjectGrant | None = None
    pre_roll_ms: int = 2000
    back: str | None = None


class LayerGrant(msgspec.Struct, frozen=True):
    """A layer to be shown in a review, and whose it is; `id` is the layer's, as marks are referred to by."""

    by: Role
    layer: ObjectGrant
    id: str = ""
    label: str = ""


class ReviewGrant(msgspec.Struct, frozen=True, tag="review"):
    """A review of one session: every layer of it to read, its recording, outline and transcript.

    `review` is the study's object of the researcher's links, to write; None where a coder looks. `group` is the dyad's,
    `scores` how many there are of the session. It opens at `at_ms`, with the mark `chosen`, where they are given; marks
    of client and therapist within `tolerance_ms` are proposed as one moment. The accounts of two `sides` stand beside
    each other; `absent` says why there is none of a role's, `withheld` why what is of everybody in the recording (the
    transcript, codings) is not shown.
    """

    title: str
    layers: tuple[LayerGrant, ...]
    media: ObjectGrant
    recording: Recording
    peaks: ObjectGrant | None = None
    transcript: ObjectGrant | None = None
    pre_roll_ms: int = 2000
    device: str = ""
    review: ObjectGrant | None = None
    group: str | None = None
    back: str | None = None
    scores: int = 0
    at_ms: int | None = None
    chosen: MarkRef | None = None
    tolerance_ms: int = 15_000
    sides: tuple[Role, Role] = ("client", "therapist")
    absent: dict[Role, str] = {}
    withheld: str = ""


Grant = RecallGrant | ReviewGrant | CodingGrant
