"""The tables of the export, column by column. Times are integer milliseconds from the recording's start."""

from typing import get_args

from iprtool.export.schema import Asked, Column, Table
from iprtool.model.layer import OpBody
from iprtool.model.terms import (
    AfterNote,
    Author,
    CoverageKind,
    Locus,
    MarkKind,
    MissingReason,
    Mover,
    Perspective,
    Quotable,
    RecallStatus,
    Role,
    RuptureType,
    StoppedBy,
    Timeframe,
    YesNoUnsure,
    levels,
)


def _key(of: str, description: str, *, source: str = "id") -> Column:
    return Column(f"{of}_id", "id", description, nullable=False, names=of, source=source)


def _ref(of: str, table: str, description: str, *, nullable: bool = False, source: str | None = None) -> Column:
    return Column(f"{of}_id", "id", description, nullable=nullable, names=of, refers=table, source=source or of)


def _ms(name: str, description: str, *, nullable: bool = False, source: str | None = None) -> Column:
    return Column(name, "integer", description, unit="ms", nullable=nullable, source=source)


def _term(name: str, term: object, description: str, *, nullable: bool = False) -> Column:
    return Column(name, "category", description, levels=levels(term), nullable=nullable)


def _words(name: str, description: str, *, nullable: bool = True, source: str | None = None) -> Column:
    return Column(name, "category", description, nullable=nullable, source=source)


def _text(name: str, description: str, *, asked: Asked | None = None, nullable: bool = True) -> Column:
    return Column(name, "text", description, nullable=nullable, asked=asked)


_POSITION = "Place in the order given, from 0."
_RATE = Column("rate", "number", "Speed of playing at that moment; 1 is normal.", unit="× normal speed", nullable=False)
_RECALL = _ref("recall", "recalls", "The recall that this belongs to.")
_RAW = "The player's clock when the key was pressed, before the reaction time was taken off."
_SURE = "How far the time may be off, to either side, as the player's clock knew it."

DYADS = Table(
    "dyads",
    "A client and a therapist who meet; one row per dyad.",
    ("dyad_id",),
    (
        _key("dyad", "The dyad."),
        _words(
            "dyad_group",
            "The study's group of the dyad (for instance an outcome group); null where there is none.",
            source="group",
        ),
        _text("label", "The study's own pseudonymous label, as it stands in quotations.", asked="text"),
    ),
)

SESSIONS = Table(
    "sessions",
    "A therapy session of a dyad; one row per session.",
    ("session_id",),
    (
        _key("session", "The session."),
        _ref("dyad", "dyads", "The dyad that met."),
        Column("session_number", "integer", "Which session of the therapy it was.", nullable=False, source="number"),
    ),
)

RECORDINGS = Table(
    "recordings",
    "The recording of a session; one row per recording. The recordings themselves never leave with an export.",
    ("recording_id",),
    (
        _key("recording", "The recording."),
        _ref("session", "sessions", "The session that was recorded."),
        _text(
            "original_sha256",
            "SHA-256 of the original file: tells whether a copy is that very file; of several files joined, that of "
            "their bytes one after another.",
            nullable=False,
        ),
        _ms("duration_ms", "Length of the recording."),
        _words("audio_codec", "Sound codec, FFmpeg's short name; null without sound."),
        _words("video_codec", "Picture codec, FFmpeg's short name; null without picture."),
        Column("sample_rate_hz", "integer", "Samples of sound per second.", unit="Hz"),
        Column("channels", "integer", "Number of sound channels."),
        _words("channel_speakers", "Who speaks on which channel, left first, separated by spaces; null where unknown."),
        Column("frame_rate", "number", "Pictures per second, on average; null without picture.", unit="1/s"),
        Column("n_parts", "integer", "Number of files that it was joined from; 1 where it is one.", nullable=False),
        _words(
            "gaps",
            "Where nothing was recorded between joined files: from–to in ms, as 600000-690000, separated by spaces; "
            "null where there is no gap.",
        ),
    ),
)

