"""The demo study as it is written down: what it names is there, what it counts is possible."""

import functools
import itertools
from pathlib import Path

import av
import pytest
import webvtt

from iprtool.codebooks import shipped
from iprtool.demo.file import DemoFile, read_demo
from iprtool.demo.session import DemoLayer, demo_folder, demo_id, demo_layers
from iprtool.instruments.loader import shipped as instrument
from iprtool.model.errors import IprtoolError
from iprtool.model.score import value_problem
from iprtool.model.times import parse_clock

FOLDER = Path(__file__).parent.parent / "recordings" / "demo"
SHORT = ("d01-s5", "d02-s3", "d02-s5")
RESEARCH_TERMS = ("rupture", "withdrawal", "confrontation", "alliance", "marker", "resistance")
FILE: DemoFile = read_demo(FOLDER)


@functools.cache
def layers(session: str) -> dict[str, DemoLayer]:
    return {layer.by: layer for layer in demo_layers(demo_folder(session))}


@functools.cache
def duration_ms(session: str) -> int:
    with av.open(str(demo_folder(session) / "session.opus")) as container:
        return int(sum(frame.samples for frame in container.decode(container.streams.audio[0]))) // 48


@functools.cache
def cues(session: str) -> list[tuple[int, str]]:
    found = webvtt.read(str(demo_folder(session) / "session.vtt")).captions
    return [(parse_clock(cue.start), cue.text) for cue in found]


def marks() -> set[str]:
    """Every mark's id, of every session."""
    return {mark.id for one in FILE.sessions for layer in layers(one.folder).values() for mark in layer.marks}


def named(mark: str) -> str:
    folder, by, at = mark.split("/")
    return demo_id(folder, by, "mark", at)


def test_two_dyads_of_two_groups_have_two_sessions_each() -> None:
    assert [(one.label, one.group) for one in FILE.dyads] == [("D01", "improved"), ("D02", "unchanged")]
    assert sorted((one.dyad, one.number) for one in FILE.sessions) == [
        (dyad, number) for dyad in ("D01", "D02") for number in (3, 5)
    ]
    assert {one.folder for one in FILE.sessions} == {path.parent.name for path in FOLDER.glob("*/session.opus")}


def test_both_partners_recalled_every_session() -> None:
    for session in FILE.sessions:
        assert {"client", "therapist"} <= set(layers(session.folder))


def test_ids_of_all_sessions_are_apart() -> None:
    every = [layer for one in FILE.sessions for layer in layers(one.folder).values()]
    entities = [one.id for layer in every for one in layer.marks] + [one.id for layer in every for one in layer.stops]
    entities += [one.id for layer in every for one in layer.coverage]
    assert len(set(entities)) == len(entities)


@pytest.mark.parametrize("session", SHORT)
@pytest.mark.parametrize("by", ["client", "therapist"])
class TestShortSessions:
    def test_coverage_reaches_from_beginning_to_end(self, session: str, by: str) -> None:
        coverage = layers(session)[by].coverage
        assert coverage[0].start_ms == 0
        assert 0 <= duration_ms(session) - coverage[-1].end_ms < 100
        assert all(one.end_ms == other.start_ms for one, other in itertools.pairwise(coverage))

    def test_marks_lie_in_what_was_played_and_at_a_stop(self, session: str, by: str) -> None:
        layer = layers(session)[by]
        played = [(part.start_ms, part.end_ms) for part in layer.coverage if part.kind == "played"]
        for mark in layer.marks:
            assert any(start_ms <= mark.start_ms <= mark.last_ms <= end_ms for start_ms, end_ms in played), mark.note
            assert mark.stop in {stop.id for stop in layer.stops}

    def test_codes_are_the_shipped_words(self, session: str, by: str) -> None:
        layer = layers(session)[by]
        codebook = shipped(layer.codebook)
        assert layer.codebook_version == codebook.version
        assert all(codebook.entry(code.code) for mark in layer.marks for code in mark.codes)

    def test_the_client_speaks_no_researchers_terms(self, session: str, by: str) -> None:
        if by == "client":
            layer = layers(session)[by]
            said = " ".join([layer.closing, *(mark.note for mark in layer.marks)]).lower()
            assert not [term for term in RESEARCH_TERMS if term in said]
            assert all(mark.rupture is None for mark in layer.marks)


