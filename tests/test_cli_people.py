"""People, sessions, what is missing, the study's status and what is due: by the real command line."""

import json
import sys
from pathlib import Path

import pytest

from tests.machine import WITH_PASSPHRASE, Machine, known_machine, one_sentence, where

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs Linux or macOS")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The study A.ipr with D01, session 1; then people, another dyad, its session, and a recall that is missing."""
    machine = known_machine(tmp_path_factory.mktemp("people"))
    for command in (
        ("person", "add", "A.ipr", "D02-C", "--role", "client", "--dyad", "D02"),
        ("person", "add", "A.ipr", "K1", "--role", "coder"),
        ("session", "add", "A.ipr", "--dyad", "D02", "--number", "3", "--held", "2026-03-02 14:50"),
        ("dyad", "add", "A.ipr", "D03", "--group", "poor outcome"),
        ("dyad", "group", "A.ipr", "D02", "good outcome"),
        ("missing", "A.ipr", *where("D02", 3), "--by", "client", "--reason", "not-reached"),
    ):
        machine.says(*command, *WITH_PASSPHRASE)
    return machine


def test_people_are_listed_by_pseudonym_role_and_dyad(known: Machine) -> None:
    listed = json.loads(known.says("person", "list", "A.ipr", "--json", *WITH_PASSPHRASE))
    assert listed == [
        {"label": "D02-C", "role": "client", "dyad": "D02"},
        {"label": "K1", "role": "observer", "dyad": None},
    ]
    assert known.says("person", "list", "A.ipr", *WITH_PASSPHRASE).splitlines()[1].split() == ["K1", "coder"]


def test_the_status_says_what_there_is_and_what_is_missing(known: Machine) -> None:
    said = known.says("status", "A.ipr", *WITH_PASSPHRASE)
    assert said.splitlines()[0] == "A  0 of 4 · 1 not reached · 3 to come"
    assert "3 dyads · 2 sessions · 1 recording" in said
    assert "D02 (good outcome)" in said.replace("  ", " ")
    assert "session 3 · 2026-03-02 14:50 · no recording" in said
    assert "D02 · session 3 · client: not reached" in said
    only = json.loads(known.says("status", "A.ipr", "missing", "--json", *WITH_PASSPHRASE))
    assert [(one["dyad"], one["session"], one["group"]) for one in only["sessions"]] == [("D02", 3, "good outcome")]
    assert only["sessions"][0]["recalls"][0] == {
        "by": "client",
        "person": "D02-C",
        "status": "missing",
        "reason": "not_reached",
        "expected": True,
        "withdrawn": False,
    }


def test_what_is_due_is_said_and_late_is_marked(known: Machine) -> None:
    (row,) = json.loads(known.says("due", "A.ipr", "--json", *WITH_PASSPHRASE))
    assert (row["kind"], row["dyad"], row["session"], row["who"]) == ("recall", "D02", 3, "therapist")
    assert row["at"].startswith("2026-03-04T14:50")
    line = known.says("due", "A.ipr", *WITH_PASSPHRASE)
    assert line.startswith("! " if row["late"] else "  ")
    assert "D02 · session 3 · therapist: recall to come" in line


@pytest.mark.parametrize(
    ("command", "said", "code"),
    [
        (("person", "add", "A.ipr", "Anna Karlsen", "--role", "client", "--dyad", "D01"), "short pseudonym", 1),
        (("person", "add", "A.ipr", "Olsen", "--role", "coder"), "Olsen looks like a name", 1),
        (("person", "add", "A.ipr", "X1", "--role", "client", "--dyad", "Olsen"), "--keep-label", 1),
        (("session", "add", "A.ipr", "--dyad", "JohnSmith", "--number", "1"), "--keep-label", 1),
        (("dyad", "add", "A.ipr", "JohnSmith"), "JohnSmith looks like a name", 1),
        (("add", "A.ipr", "session.m4a", *where("Olsen", 1)), "--keep-label", 1),
        (("recall", "A.ipr", "--by", "client", "--inquirer", "Berg"), "Berg looks like a name", 1),
        (("session", "held", "A.ipr", *where("D02", 3), "--held", "2126-03-02"), "still to come", 1),
        (("person", "add", "A.ipr", "d02-c", "--role", "client", "--dyad", "D02"), "already", 1),
        (("person", "add", "A.ipr", "X1", "--role", "client"), "say which one", 1),
        (("person", "add", "A.ipr", "X1", "--role", "friend"), "second-client", 2),
        (("person", "add", "A.ipr", "X1", "--role", "friend"), "inquirer", 2),
        (("session", "add", "A.ipr", "--dyad", "D02", "--number", "3"), "already", 1),
        (("session", "add", "A.ipr", "--dyad", "D02", "--number", "4", "--held", "then"), "not a date and time", 1),
        (("session", "held", "A.ipr", *where("D02", 9), "--held", "2026-03-02"), "no session 9", 1),
        (("dyad", "group", "A.ipr", "D99", "x"), "no dyad 'D99'", 1),
        (("missing", "A.ipr", *where("D02", 3), "--by", "client"), "--reason", 1),
        (("missing", "A.ipr", *where("D02", 3), "--by", "client", "--reason", "tired"), "none of", 2),
        (("recalled", "A.ipr", "observer"), "one or more of", 1),
        (("add", "A.ipr", "session.m4a", *where("D03", 1), "--keep-until", "2001-01-01"), "past already", 1),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    known: Machine, command: tuple[str, ...], said: str, code: int
) -> None:
    done = known.run(*command, *WITH_PASSPHRASE)
    if code == 1:
        assert said in one_sentence(done)
    else:
        assert done.returncode == 2
        assert said in done.stderr


def test_a_label_that_looks_like_a_name_is_kept_where_that_is_said(known: Machine, tmp_path: Path) -> None:
    machine = known.copied(tmp_path)
    command = ("person", "add", "A.ipr", "Olsen", "--role", "client", "--dyad", "D06", "--keep-label")
    assert machine.says(*command, *WITH_PASSPHRASE).strip() == "Olsen added, with a new dyad D06."


def test_corrections_change_the_status(known: Machine, tmp_path: Path) -> None:
    machine = known.copied(tmp_path)
    machine.says("missing", "A.ipr", *where("D02", 3), "--by", "client", "--to-come", *WITH_PASSPHRASE)
    machine.says("session", "held", "A.ipr", *where("D02", 3), "--held", "2026-03-03", *WITH_PASSPHRASE)
    machine.says("recalled", "A.ipr", "client", *WITH_PASSPHRASE)
    machine.says("add", "A.ipr", "session.m4a", *where("D02", 3), "--keep-until", "2126-01-01", *WITH_PASSPHRASE)
    found = json.loads(machine.says("status", "A.ipr", "D02", "--json", *WITH_PASSPHRASE))
    assert (found["expected"], found["missing"]) == (1, {})
    assert found["sessions"][0]["held_at"] == "2026-03-03"
    with machine.study() as study:
        assert study.recordings()[-1].keep_until == "2126-01-01"
        assert [one.status for one in study.recalls()] == ["planned"]


def test_without_a_terminal_iprtool_alone_says_its_commands(known: Machine) -> None:
    said = known.says()
    for name in ("library", "status", "due", "missing", "person", "session", "dyad", "recalled"):
        assert f" {name} " in said
    assert "needs a terminal" in one_sentence(known.run("library", "A.ipr", *WITH_PASSPHRASE))
