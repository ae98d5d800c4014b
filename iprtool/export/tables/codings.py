"""The tables of observers' codings: segments, the codes in them, ratings of the whole session."""

from iprtool.export.schema import Table
from iprtool.export.tables.columns import flag, integer, key, ms, number, ref, term, text, words
from iprtool.export.terms import Withholding
from iprtool.model.terms import Clarity

CODINGS = Table(
    "codings",
    "One coder's coding of one session, segment by segment; one row per coding.",
    ("coding_id",),
    (
        key("coding", "The coding."),
        ref("session", "sessions", "The session that was coded."),
        ref("recording", "recordings", "The recording that it was coded from."),
        ref("person", "persons", "The coder.", name="coder_id", source="coder"),
        words("codebook", "The codebook that was coded with.", nullable=False),
        words("codebook_version", "Its version.", nullable=False),
        ms("segment_ms", "Length of a segment; the last one is as long as is left."),
        flag("locked", "Whether it was finished and locked; one that is not may still change."),
        flag("unblinded", "Whether the coder was let see the other layers, which is after locking."),
        term(
            "withheld",
            Withholding,
            "Why nothing of its content is in here: somebody of the dyad withdrew, or there is no consent that covers "
            "it; null where nothing is withheld.",
            nullable=True,
        ),
    ),
)

SEGMENTS = Table(
    "segments",
    "Every segment of the recording in each coding; one row per segment. In one that is `finished` and has no row in "
    "`segment_codes` nothing was found; one that is not finished was not coded, or not to its end.",
    ("segment_id",),
    (
        key("segment", "The segment in this coding."),
        ref("coding", "codings", "The coding."),
        integer("segment", "Its number, from 0: the same number is the same stretch for coders with one length."),
        ms("start_ms", "Where it begins."),
        ms("end_ms", "Where it ends."),
        flag("finished", "Whether it was coded to its end."),
        integer("n_codes", "Number of codes found in it, its rows in `segment_codes`."),
    ),
)

SEGMENT_CODES = Table(
    "segment_codes",
    "What a coder found in a segment; one row per code in a segment.",
    ("segment_id", "code"),
    (
        ref("segment", "segments", "The segment."),
        words("codebook", "The codebook that the code is of.", nullable=False),
        words("codebook_version", "Its version.", nullable=False),
        words("code", "The code, as the codebook table names it.", nullable=False),
        term("clarity", Clarity, "How clear it is (3RS 2015); null where the codebook does not ask.", nullable=True),
        number("rating", "Its rating, on the codebook's scale; null where codes are not rated.", "rating"),
        integer("n_evidence", "Number of annotations of this coding that show it."),
        text("note", "What the coder noted, as it was entered.", asked="text"),
    ),
)

SESSION_RATINGS = Table(
    "session_ratings",
    "A coder's ratings of the whole session; one row per scale.",
    ("coding_id", "scale"),
    (
        ref("coding", "codings", "The coding."),
        words("codebook", "The codebook that the scale is of.", nullable=False),
        words("codebook_version", "Its version.", nullable=False),
        words("scale", "The scale, as the codebook table names it.", nullable=False),
        number("value", "The rating, on the scale that the codebook gives.", "rating", nullable=False),
        text("note", "What the coder noted, as it was entered.", asked="text"),
    ),
)
