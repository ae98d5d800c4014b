"""A layer: the append-only operations of one recall, and the state that they add up to.

An operation names one entity (a mark, a stop, a stretch of coverage, or the layer itself) and carries a typed body.
`after_op` is the one place that says what an operation does to a mark; the store's projection and the screen use it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from iprtool.model.codebook import Codebook
from iprtool.model.coding import CodingValue
from iprtool.model.guide import Guide
from iprtool.model.linking import LinkValue
from iprtool.model.mark import Mark
from iprtool.model.protocol import RecallProtocol
from iprtool.model.terms import ConsentScope, CoverageKind, LayerPurpose, Role, StoppedBy, View


class Stopped(msgspec.Struct, frozen=True, tag="stop"):
    """The recording was stopped here."""

    at_ms: int
    raw_ms: int
    uncertainty_ms: int
    stopped_by: StoppedBy
    rate: float = 1.0


class StopChanged(msgspec.Struct, frozen=True, tag="stop_edit"):
    """Who stopped was corrected."""

    stopped_by: StoppedBy
    was: StoppedBy


class WentOn(msgspec.Struct, frozen=True, tag="go_on"):
    """Playing went on after a stop, from `from_ms` (the stop less the pre-roll)."""

    from_ms: int


class Marked(msgspec.Struct, frozen=True, tag="mark"):
    """A mark was made, or one that had been deleted was put back."""

    mark: Mark


class Edited(msgspec.Struct, frozen=True, tag="edit"):
    """Fields of a mark changed: their new values and the old ones, by field name, as plain JSON values."""

    changes: dict[str, Any]
    was: dict[str, Any]


class Deleted(msgspec.Struct, frozen=True, tag="delete"):
    """A mark was deleted; it is kept whole here, so that an undo can put it back."""

    mark: Mark


class Covered(msgspec.Struct, frozen=True, tag="coverage"):
    """A stretch of the recording was played, skipped or declined; the same entity again extends it."""

    kind: CoverageKind
    start_ms: int
    end_ms: int
    rate: float = 1.0


class CoverUsed(msgspec.Struct, frozen=True, tag="cover"):
    """The cover key was pressed (`on`), or the cover was lifted."""

    on: bool
    at_ms: int


class ViewChanged(msgspec.Struct, frozen=True, tag="view_change"):
    """What is seen of the picture changed."""

    view: View
    at_ms: int


class LeadUsed(msgspec.Struct, frozen=True, tag="lead"):
    """The inquirer used a lead of this category at a stop; `lead` is its id in the guide, where it has one."""

    category: str
    at_ms: int
    guide_version: str | None = None
    lead: str | None = None


class SyncMarked(msgspec.Struct, frozen=True, tag="sync"):
    """A tone was sounded for an external recorder, here; the operation's own time says when.

    `tone` is whether there was a device to sound it on.
    """

    at_ms: int
    tone: bool = True


class Closed(msgspec.Struct, frozen=True, tag="close"):
    """The recall ended, with the answer to the closing question."""

    answer: str = ""
    helpful: float | None = None


class LessonsLearned(msgspec.Struct, frozen=True, tag="lessons"):
    """What was learned, written at the end of a supervision; a later one takes the place of those before."""

    text: str


LayerValue = CodingValue | LinkValue
"""What a coder gives segments and sessions, and what the researcher says across layers."""


class Put(msgspec.Struct, frozen=True, tag="put"):
    """A value was set, changed (`was` is the one before) or taken away (`value` is None)."""

    value: LayerValue | None
    was: LayerValue | None = None


class Traced(msgspec.Struct, frozen=True, tag="trace"):
    """Some more of a continuous rating: (ms of the recording, value), as they were sampled; each batch an entity."""

    samples: tuple[tuple[int, float], ...]
    rate: float = 1.0


class Locked(msgspec.Struct, frozen=True, tag="lock"):
    """The coding is finished: nothing is changed from here on, until it is unlocked."""


class Unlocked(msgspec.Struct, frozen=True, tag="unlock"):
    """A locked coding may be changed again; the operation's reason says why."""


class Unblinded(msgspec.Struct, frozen=True, tag="unblind"):
    """The author was let see other layers: a coder after locking, a trainee once the supervisor's were opened."""


class ConsentSeen(msgspec.Struct, frozen=True, tag="consent"):
    """Before the recall opened, this person's consent (both by their ids) was seen to hold for the scope."""

    person: str
    consent: str
    scope: ConsentScope
    until: str | None = None


OpBody = (
    Stopped
    | StopChanged
    | WentOn
    | Marked
    | Edited
    | Deleted
    | Covered
    | CoverUsed
    | ViewChanged
    | LeadUsed
    | SyncMarked
    | LessonsLearned
    | Closed
    | Put
    | Traced
    | Locked
    | Unlocked
    | Unblinded
    | ConsentSeen
)


