"""The tables of people, sessions, recordings, recalls and scores."""

from iprtool.export.schema import Column, Table
from iprtool.export.tables.columns import day_offset, flag, integer, key, ms, number, ref, term, text, words
from iprtool.export.terms import Withholding
from iprtool.model.terms import (
    AfterNote,
    ConsentScope,
    MissingReason,
    ProtocolKind,
    RecallStatus,
    Role,
    View,
)

_WITHHELD = (
    "Why nothing of its content is in here, though it is in the study: somebody withdrew, or there is no consent that "
    "covers it; null where nothing is withheld."
)
_INSTRUMENT = "The questionnaire's id"

DYADS = Table(
    "dyads",
    "A client and a therapist who meet; one row per dyad.",
    ("dyad_id",),
    (
        key("dyad", "The dyad."),
        words(
            "dyad_group",
            "The study's group of the dyad (for instance an outcome group); null where there is none.",
            source="group",
        ),
        text("label", "The study's own pseudonymous label, as it stands in quotations.", asked="text"),
    ),
)

PERSONS = Table(
    "persons",
    "Somebody of the study: those of a dyad, and who led interviews, coded or supervised; one row per person.",
    ("person_id",),
    (
        key("person", "The person."),
        ref("dyad", "dyads", "The dyad that the person is in; null for those who are in none.", nullable=True),
        term("role", Role, "Who the person is in the study; null where it is not noted.", nullable=True),
        flag("withdrawn", "Whether the person withdrew from the study."),
        text("label", "The study's own pseudonymous label; null of one who withdrew.", asked="text"),
    ),
)

SESSIONS = Table(
    "sessions",
    "A therapy session of a dyad; one row per session.",
    ("session_id",),
    (
        key("session", "The session."),
        ref("dyad", "dyads", "The dyad that met."),
        Column("session_number", "integer", "Which session of the therapy it was.", nullable=False, source="number"),
        day_offset("the session"),
    ),
)

RECORDINGS = Table(
    "recordings",
    "The recording of a session; one row per recording. The recordings themselves never leave with an export.",
    ("recording_id",),
    (
        key("recording", "The recording."),
        ref("session", "sessions", "The session that was recorded."),
        text(
            "original_sha256",
            "SHA-256 of the original file: tells whether a copy is that very file; of several files joined, that of "
            "their bytes one after another.",
            nullable=False,
        ),
        ms("duration_ms", "Length of the recording."),
        words("audio_codec", "Sound codec, FFmpeg's short name; null without sound."),
        words("video_codec", "Picture codec, FFmpeg's short name; null without picture."),
        integer("sample_rate_hz", "Samples of sound per second.", unit="Hz", nullable=True),
        integer("channels", "Number of sound channels.", nullable=True),
        words("channel_speakers", "Who speaks on which channel, left first, separated by spaces; null where unknown."),
        number("frame_rate", "Pictures per second, on average; null without picture.", "1/s"),
        integer("n_parts", "Number of files that it was joined from; 1 where it is one."),
        words(
            "gaps",
            "Where nothing was recorded between joined files: from–to in ms, as 600000-690000, separated by spaces; "
            "null where there is no gap.",
        ),
    ),
)