RECALLS = Table(
    "recalls",
    "One person's recall of one session, planned, held or missing; one row per recall. A missing one has its reason.",
    ("recall_id",),
    (
        _key("recall", "The recall."),
        _ref("session", "sessions", "The session that was recalled."),
        _ref("recording", "recordings", "The recording that was played; null where none was.", nullable=True),
        Column("by_role", "category", "Who recalled.", levels=levels(Role), nullable=False, source="by"),
        _term(
            "status",
            RecallStatus,
            "How far it came: planned; open, begun and not closed; ended, closed; missing, it will not take place.",
        ),
        _term("missing_reason", MissingReason, "Why it is missing; null for the others.", nullable=True),
        Column("inquirer_id", "id", "Who led the interview; null where nobody did.", names="person", source="inquirer"),
        _words("protocol", "Name of the recall's protocol.", nullable=False),
        _words("may_stop", "Who may stop the recording, separated by spaces.", nullable=False),
        _term("after_note", AfterNote, "What followed once a note was saved: playing went on, or stayed stopped."),
        _ms("pre_roll_ms", "How far before a stop playing went on."),
        _ms("reaction_time_ms", "Taken off every time that was set by a key pressed while playing; 0 for none."),
        Column("planned_minutes", "integer", "Planned length of the recall; null where not set.", unit="min"),
        _words("codebook", "Codebook offered to the recaller."),
        _words("codebook_version", "Its version."),
        Column(
            "closing_helpful",
            "number",
            "How helpful the session was, asked at the end: 1 extremely hindering, 5 neutral, 9 extremely helpful, "
            "half points allowed (HAT form, Llewelyn 1988).",
            unit="rating 1–9",
        ),
        Column(
            "day_offset",
            "integer",
            "Whole days from the study's first operation to this recall's first.",
            unit="d",
            asked="dates",
        ),
        _text("place", "Where the recall was held.", asked="text"),
        _text("closing_answer", "The answer to the closing question.", asked="text"),
    ),
)

ANNOTATIONS = Table(
    "annotations",
    "A moment or a stretch that a person marked; one row per mark that stands at the time of the export.",
    ("annotation_id",),
    (
        _key("annotation", "The annotation."),
        _RECALL,
        _term("author", Author, "Who set it within the recall."),
        _term("kind", MarkKind, "A point, an interval, or an interval that was begun and not ended."),
        _ms("start_ms", "Where it is, or begins; the reaction time is taken off."),
        _ms("end_ms", "Where it ends; null for a point and for an open interval.", nullable=True),
        _ms("raw_start_ms", _RAW),
        _ms("raw_end_ms", "The same for the end.", nullable=True),
        _ms("uncertainty_ms", _SURE),
        _RATE,
        _ref("stop", "stops", "The stop at which it was made; null where playing was not stopped.", nullable=True),
        _term("stopped_by", StoppedBy, "Who stopped the recording there.", nullable=True),
        _term("timeframe", Timeframe, "Whether it tells of the session (then) or of the watching (now)."),
        _term("perspective", Perspective, "One's own experience, or a guess at the partner's (Gale 1992)."),
        Column(
            "helpful",
            "number",
            "How helpful the moment was: 1 extremely hindering, 5 neutral, 9 extremely helpful, half points allowed "
            "(HAT form, Llewelyn 1988); null where not rated.",
            unit="rating 1–9",
        ),
        _words("lead", "Category of the inquirer's question (lead) that it answers."),
        _words("guide_version", "Version of the interview guide that the lead is of."),
        _term("about", Role, "Whom the codes are about, which is another matter than who set them.", nullable=True),
        _term("quotable", Quotable, "Whether the person's words may be quoted; of `no`, the note is never exported."),
        Column("partner_recognisable", "boolean", "Whether the partner may recognise it in print.", nullable=False),
        _term(
            "rupture_type", RuptureType, "Rupture marker: its type; null where it is no rupture marker.", nullable=True
        ),
        _term("rupture_mover", Mover, "Rupture marker: who moved away or against.", nullable=True),
        _term(
            "rupture_locus",
            Locus,
            "Rupture marker: where the strain lies — task, goal, bond (Bordin 1979) or genuineness, realism (the real "
            "relationship, Gelso).",
            nullable=True,
        ),
        Column("rupture_salience", "integer", "Rupture marker: salience, 5 the highest.", unit="rating 1–5"),
        _term("rupture_addressed", YesNoUnsure, "Rupture marker: was it addressed in the session?", nullable=True),
        Column("rupture_resolved", "integer", "Rupture marker: how far resolved, 5 the most.", unit="rating 1–5"),
        Column(
            "episode_id",
            "id",
            "The episode (marker, strategies, outcome) it is part of.",
            names="episode",
            source="episode",
        ),
        _text("note", "What was said or written there, as it was entered.", asked="text"),
    ),
    rows="mark",
)

ANNOTATION_CODES = Table(
    "annotation_codes",
    "The codes on annotations; one row per code on an annotation.",
    ("annotation_id", "position"),
    (
        _ref("annotation", "annotations", "The annotation.", source="mark"),
        Column("position", "integer", _POSITION, nullable=False),
        _words("codebook", "The codebook that the code is of.", nullable=False),
        _words("codebook_version", "Its version.", nullable=False, source="version"),
        _words("code", "The code, as the codebook table names it.", nullable=False),
        Column("rating", "number", "The code's rating, on the codebook's scale; null where not rated.", unit="rating"),
    ),
    rows="mark_code",
)

PEAKS = Table(
    "peaks",
    "The peaks inside an interval (Brief Structured Recall, Elliott & Shapiro 1988); one row per peak.",
    ("annotation_id", "position"),
    (
        _ref("annotation", "annotations", "The interval.", source="mark"),
        Column("position", "integer", _POSITION, nullable=False),
        _ms("at_ms", "Where the peak is."),
        _term("by_role", Role, "Whose peak it is."),
        _ms("uncertainty_ms", _SURE),
    ),
    rows="mark_peak",
)

