"""The tables of what the researcher said across recalls and codings: episodes, matches, themes."""

from iprtool.export.schema import Column, Table
from iprtool.export.tables.columns import flag, integer, key, ms, ref, term, text, words
from iprtool.export.terms import MemberRole
from iprtool.model.terms import EpisodeOutcome, Locus, Mover, RuptureType

EPISODES = Table(
    "episodes",
    "A rupture episode: its markers, the strategies tried and how it came out; one row per episode.",
    ("episode_id",),
    (
        key("episode", "The episode."),
        ref("session", "sessions", "The session that it is in; null where none of its members says it.", nullable=True),
        ref("recording", "recordings", "The recording whose times these are.", nullable=True),
        ms("start_ms", "Where it begins."),
        ms("end_ms", "Where it ends; null where it did not end in the session.", nullable=True),
        term("rupture_type", RuptureType, "Its type."),
        term("mover", Mover, "Who moved away or against; null where not judged.", nullable=True),
        term(
            "locus",
            Locus,
            "Where the strain lies — task, goal, bond (Bordin 1979) or genuineness, realism (the real relationship, "
            "Gelso); null where not judged.",
            nullable=True,
        ),
        Column(
            "salience",
            "integer",
            "Salience, 5 the highest: major from 3 on, subtle below; null where not judged.",
            unit="rating 1–5",
        ),
        term("outcome", EpisodeOutcome, "How it came out."),
        Column("resolved", "integer", "How far resolved, 5 the most; null where not judged.", unit="rating 1–5"),
        text("label", "The researcher's name for it.", asked="text"),
        text("note", "What the researcher noted.", asked="text"),
    ),
)

EPISODE_MEMBERS = Table(
    "episode_members",
    "The markers of an episode and the resolution strategies in it, in no order of stages; one row per member.",
    ("episode_id", "position"),
    (
        ref("episode", "episodes", "The episode."),
        integer("position", "Its place in the order given: markers first, then strategies; from 0."),
        term("role", MemberRole, "A marker of the rupture, or a strategy to resolve it."),
        ref(
            "annotation",
            "annotations",
            "The annotation that is the marker, or that shows the strategy; null for a strategy that none shows.",
            nullable=True,
        ),
        ms("at_ms", "Where it is; of a marker, where it begins."),
        words("codebook", "The codebook that the strategy is of; null for a marker."),
        words("codebook_version", "Its version."),
        words("code", "The strategy, as the codebook table names it; null for a marker."),
    ),
)

MATCHES = Table(
    "matches",
    "Two annotations of which the researcher said by hand that they are of one moment, or are not; one row per pair. "
    "Pairs within a tolerance are no data, and are worked out.",
    ("match_id",),
    (
        key("match", "The match."),
        ref("annotation", "annotations", "The one annotation.", name="first_annotation_id", source="first"),
        ref("annotation", "annotations", "The other.", name="second_annotation_id", source="second"),
        flag("same", "Whether they are of one moment."),
    ),
)

THEMES = Table(
    "themes",
    "A theme of the qualitative analysis; one row per theme.",
    ("theme_id",),
    (
        key("theme", "The theme."),
        words("dyad_group", "The group of dyads that it was found in; null for all.", source="group"),
        text("name", "Its name, which may be in participants' words.", asked="text"),
        text("gloss", "What it means.", asked="text"),
    ),
)

ANNOTATION_THEMES = Table(
    "annotation_themes",
    "Which annotations show which theme; one row per annotation and theme.",
    ("theme_id", "annotation_id"),
    (
        ref("theme", "themes", "The theme."),
        ref("annotation", "annotations", "The annotation that shows it."),
    ),
)
