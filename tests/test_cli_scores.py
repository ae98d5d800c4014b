"""Scores and instruments at the real command line."""

import json

import pytest

from tests.machine import WITH_PASSPHRASE, Machine, known_machine, one_sentence, where

HEADER = "dyad,session,rater,instrument,subscale,value\n"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return known_machine(tmp_path_factory.mktemp("known"))


def file(machine: Machine, name: str, text: str) -> str:
    (machine.work / name).write_text(text)
    return name


def test_scores_are_imported_set_listed_and_told_missing(machine: Machine) -> None:
    wrong = file(machine, "wrong.csv", HEADER + "D01,1,client,wai-sr,task,15\nD01,1,client,wai-sr,goal,40\n")
    done = machine.run("scores", "A.ipr", "--import", wrong, *WITH_PASSPHRASE)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "wrong.csv:3: goal goes from 4 to 20, and 40 is outside; check the value",
        "Nothing was entered.",
    ]
    right = file(machine, "right.csv", HEADER + "D01,1,client,wai-sr,task,15\nD01,1,client,ORS,total,31.5\n")
    assert machine.says("scores", "A.ipr", "--import", right, *WITH_PASSPHRASE) == (
        "2 scores entered, 0 replaced, 0 there already.\n"
    )
    changed = file(machine, "changed.csv", HEADER + "D01,1,client,wai-sr,task,16\nD01,1,client,ORS,total,31.5\n")
    assert machine.says("scores", "A.ipr", "--import", changed, *WITH_PASSPHRASE).splitlines() == [
        "replaced: D01, session 1, client, wai-sr task: 15 → 16",
        "0 scores entered, 1 replaced, 1 there already.",
    ]
    given = ("scores", "A.ipr", *where("D01", 1), "--by", "therapist", *WITH_PASSPHRASE)
    assert machine.says(*given, "--set", "wai-sr.goal=13/3") == "D01 · session 1 · wai-sr goal by therapist: 13/3\n"
    assert "goal goes from 4 to 20" in one_sentence(machine.run(*given, "--set", "wai-sr.goal=33"))
    assert "has no subscale" in one_sentence(machine.run(*given, "--set", "wai-sr.depth=3"))
    assert "Say whose form" in one_sentence(machine.run("scores", "A.ipr", "--set", "wai-sr.task=15", *WITH_PASSPHRASE))
    listed = machine.says("scores", "A.ipr", *WITH_PASSPHRASE).splitlines()
    assert listed[0] == "D01 · session 1: 3 of 9 scores"
    assert listed[-1] == "  missing: wai-sr by client (3), wai-sr by therapist (3)"
    assert any(line.split() == ["wai-sr", "goal", "therapist", "13/3"] for line in listed)
    (found,) = json.loads(machine.says("scores", "A.ipr", "--json", *where("D01", 1), *WITH_PASSPHRASE))
    assert sorted(one["value"] for one in found["scores"]) == [13, 16, 31.5]
    assert "wai-sr.task by therapist" in found["missing"]


def test_instruments_are_listed_checked_loaded_and_chosen(machine: Machine) -> None:
    assert "  wai-sr 2006" in machine.says("instruments", "list")
    mine = 'id = "mine"\nversion = "1"\ntitle = "Mine"\nsource = "ours"\nraters = ["client"]\n'
    subscale = '[[subscales]]\nid = "total"\nlabel = "total"\nminimum = {}\nmaximum = 10\n'
    bad = file(machine, "bad.toml", mine + subscale.format(20))
    done = machine.run("instruments", "check", bad)
    assert (done.returncode, done.stderr.split(":")[1]) == (1, "9")
    good = file(machine, "mine.toml", mine + subscale.format(0))
    assert machine.says("instruments", "check", good) == "Mine, version 1: 1 subscales, by client.\n"
    assert "is kept and used" in machine.says("instruments", "load", "A.ipr", good, *WITH_PASSPHRASE)
    assert "● mine 1 · Mine" in machine.says("instruments", "list", "A.ipr", *WITH_PASSPHRASE)
    said = machine.says("instruments", "use", "A.ipr", "wai-sr", "mine", *WITH_PASSPHRASE)
    assert said == "This study uses wai-sr 2006, mine 1.\n"
    assert "There is no instrument 'none'" in one_sentence(
        machine.run("instruments", "use", "A.ipr", "none", *WITH_PASSPHRASE)
    )