RECALLS = Table(
    "recalls",
    "A recall of one session by one person, or by both partners together; planned, held or missing; one row per "
    "recall. A missing one has its reason.",
    ("recall_id",),
    (
        key("recall", "The recall."),
        ref("session", "sessions", "The session that was recalled."),
        ref("recording", "recordings", "The recording that was played; null where none was.", nullable=True),
        ref("person", "persons", "Who recalled, where it is noted.", nullable=True),
        term("by_role", Role, "Who recalled.", source="by"),
        words("also_roles", "Who took part beside them (a mutual recall), separated by spaces; null where nobody did."),
        term(
            "status",
            RecallStatus,
            "How far it came: planned; open, begun and not closed; ended, closed; missing, it will not take place or "
            "counts no more.",
        ),
        term("missing_reason", MissingReason, "Why it is missing; null for the others.", nullable=True),
        term("withheld", Withholding, _WITHHELD, nullable=True),
        ref(
            "person",
            "persons",
            "Who led the interview; null where nobody did.",
            nullable=True,
            name="inquirer_id",
            source="inquirer",
        ),
        words("protocol", "Name of the recall's protocol.", nullable=False),
        term(
            "protocol_kind",
            ProtocolKind,
            "How it went: free stops, segments chosen before, one event with peaks (Elliott & Shapiro 1988), prompts "
            "at intervals (Cocklin et al. 2017), a dial moved while it plays (Swift et al. 2017), both partners "
            "together (Kagan), or a few chosen moments (supervision).",
        ),
        words("may_stop", "Who may stop the recording, separated by spaces; null where nobody does."),
        term("after_note", AfterNote, "What followed once a note was saved: playing went on, or stayed stopped."),
        ms("pre_roll_ms", "How far before a stop playing went on."),
        ms("reaction_time_ms", "Taken off every time that was set by a key pressed while playing; 0 for none."),
        integer("planned_minutes", "Planned length of the recall; null where not set.", unit="min", nullable=True),
        words(
            "segments",
            "The stretches chosen before, or the event that was given: from–to in ms, as 600000-690000, separated by "
            "spaces; null where there are none.",
        ),
        ms("prompt_every_ms", "Interval of the prompts; null where there are none.", nullable=True),
        Column("n_moments", "integer", "How many moments were to be chosen; null where none were.", source="choose"),
        flag("ask_helpful", "Whether each stop was rated for how helpful the moment was."),
        flag("ask_guess", "Whether a guess at the partner's rating was asked for (Gale 1992)."),
        term("view", View, "What was seen of the picture at the start."),
        flag("audio_only", "Whether the picture was never shown."),
        flag("start_covered", "Whether the recording was covered at the start."),
        flag("show_transcript", "Whether the transcript was shown."),
        words("guide", "Interview guide that the inquirer had; null where none was used."),
        words("guide_version", "Its version."),
        words("codebook", "Codebook offered to the recaller."),
        words("codebook_version", "Its version."),
        number("latency_h", "From the session's end to the recall's beginning; null where either is unknown.", "h"),
        term(
            "consent_scope",
            ConsentScope,
            "For what the consents of those who took part were seen to hold before it opened; null where the study "
            "kept none.",
            nullable=True,
        ),
        flag(
            "quotation_consent",
            "Whether all who made it consented to quotation, on the day of the export; null where the study keeps no "
            "consents, or nobody is asked (a researcher's own).",
            nullable=True,
        ),
        number(
            "closing_helpful",
            "How helpful the session was, asked at the end: 1 extremely hindering, 5 neutral, 9 extremely helpful, "
            "half points allowed (HAT form, Llewelyn 1988).",
            "rating 1–9",
        ),
        day_offset("this recall's first"),
        text("place", "Where the recall was held.", asked="text"),
        text("closing_answer", "The answer to the closing question.", asked="text"),
        text("lessons_learned", "What was learned, written at the end of a supervision.", asked="text"),
    ),
)

SCORES = Table(
    "scores",
    "A score of a questionnaire about one session; one row per subscale of a form.",
    ("score_id",),
    (
        key("score", "The score."),
        ref("session", "sessions", "The session that it is about."),
        ref("person", "persons", "Whose form it is, where it is noted.", nullable=True),
        term("rater", Role, "Who filled it in."),
        words("instrument", f"{_INSTRUMENT}.", nullable=False),
        words("instrument_version", "Its version.", nullable=False, source="version"),
        words("subscale", "The subscale, or the total.", nullable=False),
        number("value", "The score.", "points", nullable=False),
        number(
            "minimum", "Lowest score that there can be; null where the study does not have the instrument.", "points"
        ),
        number("maximum", "Highest score that there can be.", "points"),
        integer("items_answered", "Number of items answered; null where nobody counted.", nullable=True),
        integer("n_items", "Number of items of the subscale; null where it is not known.", nullable=True),
        day_offset("the day on which it was filled in"),
    ),
)
