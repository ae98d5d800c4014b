"""The tables of codebooks, of the log, and of the tables themselves."""

from typing import get_args

from iprtool.export.schema import Column, Table
from iprtool.export.tables.columns import CODING_IF, POSITION, RECALL_IF, flag, integer, number, term, text, words
from iprtool.export.terms import CodeKind
from iprtool.model.layer import OpBody

CODEBOOK = Table(
    "codebook",
    "The vocabularies in use, by version; one row per code, and per scale on which whole sessions are rated. The same "
    "table lies as codebook.csv beside the README.",
    ("codebook", "codebook_version", "kind", "code"),
    (
        words("codebook", "The codebook's id.", nullable=False),
        words("codebook_version", "Its version.", nullable=False),
        term("kind", CodeKind, "A code, or a scale on which whole sessions are rated."),
        integer("position", POSITION),
        words("code", "The code's id, as on annotations and in segments, or the scale's.", nullable=False),
        text("label", "The code or scale as it was shown.", nullable=False),
        text("gloss", "What it means, in plain words."),
        words("code_group", "The group of codes that it is in."),
        words("polarity", "Its polarity, where the codebook has one."),
        flag("clarity", "Whether a coder says how clear it is (minus, plain, plus: the 3RS of 2015)."),
        number("rating_minimum", "Lowest rating; null where it is not rated.", "rating"),
        number("rating_maximum", "Highest rating.", "rating"),
        number("rating_step", "Step of the rating.", "rating"),
        text("rating_anchors", "The ratings' labels, as 1=…, separated by |.", asked="text"),
        words("title", "The codebook's title.", nullable=False),
        words("citation", "Where the codebook comes from.", source="source"),
    ),
)

OPS = Table(
    "ops",
    "The log of everything that was done in a recall, in a coding, or by the researcher across them, in its order, "
    "with what was later changed or deleted; one row per operation. It says what was done and to what, never the "
    "content.",
    ("op_id",),
    (
        Column("op_id", "id", "The operation.", nullable=False, names="operation", source="id"),
        RECALL_IF,
        CODING_IF,
        integer("lamport", "Its number in the order of the recall, the coding or the researcher's review."),
        Column("device_id", "id", "The computer.", nullable=False, names="device", source="device"),
        Column(
            "actor_id",
            "id",
            "Who did it, as the log names them: by role.",
            nullable=False,
            names="actor",
            source="actor",
        ),
        Column(
            "entity_id",
            "id",
            "What it was done to: an annotation (a_), a stop (t_), a stretch of coverage (v_), a batch of a trace "
            "(b_), an episode (e_), a match (x_), a theme (h_), something without an id of its own in the tables (u_), "
            "or the recall (c_) or coding (k_) itself. An annotation that was deleted later is not among the "
            "annotations.",
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
        text("table_name", "The table.", nullable=False),
        text("column_name", "The column.", nullable=False),
        text("type", "Its type in Parquet; a category is a dictionary-encoded string.", nullable=False),
        text("description", "What it means.", nullable=False),
        text("unit", "Its unit; null where it has none."),
        text("levels", "The values that a category may take, separated by |; null where they are the study's own."),
        flag("nullable", "Whether a value may be absent."),
        flag("is_key", "Whether it is (part of) what identifies a row."),
        text("refers_to", "The table whose rows it names."),
    ),
)
