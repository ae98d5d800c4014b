"""The tables of the export, column by column. Times are integer milliseconds from the recording's start."""

from iprtool.export.tables.about import CODEBOOK, DICTIONARY, OPS
from iprtool.export.tables.codings import CODINGS, SEGMENT_CODES, SEGMENTS, SESSION_RATINGS
from iprtool.export.tables.marks import ANNOTATION_CODES, ANNOTATIONS, COVERAGE, LEADS, PEAKS, STOPS, TRACES
from iprtool.export.tables.people import DYADS, PERSONS, RECALLS, RECORDINGS, SCORES, SESSIONS
from iprtool.export.tables.review import ANNOTATION_THEMES, EPISODE_MEMBERS, EPISODES, MATCHES, THEMES

TABLES = (
    DYADS,
    PERSONS,
    SESSIONS,
    RECORDINGS,
    RECALLS,
    COVERAGE,
    ANNOTATIONS,
    ANNOTATION_CODES,
    PEAKS,
    STOPS,
    LEADS,
    TRACES,
    CODINGS,
    SEGMENTS,
    SEGMENT_CODES,
    SESSION_RATINGS,
    EPISODES,
    EPISODE_MEMBERS,
    MATCHES,
    THEMES,
    ANNOTATION_THEMES,
    SCORES,
    CODEBOOK,
    OPS,
    DICTIONARY,
)
"""Every table, in the order in which they are described."""

BY_NAME = {table.name: table for table in TABLES}