class Op(msgspec.Struct, frozen=True):
    """One operation of a layer; `undoes` names the operation that it takes back, `group` the gesture it belongs to.

    `lamport` is 0 until the store has numbered it; `at_utc` is ISO 8601 with milliseconds.
    """

    id: str
    entity: str
    body: OpBody
    device: str
    actor: str
    at_utc: str
    lamport: int = 0
    group: str | None = None
    undoes: str | None = None
    reason: str | None = None

    @property
    def kind(self) -> str:
        """The body's tag: stop, mark, edit and so on."""
        return str(type(self.body).__struct_config__.tag)


class Stop(msgspec.Struct, frozen=True):
    """A stop: where, by whom, and from where playing went on (None while still stopped)."""

    id: str
    at_ms: int
    raw_ms: int
    uncertainty_ms: int
    stopped_by: StoppedBy
    rate: float = 1.0
    went_on_ms: int | None = None


class Coverage(msgspec.Struct, frozen=True):
    """A stretch that was played, skipped or declined."""

    id: str
    kind: CoverageKind
    start_ms: int
    end_ms: int
    rate: float = 1.0


class Trace(msgspec.Struct, frozen=True):
    """A batch of a continuous rating: (ms, value) in the order of sampling."""

    id: str
    samples: tuple[tuple[int, float], ...]
    rate: float = 1.0


class Draft(msgspec.Struct, frozen=True):
    """A note being written: its text, where it is, the stop and the mark it belongs to (None: not yet made).

    `closing` is whether it is the answer to the closing question rather than a note, `lessons` whether it is what was
    learned (supervision).
    """

    text: str
    at_ms: int
    mark: str | None = None
    stop: str | None = None
    raw_ms: int = 0
    uncertainty_ms: int = 0
    closing: bool = False
    lessons: bool = False


class LayerHead(msgspec.Struct, frozen=True):
    """What a layer pins so that it opens alone: whose it is, the recording, codebook, protocol, contact card.

    The researcher's review is one, too: on no recording, with the codebook of the resolution strategies.

    `title` is what the screen's head line shows: pseudonyms only. `guide` has the inquirer's leads, `ratings`
    the codebook of the two ratings asked at each stop (couple IPR), beside the person's words. `partner` is who the
    other one is that guesses and peaks are of; None for the therapist of a client and the client of anybody else.
    """

    layer: str
    recall: str
    by: Role
    title: str
    original_sha256: str
    duration_ms: int
    codebook: Codebook
    protocol: RecallProtocol = RecallProtocol()
    contact: str = ""
    rupture_markers: bool = False
    purpose: LayerPurpose = "recall"
    segment_ms: int = 300_000
    guide: Guide | None = None
    ratings: Codebook | None = None
    partner: Role | None = None


class LayerContent(msgspec.Struct, frozen=True):
    """A layer as it stands: its head, marks by start, stops, coverage, draft, and the newest operations, in order.

    `ops` holds at most the last 1,000, for undo and history, and before them the last `ViewChanged` and
    `LessonsLearned`, however long ago. `values` are by entity.
    """

    head: LayerHead
    marks: Sequence[Mark] = ()
    stops: tuple[Stop, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    draft: Draft | None = None
    ops: tuple[Op, ...] = ()
    closed: bool = False
    values: dict[str, LayerValue] = {}
    traces: tuple[Trace, ...] = ()
    locked: bool = False


def after_op(mark: Mark | None, body: OpBody) -> Mark | None:
    """The mark after an operation on it, or None where it is gone; operations on other entities leave it as it is.

    Raises ValueError where a mark that is not there is edited, or where the changed fields do not make a mark.
    """
    match body:
        case Marked(mark=made):
            return made
        case Deleted():
            return None
        case Edited(changes=changes):
            if mark is None:
                raise ValueError("an edit names a mark that is not there")
            try:
                return msgspec.convert({**msgspec.to_builtins(mark), **changes}, Mark)
            except msgspec.ValidationError as error:
                raise ValueError(f"an edit does not make a mark: {error}") from error
        case _:
            return mark


def after_stop_op(stop: Stop | None, entity: str, body: OpBody) -> Stop | None:
    """The stop after an operation on it."""
    match body:
        case Stopped():
            return Stop(entity, body.at_ms, body.raw_ms, body.uncertainty_ms, body.stopped_by, body.rate)
        case StopChanged(stopped_by=by):
            return msgspec.structs.replace(stop, stopped_by=by) if stop else None
        case WentOn(from_ms=from_ms):
            return msgspec.structs.replace(stop, went_on_ms=from_ms) if stop else None
        case _:
            return stop
