"""The tables of what was done with a recording: coverage, stops, leads, annotations with what they hold, traces."""

from iprtool.export.schema import Column, Table
from iprtool.export.tables.columns import (
    CODING_IF,
    POSITION,
    RATE,
    RAW,
    RECALL,
    RECALL_IF,
    SURE,
    flag,
    integer,
    key,
    ms,
    number,
    ref,
    term,
    text,
    words,
)
from iprtool.model.terms import (
    Author,
    CoverageKind,
    Locus,
    MarkKind,
    Mover,
    Perspective,
    Quotable,
    Role,
    RuptureType,
    StoppedBy,
    Timeframe,
    YesNoUnsure,
)

COVERAGE = Table(
    "coverage",
    "What of the recording was played, skipped or declined in a recall; one row per stretch. What is in no stretch "
    "was not reached: no mark there does not mean that nothing happened.",
    ("coverage_id",),
    (
        key("coverage", "The stretch."),
        RECALL,
        term("kind", CoverageKind, "Played, skipped, or declined by the person."),
        ms("start_ms", "Where the stretch begins."),
        ms("end_ms", "Where it ends."),
        RATE,
    ),
    rows="coverage",
)

STOPS = Table(
    "stops",
    "Where the recording was stopped, whether or not anything was marked there; one row per stop.",
    ("stop_id",),
    (
        key("stop", "The stop."),
        RECALL,
        ms("at_ms", "Where it was stopped; the reaction time is taken off. Of a prompt, where it was due."),
        ms("raw_ms", RAW),
        ms("uncertainty_ms", SURE),
        RATE,
        term("stopped_by", StoppedBy, "Who stopped it; in a mutual recall, which of the partners."),
        ms("went_on_ms", "From where playing went on; null where it did not.", nullable=True),
    ),
    rows="stop",
)

LEADS = Table(
    "leads",
    "The inquirer's questions (leads), as they were used; one row per use.",
    ("recall_id", "position"),
    (
        RECALL,
        integer("position", "Its place in the recall's order, from 0."),
        ref("stop", "stops", "The stop at which it was used; null where playing was not stopped.", nullable=True),
        ms("at_ms", "Where the recording was."),
        words("category", "The lead's category.", nullable=False),
        words("lead", "The lead's id in the guide; null where only the category was noted."),
        words("guide_version", "Version of the interview guide; null where there was none."),
    ),
)

ANNOTATIONS = Table(
    "annotations",
    "A moment or a stretch that a person marked, in a recall, or as evidence in a coding; one row per mark that stands "
    "at the time of the export.",
    ("annotation_id",),
    (
        key("annotation", "The annotation."),
        RECALL_IF,
        CODING_IF,
        term("author", Author, "Who set it within the recall (in a mutual one, which of the partners) or the coding."),
        term("kind", MarkKind, "A point, an interval, or an interval that was begun and not ended."),
        ms("start_ms", "Where it is, or begins; the reaction time is taken off."),
        ms("end_ms", "Where it ends; null for a point and for an open interval.", nullable=True),
        ms("raw_start_ms", RAW),
        ms("raw_end_ms", "The same for the end.", nullable=True),
        ms("uncertainty_ms", SURE),
        RATE,
        ref("stop", "stops", "The stop at which it was made; null where playing was not stopped.", nullable=True),
        term("stopped_by", StoppedBy, "Who stopped the recording there.", nullable=True),
        term("timeframe", Timeframe, "Whether it tells of the session (then) or of the watching (now)."),
        term("perspective", Perspective, "One's own experience, or a guess at the partner's (Gale 1992)."),
        number(
            "helpful",
            "How helpful the moment was: 1 extremely hindering, 5 neutral, 9 extremely helpful, half points allowed "
            "(HAT form, Llewelyn 1988); null where not rated.",
            "rating 1–9",
        ),
        words("lead", "The inquirer's question (lead) that it answers: its id in the guide, or its category."),
        words("guide_version", "Version of the interview guide that the lead is of."),
        term("about", Role, "Whom the codes are about, which is another matter than who set them.", nullable=True),
        flag("chosen", "Whether it is one of the moments that a supervision is about."),
        term(
            "quotable",
            Quotable,
            "Whether the person's words may be quoted: the stricter of what they and the researcher said; of `no`, "
            "the note is never exported.",
        ),
        flag("partner_recognisable", "Whether the partner may recognise it in print, as either of them said."),
        term(
            "rupture_type", RuptureType, "Rupture marker: its type; null where it is no rupture marker.", nullable=True
        ),
        term("rupture_mover", Mover, "Rupture marker: who moved away or against.", nullable=True),
        term(
            "rupture_locus",
            Locus,
            "Rupture marker: where the strain lies — task, goal, bond (Bordin 1979) or genuineness, realism (the real "
            "relationship, Gelso).",
            nullable=True,
        ),
        Column("rupture_salience", "integer", "Rupture marker: salience, 5 the highest.", unit="rating 1–5"),
        term("rupture_addressed", YesNoUnsure, "Rupture marker: was it addressed in the session?", nullable=True),
        Column("rupture_resolved", "integer", "Rupture marker: how far resolved, 5 the most.", unit="rating 1–5"),
        text("note", "What was said or written there, as it was entered.", asked="text"),
        text("quote_note", "What the researcher noted of quoting it.", asked="text"),
    ),
    rows="mark",
)

ANNOTATION_CODES = Table(
    "annotation_codes",
    "The codes on annotations; one row per code on an annotation.",
    ("annotation_id", "position"),
    (
        ref("annotation", "annotations", "The annotation.", source="mark"),
        integer("position", POSITION),
        words("codebook", "The codebook that the code is of.", nullable=False),
        words("codebook_version", "Its version.", nullable=False, source="version"),
        words("code", "The code, as the codebook table names it.", nullable=False),
        number("rating", "The code's rating, on the codebook's scale; null where not rated.", "rating"),
    ),
    rows="mark_code",
)

PEAKS = Table(
    "peaks",
    "The peaks inside an interval (Brief Structured Recall, Elliott & Shapiro 1988); one row per peak.",
    ("annotation_id", "position"),
    (
        ref("annotation", "annotations", "The interval.", source="mark"),
        integer("position", POSITION),
        ms("at_ms", "Where the peak is."),
        term("by_role", Role, "Whose peak it is."),
        ms("uncertainty_ms", SURE),
    ),
    rows="mark_peak",
)

TRACES = Table(
    "traces",
    "The samples of a continuous rating, as the dial gave them; one row per sample. A value holds until the next "
    "sample; where a stretch was rated again, the later samples count.",
    ("recall_id", "position"),
    (
        RECALL,
        integer("position", "Its place in the order of sampling, from 0."),
        ms("at_ms", "Where the recording was."),
        number(
            "value",
            "The rating: 1 extremely hindering, 5 neutral, 9 extremely helpful (HAT form, Llewelyn 1988).",
            "rating 1–9",
            nullable=False,
        ),
        RATE,
        Column("batch_id", "id", "The batch in which it was saved.", nullable=False, names="batch", source="batch"),
    ),
    rows="trace",
)
