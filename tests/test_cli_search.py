"""`iprtool search`: what a terminal is shown of what was found, and what machines are given."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from iprtool.desk.places import OPEN_KEYRING
from iprtool.desk.reviews import review_object
from iprtool.edits import Hand
from iprtool.model.layer import LayerValue, Marked, Put
from iprtool.model.linking import MarkRef, QuoteFlag, Tag, Theme
from iprtool.model.mark import Rupture
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import LayerFile
from tests.command_line import app
from tests.review_samples import mark
from tests.store_samples import a_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The folder of a study of one session with two marks of the client's, a theme and a quote flag."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / OPEN_KEYRING) as keyring, a_study(tmp_path, keyring) as made:
        made.put(msgspec.structs.replace(made.dyads()[0], group="Good"))
        layer = made.recalls()[0].layer
        assert layer is not None
        first = mark("m1", 61_000, note="warm\x1b[31m\nwater", quotable="yes")
        marks = (first, mark("m2", 62_000, note="Warm, too", rupture=Rupture("mixed")))
        review, hand = review_object(made), Hand("x", "dev")
        with LayerFile(made.path_of(layer), made.key_of(layer)) as log:
            log.commit([hand.op(one.id, Marked(one)) for one in marks]).result()
            ref = MarkRef(log.load().head.layer, "m1")
        values: dict[str, LayerValue] = {
            "theme": Theme("Shame"),
            "tag": Tag("theme", ref),
            "quote": QuoteFlag(ref, "ask"),
        }
        with LayerFile(made.path_of(review), made.key_of(review)) as log:
            log.commit([hand.op(entity, Put(value)) for entity, value in values.items()]).result()
        yield str(made.path)


def says(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["search", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_what_is_found_is_a_line_each_that_no_terminal_acts_on(study: str) -> None:
    assert says(study, "warm").splitlines() == [
        "D05 3  01:01  client  a note  “warm�[31m water”",
        "D05 3  01:02  client  mixed rupture  “Warm, too”",
        "2 found",
    ]
    assert says(study, "warm", "water").splitlines()[-1] == "1 found"
    assert says(study, "nothing of the kind") == "nothing found\n"


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--rupture", "any"], 1),
        (["--rupture", "withdrawal"], 0),
        (["--theme", "sham"], 1),
        (["--quotable", "ask"], 2),
        (["--quotable", "yes"], 0),
        (["--group", "good", "--role", "client"], 2),
        (["--group", "bad"], 0),
        (["--role", "therapist"], 0),
        (["--code", "x"], 0),
    ],
)
def test_the_options_narrow_it(study: str, options: list[str], count: int) -> None:
    assert len(json.loads(says(study, *options, "--json"))) == count


def test_machines_are_given_what_holds_of_each_mark(study: str) -> None:
    (found,) = json.loads(says(study, "water", "--json"))
    assert found.pop("layer")
    assert found == {
        "dyad": "D05",
        "session": 3,
        "group": "Good",
        "at_ms": 61_000,
        "by": "client",
        "kind": "mark",
        "title": "a note",
        "text": "warm\x1b[31m\nwater",
        "mark": "m1",
        "codes": [],
        "themes": ["Shame"],
        "rupture": None,
        "quotable": "ask",
    }


def test_what_is_not_searched_since_somebody_withdrew_is_said(study: str) -> None:
    for command in (
        ("person", "add", study, "D05-C", "--role", "client", "--dyad", "D05"),
        ("mark-withdrawn", study, "D05-C", "--on", "2026-01-01"),
    ):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
    assert says(study, "warm") == "nothing found · D05-C withdrew on 2026-01-01, so nothing of theirs is used.\n"
    assert json.loads(says(study, "warm", "--json")) == []


def test_what_cannot_be_looked_for_is_a_usage_error(study: str) -> None:
    assert "say what to look for" in " ".join(says(study, code=2).split())
    assert "rupture is one of any, withdrawal" in " ".join(says(study, "--rupture", "yes", code=2).split())