STOPS = Table(
    "stops",
    "Where the recording was stopped, whether or not anything was marked there; one row per stop.",
    ("stop_id",),
    (
        _key("stop", "The stop."),
        _RECALL,
        _ms("at_ms", "Where it was stopped; the reaction time is taken off."),
        _ms("raw_ms", _RAW),
        _ms("uncertainty_ms", _SURE),
        _RATE,
        _term("stopped_by", StoppedBy, "Who stopped it."),
        _ms("went_on_ms", "From where playing went on; null where it did not.", nullable=True),
    ),
    rows="stop",
)

COVERAGE = Table(
    "coverage",
    "What of the recording was played, skipped or declined in a recall; one row per stretch. What is in no stretch "
    "was not reached: no mark there does not mean that nothing happened.",
    ("coverage_id",),
    (
        _key("coverage", "The stretch."),
        _RECALL,
        _term("kind", CoverageKind, "Played, skipped, or declined by the person."),
        _ms("start_ms", "Where the stretch begins."),
        _ms("end_ms", "Where it ends."),
        _RATE,
    ),
    rows="coverage",
)

CODEBOOK = Table(
    "codebook",
    "The vocabularies in use, by version; one row per code. The same table lies as codebook.csv beside the README.",
    ("codebook", "codebook_version", "code"),
    (
        _words("codebook", "The codebook's id.", nullable=False),
        _words("codebook_version", "Its version.", nullable=False),
        Column("position", "integer", _POSITION, nullable=False),
        _words("code", "The code's id, as on annotations.", nullable=False),
        _text("label", "The code as it was shown.", nullable=False),
        _text("gloss", "What it means, in plain words."),
        _words("code_group", "The group of codes that it is in."),
        _words("polarity", "Its polarity, where the codebook has one."),
        Column(
            "rating_minimum", "number", "Lowest rating of its codes; null where codes are not rated.", unit="rating"
        ),
        Column("rating_maximum", "number", "Highest rating of its codes.", unit="rating"),
        Column("rating_step", "number", "Step of the rating.", unit="rating"),
        _words("title", "The codebook's title.", nullable=False),
        _words("citation", "Where the codebook comes from.", source="source"),
    ),
)

OPS = Table(
    "ops",
    "The log of everything that was done in a recall, in its order, with what was later changed or deleted; one row "
    "per operation. It says what was done and to what, never the content.",
    ("op_id",),
    (
        Column("op_id", "id", "The operation.", nullable=False, names="operation", source="id"),
        _RECALL,
        Column("lamport", "integer", "Its number in the recall's order.", nullable=False),
        Column("device_id", "id", "The computer.", nullable=False, names="device", source="device"),
        Column("actor_id", "id", "Who did it.", nullable=False, names="person", source="actor"),
        Column(
            "entity_id",
            "id",
            "What it was done to: an annotation (a_), a stop (t_), a stretch of coverage (v_) or the recall (c_). "
            "An annotation that was deleted later is not among the annotations.",
            nullable=False,
            source="entity",
        ),
        Column(
            "kind",
            "category",
            "What was done.",
            levels=tuple(str(body.__struct_config__.tag) for body in get_args(OpBody)),
            nullable=False,
        ),
        Column(
            "gesture_id", "id", "Operations of one gesture share it; null for one alone.", names="gesture", source="grp"
        ),
        Column(
            "undoes_op_id", "id", "The operation that it takes back.", names="operation", refers="ops", source="undoes"
        ),
        Column(
            "at_offset_ms",
            "integer",
            "Wall-clock time since the study's first operation; null where it was redacted.",
            unit="ms",
            asked="dates",
        ),
    ),
    rows="op",
)

DICTIONARY = Table(
    "dictionary",
    "This dictionary: every column of every table; one row per column.",
    ("table_name", "column_name"),
    (
        _text("table_name", "The table.", nullable=False),
        _text("column_name", "The column.", nullable=False),
        _text("type", "Its type in Parquet; a category is a dictionary-encoded string.", nullable=False),
        _text("description", "What it means.", nullable=False),
        _text("unit", "Its unit; null where it has none."),
        _text("levels", "The values that a category may take, separated by |; null where they are the study's own."),
        Column("nullable", "boolean", "Whether a value may be absent.", nullable=False),
        Column("is_key", "boolean", "Whether it is (part of) what identifies a row.", nullable=False),
        _text("refers_to", "The table whose rows it names."),
    ),
)

TABLES = (
    DYADS,
    SESSIONS,
    RECORDINGS,
    RECALLS,
    COVERAGE,
    ANNOTATIONS,
    ANNOTATION_CODES,
    PEAKS,
    STOPS,
    CODEBOOK,
    OPS,
    DICTIONARY,
)
"""Every table, in the order in which they are described."""

BY_NAME = {table.name: table for table in TABLES}
