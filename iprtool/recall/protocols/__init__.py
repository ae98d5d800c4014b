"""The ways in which a recall goes, each asked by the session what is to be done now."""

from iprtool.edits import LayerState
from iprtool.model.layer import LayerHead
from iprtool.model.terms import ProtocolKind
from iprtool.recall.protocols.course import AskedKind, Course, Subject
from iprtool.recall.protocols.event import EventCourse
from iprtool.recall.protocols.interval import IntervalCourse
from iprtool.recall.protocols.mutual import MutualCourse
from iprtool.recall.protocols.segments import SegmentsCourse
from iprtool.recall.protocols.supervision import SupervisionCourse

__all__ = [
    "AskedKind",
    "Course",
    "EventCourse",
    "IntervalCourse",
    "MutualCourse",
    "SegmentsCourse",
    "Subject",
    "SupervisionCourse",
    "course_of",
]

COURSES: dict[ProtocolKind, type[Course]] = {
    "segments": SegmentsCourse,
    "event": EventCourse,
    "interval": IntervalCourse,
    "mutual": MutualCourse,
    "supervision": SupervisionCourse,
}
"""Those that differ from stopping freely; the dial has a screen of its own."""


def course_of(head: LayerHead, state: LayerState) -> Course:
    """How this layer's recall goes."""
    return COURSES.get(head.protocol.kind, Course)(head, state)
