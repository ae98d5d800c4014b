"""The rows of segments, of what was found in them, and of ratings of whole sessions, out of a coding's values."""

from collections.abc import Mapping

import msgspec

from iprtool.coding.segments import Segments
from iprtool.export.roster import Record
from iprtool.model.coding import SegmentCode, SegmentSeen, SessionRating
from iprtool.model.layer import LayerValue
from iprtool.model.study import Coding


def coding_records(coding: Coding, duration_ms: int, values: Mapping[str, LayerValue]) -> dict[str, list[Record]]:
    """The rows of each table, in the order of the recording; `duration_ms` is the recording's."""
    found: dict[tuple[int, str], SegmentCode] = {}
    finished: dict[int, bool] = {}
    ratings: dict[str, SessionRating] = {}
    for value in values.values():
        match value:
            case SegmentCode():
                found[value.segment, value.code] = value
            case SegmentSeen():
                finished[value.segment] = value.done
            case SessionRating():
                ratings[value.scale] = value
            case _:
                pass
    book = {"codebook": coding.codebook, "codebook_version": coding.codebook_version}
    segments = Segments(duration_ms, coding.segment_ms)
    codes = [found[at] for at in sorted(found)]
    return {
        "segments": [
            {
                "id": _segment(coding, number),
                "coding": coding.id,
                "segment": number,
                "start_ms": segments.bounds(number)[0],
                "end_ms": segments.bounds(number)[1],
                "finished": finished.get(number, False),
                "n_codes": sum(1 for one in codes if one.segment == number),
            }
            for number in range(segments.count)
        ],
        "segment_codes": [
            {
                **msgspec.structs.asdict(one),
                **book,
                "segment": _segment(coding, one.segment),
                "n_evidence": len(one.evidence),
            }
            for one in codes
        ],
        "session_ratings": [
            {**msgspec.structs.asdict(ratings[scale]), **book, "coding": coding.id} for scale in sorted(ratings)
        ],
    }


def _segment(coding: Coding, number: int) -> str:
    return f"{coding.id}/{number}"