def test_every_mark_that_is_named_is_there() -> None:
    known = marks()
    names = [mark for one in FILE.episodes for mark in one.markers]
    names += [strategy.shown_by for one in FILE.episodes for strategy in one.strategies if strategy.shown_by]
    names += [mark for one in FILE.matches for mark in (one.first, one.second)]
    names += [mark for one in FILE.themes for mark in one.marks] + [one.mark for one in FILE.quotes]
    assert [name for name in names if named(name) not in known] == []
    assert len(names) > 25


def test_matches_are_of_client_and_therapist_in_one_session_and_near_each_other() -> None:
    for match in FILE.matches:
        (folder, by, first), (other, whose, second) = match.first.split("/"), match.second.split("/")
        assert (folder, by, whose) == (other, "client", "therapist")
        assert abs(parse_clock(first) - parse_clock(second)) <= 10_000


def test_there_is_a_coding_of_every_session_by_each_coder_and_it_is_whole() -> None:
    coders = [one.label for one in FILE.persons if one.role == "observer"]
    assert sorted((one.session, one.coder) for one in FILE.codings) == sorted(
        (session.folder, coder) for session in FILE.sessions for coder in coders
    )
    book = shipped("3rs-2015")
    for coding in FILE.codings:
        assert len(coding.minutes) == -(-duration_ms(coding.session) // 60_000), coding.session
        assert all(book.entry(code) for minute in coding.minutes for code in minute)
        assert list(coding.ratings) == [scale.id for scale in book.session_ratings]
        assert all(value in range(1, 6) for value in coding.ratings.values())
        for shown in coding.evidence:
            assert shown.code in coding.minutes[parse_clock(shown.at) // 60_000], shown


def test_the_coders_agree_mostly_and_not_always() -> None:
    both: dict[str, set[tuple[str, int, str]]] = {}
    for one in FILE.codings:
        both.setdefault(one.coder, set()).update(
            (one.session, n, code) for n, codes in enumerate(one.minutes) for code in codes
        )
    first, second = both.values()
    assert 0.4 < len(first & second) / len(first | second) < 0.9


def test_scores_are_possible_ones() -> None:
    assert [one.session for one in FILE.scores] == [one.folder for one in FILE.sessions]
    for scores in FILE.scores:
        for forms in (scores.client, scores.therapist):
            for name, values in forms.items():
                for subscale, value in values.items():
                    declared = instrument(name).subscale(subscale)
                    assert declared is not None
                    assert value_problem(declared, value) is None


def test_episodes_lie_in_their_session_with_the_strategies_of_the_3rs() -> None:
    book = shipped("3rs-2015")
    for episode in FILE.episodes:
        start_ms = parse_clock(episode.start)
        end_ms = parse_clock(episode.end) if episode.end else duration_ms(episode.session)
        assert 0 <= start_ms < end_ms <= duration_ms(episode.session)
        assert {mark.split("/")[0] for mark in episode.markers} == {episode.session}
        for strategy in episode.strategies:
            entry = book.entry(strategy.code)
            assert entry is not None
            assert entry.group == "resolution strategy"
            assert start_ms <= parse_clock(strategy.at) <= end_ms
    assert {one.outcome for one in FILE.episodes} == {"repaired", "partly", "unrepaired"}


@pytest.mark.parametrize(
    ("old", "new"), [('label = "D01"', 'lable = "D01"'), ("salience = 5", "salience = 6"), ("[[", "[")]
)
def test_a_damaged_file_is_one_sentence(tmp_path: Path, old: str, new: str) -> None:
    text = (FOLDER / "study.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "study.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(IprtoolError, match="could not be read: install iprtool again"):
        read_demo(tmp_path)
