"""What the researcher says leaves where its marks do, for anything that was said of any marks of any layers."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.export.build import Asked, build
from iprtool.export.judge import faults_between, faults_within
from iprtool.export.rows import StudyRows, Withheld
from iprtool.export.tables import TABLES
from iprtool.export.tokens import Tokens
from iprtool.model.layer import LayerValue
from iprtool.model.linking import Episode, MarkRef, Match, QuoteFlag, Strategy, Tag, Theme
from iprtool.model.mark import Mark
from iprtool.model.terms import Quotable
from tests.export_samples import layer
from tests.export_whole import a_whole_study

LAYERS = {"layer-client": "recall-client", "layer-therapist": "recall-therapist", "layer-coding": "coding-1"}
TOKENS = Tokens(b"k" * 32)
STRICT: tuple[Quotable, ...] = ("no", "ask", "yes")

_refs = st.builds(MarkRef, st.sampled_from([*LAYERS, "layer-nowhere"]), st.sampled_from(["1", "2", "gone"]))
_quotable = st.sampled_from(STRICT)
_strategies = st.builds(Strategy, st.just("invites"), st.integers(0, 600_000), st.none() | _refs)
_episodes = st.builds(
    Episode,
    st.just("secret"),
    st.just("withdrawal"),
    st.integers(0, 600_000),
    st.lists(_refs, max_size=3).map(tuple),
    st.lists(_strategies, max_size=2).map(tuple),
)
_values = st.one_of(
    st.builds(Match, _refs, _refs, st.booleans()),
    _episodes,
    st.builds(Tag, st.sampled_from(["v0", "v1", "v2"]), _refs),
    st.builds(QuoteFlag, _refs, _quotable, st.booleans(), st.just("why")),
    st.builds(Theme, st.just("theme")),
)


def of(mark: str, layer_id: str) -> str:
    """A mark's own id, which no other layer's has."""
    return f"{layer_id} {mark}"


def renamed(value: Any) -> Any:
    """The value with the ids of its marks as those of their layers."""
    match value:
        case MarkRef():
            return MarkRef(value.layer, of(value.mark, value.layer))
        case tuple():
            return tuple(renamed(one) for one in value)
        case msgspec.Struct():
            return msgspec.structs.replace(value, **{name: renamed(one) for name, one in _fields(value)})
        case _:
            return value


def _fields(value: msgspec.Struct) -> list[tuple[str, Any]]:
    return list(msgspec.structs.asdict(value).items())


@st.composite
def studies(draw: st.DrawFn) -> tuple[StudyRows, dict[str, LayerValue], frozenset[str], dict[str, Quotable]]:
    """A study where each layer has two marks, some layers do not leave, and anything was said of any of them."""
    gone = draw(st.frozensets(st.sampled_from(sorted(LAYERS)), max_size=2))
    said = {f"v{at}": renamed(value) for at, value in enumerate(draw(st.lists(_values, max_size=8)))}
    words: dict[str, Quotable] = {of(mark, one): draw(_quotable) for one in LAYERS for mark in "12"}
    layers = tuple(
        layer(
            one,
            owner,
            "coding" if one == "layer-coding" else "recall",
            marks=[
                Mark(of(mark, one), "recaller", "point", 5, 5, 5, note=of(mark, one), quotable=words[of(mark, one)])
                for mark in "12"
            ],
        )
        for one, owner in LAYERS.items()
        if one not in gone
    )
    withheld = {LAYERS[one]: Withheld("withdrawn", "Somebody withdrew.") for one in gone}
    review = layer("review", "review", "review", values=said)
    return a_whole_study(layers=layers, withheld=withheld, review=review), said, gone, words


@settings(max_examples=60, deadline=None)
@given(studies())
def test_what_was_said_leaves_where_its_marks_do(
    made: tuple[StudyRows, dict[str, LayerValue], frozenset[str], dict[str, Quotable]],
) -> None:
    """All tables fit each other; nothing is of a layer that stays; the stricter word keeps a note at home."""
    rows, said, gone, words = made
    arrow = {table.name: made for table, made in build(rows, Asked(text=True)).tables}
    assert [*faults_between(arrow), *(fault for one in TABLES for fault in faults_within(one, arrow[one.name]))] == []
    tables = {name: table.to_pylist() for name, table in arrow.items()}
    standing = {of(mark, one) for one in LAYERS if one not in gone for mark in "12"}
    ids = {TOKENS.one(mark, "annotation"): mark for mark in standing}
    assert {row["annotation_id"] for row in tables["annotations"]} == ids.keys()
    decided = {value.mark.mark: value for value in said.values() if isinstance(value, QuoteFlag)}
    for row in tables["annotations"]:
        mark = ids[row["annotation_id"]]
        flag = decided.get(mark)
        word = min(words[mark], flag.quotable if flag else "yes", key=STRICT.index)
        assert row["quotable"] == word
        assert row["note"] == (None if word == "no" else mark)
    matches = [one for one in said.values() if isinstance(one, Match)]
    assert len(tables["matches"]) == sum({one.first.mark, one.second.mark} <= standing for one in matches)
    for row in tables["episodes"]:
        (episode,) = [one for name, one in said.items() if TOKENS.one(name, "episode") == row["episode_id"]]
        assert isinstance(episode, Episode)
        refs = [*episode.markers, *(one.shown_by for one in episode.strategies if one.shown_by)]
        assert not refs or any(ref.mark in standing for ref in refs)
        assert (row["label"] is None) == any(ref.layer in gone for ref in refs)
