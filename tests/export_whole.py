"""A study with everything in it, made up for the tests of the export: rows as the store gives them."""

from typing import Any

import msgspec

from iprtool.export.rows import StudyRows
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale, SessionScale
from iprtool.model.coding import SegmentCode, SegmentSeen, SessionRating
from iprtool.model.layer import (
    ConsentSeen,
    LayerValue,
    LeadUsed,
    LessonsLearned,
    Locked,
    Marked,
    Op,
    Put,
    Stop,
    Stopped,
    Trace,
    Traced,
    Unblinded,
)
from iprtool.model.linking import Episode, MarkRef, Match, QuoteFlag, Strategy, Tag, Theme
from iprtool.model.mark import Code, Mark
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.score import Instrument, Score, Subscale
from iprtool.model.study import Coding, Dyad, Person, Recall, Session
from tests.export_samples import BOOK, INTERVAL, OPS, POINT, a_study, layer, op

SEGMENT_MS = 250_000
SYSTEM = Codebook(
    "3rs",
    "2015",
    "3RS",
    "theirs",
    (CodeEntry("denial", "denial", group="withdrawal"), CodeEntry("invites", "invites feelings", group="strategy")),
    clarity=True,
    session_ratings=(
        SessionScale("wd", "significance of withdrawal", rating=RatingScale(1, 5, anchors={"1": "none"})),
    ),
)
OWN = Codebook("own", "2", "Own words", "ours", (CodeEntry("cold", "it went cold"),))
EVIDENCE = Mark(
    "m-coder", "coder", "point", 300_000, 300_010, 30, codes=(Code("3rs", "2015", "denial"),), note="looked away"
)
THEIRS = Mark(
    "m-theirs",
    "recaller",
    "point",
    62_000,
    62_000,
    40,
    codes=(Code("own", "2", "cold"),),
    note="I lost her",
    chosen=True,
    quotable="yes",
)
FLAGGED = Mark("m-flagged", "recaller", "point", 90_000, 90_000, 40, note="never to be read", quotable="yes")
SAMPLES = (Trace("b-1", ((0, 5.0), (100, 6.5)), 1.0), Trace("b-2", ((50, 2.0),), 0.5))
WAI = Instrument("wai-sr", "2006", "WAI-SR", "", ("client",), (Subscale("bond", "Bond", 4, 20, 4),))

CODED: dict[str, LayerValue] = {
    "u-1": SegmentCode(1, "denial", "plus", evidence=("m-coder",), note="he said fine"),
    "u-2": SegmentSeen(0),
    "u-3": SegmentSeen(1),
    "u-4": SessionRating("wd", 3.0, "as a whole"),
}
SAID: dict[str, LayerValue] = {
    "e-1": Episode(
        "the silence",
        "withdrawal",
        61_000,
        markers=(MarkRef("layer-client", "m-point"), MarkRef("layer-client", "m-gone")),
        strategies=(Strategy("invites", 70_000, MarkRef("layer-coding", "m-coder")), Strategy("invites", 80_000)),
        end_ms=95_000,
        mover="client",
        locus="bond",
        salience=4,
        outcome="partly",
        resolved=3,
        note="it came back",
    ),
    "x-1": Match(MarkRef("layer-client", "m-point"), MarkRef("layer-therapist", "m-theirs")),
    "x-2": Match(MarkRef("layer-client", "m-gone"), MarkRef("layer-therapist", "m-theirs"), same=False),
    "h-1": Theme("daring to disagree", "says no", "good"),
    "l-1": Tag("h-1", MarkRef("layer-client", "m-point")),
    "l-2": Tag("h-1", MarkRef("layer-client", "m-gone")),
    "l-3": Tag("h-gone", MarkRef("layer-client", "m-point")),
    "q-1": QuoteFlag(MarkRef("layer-therapist", "m-flagged"), "no", partner_recognisable=True, note="too close"),
    "q-2": QuoteFlag(MarkRef("layer-client", "m-point"), "ask", note="ask her first"),
}

