"""Searching a session: by words in notes, labels and what was said, and by the filters."""

import pytest

from iprtool.model.linking import MarkRef, QuoteFlag, Tag, Theme
from iprtool.model.mark import Rupture
from iprtool.model.study import Utterance
from iprtool.reviewing.links import Links
from iprtool.reviewing.review import Review
from iprtool.reviewing.search import Query, asked, entries_of, matching
from tests.review_samples import layer, mark

SESSION = Review(
    [
        layer(
            "client",
            mark("c1", 10_000, word="felt_safe", note="It was WARM in there"),
            mark("c2", 60_000, word="relieved", note="cold", rupture=Rupture("withdrawal"), quotable="yes"),
        ),
        layer("therapist", mark("t1", 12_000, word="felt_safe", note="warm, then cold", rupture=Rupture())),
        layer("observer", mark("o1", 13_000)),
        layer("observer", mark("o2", 14_000), layer="other"),
    ],
    [Utterance(11_000, 12_000, "client", "It's warm."), Utterance(61_000, 62_000, "therapist", "Mm.")],
)
ENTRIES = entries_of(zip(SESSION.names, SESSION.layers, strict=True), SESSION.transcript)
LINKS = Links(
    {
        "th": Theme("Being Seen"),
        "tag": Tag("th", MarkRef("client", "c1")),
        "quote": QuoteFlag(MarkRef("client", "c2"), "no"),
    }
)


def found(text: str) -> str:
    """What a line finds: marks by their ids, utterances by their text."""
    hits = matching(ENTRIES, asked(text), LINKS)
    return " ".join(one.ref.mark if one.ref else f"“{one.text}”" for one in hits)


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("", ""),
        ("warm", "c1 “It's warm.” t1"),
        ("WARM cold", "t1"),
        ('"warm in"', "c1"),
        ('"warm in', "c1"),
        ("it's", "“It's warm.”"),
        ("felt safe", "c1 t1"),
        ("role:client", "c1 “It's warm.” c2"),
        ("role:therapist warm", "t1"),
        ("role:observer", "o1 o2"),
        ('role:"observer 2"', "o2"),
        ("role:observer_2", "o2"),
        ("role:cli", ""),
        ("code:felt_safe", "c1 t1"),
        ("code:safe role:client", "c1"),
        ('code:"felt s"', "c1 t1"),
        ("theme:seen", "c1"),
        ("theme:nothing", ""),
        ("rupture:any", "t1 c2"),
        ("rupture:Withdrawal", "c2"),
        ("quotable:no", "c2"),
        ("quotable:yes", ""),
        ("quotable:ask cold", "t1"),
        ("what:ever", ""),
    ],
)
def test_what_a_line_finds(text: str, hits: str) -> None:
    assert found(text) == hits


def test_what_cannot_be_asked_for_is_said() -> None:
    with pytest.raises(ValueError, match=r"^rupture is one of any, withdrawal, confrontation, mixed, unclear$"):
        asked("rupture:yes")
    with pytest.raises(ValueError, match=r"^quotable is one of no, ask, yes$"):
        asked("quotable:maybe")


def test_a_query_that_asks_for_nothing_is_empty() -> None:
    assert asked("  ").empty
    assert asked("role:").empty
    assert asked("a role:client group:good") == Query(("a",), role="client", group="good")
