"""A review in words: the head line gives way as room gets short; what is said of a mark."""

import pytest

from iprtool.model.layer import LayerContent
from iprtool.model.linking import Episode, MarkRef, Match, QuoteFlag, Tag, Theme
from iprtool.reviewing.links import Links
from iprtool.reviewing.proposals import Moments, moments
from iprtool.reviewing.review import Review
from iprtool.reviewing.wording import layers_text, said_of, state_of
from tests.fakes import head
from tests.review_samples import layer, mark

SESSION = Review(
    [
        LayerContent(head(by="client", layer="client"), (mark("c1", 1_000),), closed=True),
        layer("therapist", mark("t1", 2_000), mark("t2", 300_000)),
        layer("observer", layer="coder", purpose="coding"),
    ]
)


@pytest.mark.parametrize(
    ("scores", "room", "text"),
    [
        (6, 60, "client ✓ 1  therapist … 2  coders 1  scores 6"),
        (0, 60, "client ✓ 1  therapist … 2  coders 1"),
        (6, 43, "client ✓ 1 therapist … 2 coders 1 scores 6"),
        (6, 40, "client ✓ therapist … coders 1 scores 6"),
        (6, 30, "client ✓ therapist … coders 1"),
        (6, 5, "client ✓ therapist … coders 1"),
    ],
)
def test_what_there_is_of_a_session_as_there_is_room(scores: int, room: int, text: str) -> None:
    assert layers_text(SESSION, scores, room) == text


def test_whether_two_accounts_are_one_moment() -> None:
    client, therapist, other = SESSION.marks
    pair, none = (client, therapist), Links()
    proposed = moments(SESSION, none)
    assert state_of(client, pair, none, proposed) == "╌ one moment?"
    assert state_of(client, pair, none, proposed, held=True) == "held  ╌ one moment?"
    assert state_of(other, pair, none, proposed) == ""
    assert state_of(client, (client, other), none, proposed) == ""
    assert state_of(client, None, none, proposed) == ""
    for same, text in ((True, "═ one moment"), (False, "≠ not one moment")):
        links = Links({"m": Match(client.ref, therapist.ref, same)})
        assert state_of(therapist, pair, links, Moments([])) == text


def test_what_is_said_of_a_mark() -> None:
    client, ref = SESSION.marks[0], MarkRef("client", "c1")
    assert said_of(client, Links()) == []
    links = Links(
        {
            "a": Theme("shame"),
            "b": Theme("Being seen", group="good"),
            "ta": Tag("a", ref),
            "tb": Tag("b", ref),
            "e": Episode("episode 1", "withdrawal", 1_000, (ref,), outcome="partly", resolved=3),
            "q": QuoteFlag(ref, "yes", partner_recognisable=True),
        }
    )
    assert said_of(client, links) == [
        "themes: Being seen, shame",
        "episode 1: withdrawal, partly 3",
        "quote: ask, the partner may recognise it",
    ]