CLIENT_OPS = (
    op(ConsentSeen("p-client", "consent-1", "research"), "layer-client", "2025-03-01T09:59:00.000Z"),
    *OPS,
    op(LeadUsed("affect", 61_000, "2", "affect-1"), "t-1", "2025-03-03T09:00:01.000Z"),
    op(LeadUsed("wish", 99_000), "layer-client", "2025-03-03T09:00:02.000Z"),
    op(LessonsLearned("wait longer"), "layer-client", "2025-03-03T09:00:03.000Z"),
    op(Traced(SAMPLES[0].samples), "b-1", "2025-03-03T09:00:04.000Z"),
)
THERAPIST_OPS = (op(Stopped(62_000, 62_000, 40, "therapist"), "t-2"), op(Marked(THEIRS), "m-theirs"))
CODER_OPS = (
    op(Marked(EVIDENCE), "m-coder"),
    op(Put(CODED["u-1"]), "u-1"),
    op(Locked(), "layer-coding"),
    op(Unblinded(), "layer-coding", "2025-03-05T10:00:00.000Z"),
)


def review_ops() -> tuple[Op, ...]:
    """What the researcher did: all that was said, and a theme that was taken away again."""
    made = [op(Put(value), ident) for ident, value in SAID.items()]
    gone = Theme("a slip")
    return (*made, op(Put(gone), "h-2"), op(Put(None, gone), "h-2", "2025-03-06T10:00:00.000Z", undoes=None))


def a_whole_study(**changes: Any) -> StudyRows:
    """`a_study`, with its persons, a coder, traces, a supervision, scores, and what the researcher said of all."""
    rows = a_study()
    client, therapist, missing = rows.recalls
    held = {
        "person": "p-client",
        "guide": "ipr-leads",
        "guide_version": "2",
        "begun_at_utc": "2025-03-01T10:00:00+00:00",
    }
    supervision = msgspec.structs.replace(PROTOCOLS["supervision"], segments=((0, 60_000), (90_000, 99_000)))
    whole = msgspec.structs.replace(
        rows,
        dyads=(*rows.dyads[:1], Dyad("dyad-2", "D06")),
        sessions=(
            Session("session-1", "dyad-1", 3, "2025-02-28T10:30:00+00:00"),
            Session("session-2", "dyad-2", 5, "2025-02-27"),
        ),
        persons=(
            Person("p-client", "D05-C", "client", "dyad-1"),
            Person("p-therapist", "D05-T", "therapist", "dyad-1"),
            Person("p-gone", "D06-C", "client", "dyad-2", withdrawn_on="2025-03-02"),
            Person("p-coder", "K1", "observer"),
        ),
        recalls=(
            msgspec.structs.replace(client, **held),
            msgspec.structs.replace(
                therapist, person="p-therapist", also=("p-client",), inquirer="K1", protocol=supervision
            ),
            missing,
            Recall("recall-dial", "session-1", "client", "recording-1", "layer-dial", protocol=PROTOCOLS["dial"]),
        ),
        codings=(
            Coding("coding-1", "session-1", "K1", "layer-coding", "recording-1", "3rs", "2015", SEGMENT_MS, True),
        ),
        codebooks=(BOOK, SYSTEM),
        own_codebooks=(OWN, Codebook("own", "1", "Own words", "ours", (CodeEntry("warm", "warm"),))),
        strategies=SYSTEM,
        instruments=(WAI,),
        scores=(
            Score("z-1", "session-1", "p-client", "client", "wai-sr", "2006", "bond", 17.0, 4, "2025-02-28"),
            Score("z-2", "session-1", None, "observer", "mine", "1", "total", 3.5),
        ),
        layers=(
            layer(
                "layer-client",
                "recall-client",
                marks=(POINT, INTERVAL),
                stops=(Stop("t-1", 61_000, 61_020, 40, "recaller", 1.0, 59_000),),
                ops=CLIENT_OPS,
                traces=SAMPLES,
            ),
            layer(
                "layer-therapist",
                "recall-therapist",
                marks=(THEIRS, FLAGGED),
                stops=(Stop("t-2", 62_000, 62_000, 40, "therapist"),),
                ops=THERAPIST_OPS,
            ),
            layer("layer-coding", "coding-1", "coding", marks=(EVIDENCE,), ops=CODER_OPS, values=CODED),
        ),
        review=layer("review", "review", "review", ops=review_ops(), values=SAID),
        quotation={"recall-client": True},
    )
    return msgspec.structs.replace(whole, **changes)
