"""The history at the real command line: shown, narrowed, a change taken back."""

import json

import pytest
from typer.testing import CliRunner

from tests.command_line import app
from tests.machine import WITH_PASSPHRASE, Machine, known_machine, one_sentence, where


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return known_machine(tmp_path_factory.mktemp("known"))


def test_the_history_is_shown_and_a_change_is_taken_back(machine: Machine) -> None:
    scores = ("scores", "A.ipr", *where("D01", 1), "--by", "client", *WITH_PASSPHRASE)
    machine.says(*scores, "--set", "wai-sr.task=15")
    machine.says(*scores, "--set", "wai-sr.task=17")
    shown = machine.says("history", "A.ipr", "--kind", "score", *WITH_PASSPHRASE).splitlines()
    assert [line.split()[-1] for line in shown] == ["17", "added"]
    assert "score wai-sr task 17: value: 15 → 17" in shown[0]
    assert "D01 · session 1" in shown[0]
    key = shown[0].split()[0]
    assert key.startswith("D01-C.")
    said = machine.says("history", "A.ipr", "--undo", key, *WITH_PASSPHRASE)
    assert said == "Taken back: score wai-sr task 17: value: 15 → 17.\n"
    assert "wai-sr" in machine.says("scores", "A.ipr", *WITH_PASSPHRASE)
    (found,) = json.loads(machine.says("history", "A.ipr", "--last", "1", "--json", *WITH_PASSPHRASE))
    assert found["what"] == "score wai-sr task 15: value: 17 → 15"
    assert machine.says("history", "A.ipr", "--kind", "theme", *WITH_PASSPHRASE) == ""
    assert machine.says("history", "A.ipr", "--dyad", "D09", *WITH_PASSPHRASE) == ""
    assert "no change with the id 'r999'" in one_sentence(
        machine.run("history", "A.ipr", "--undo", "r999", *WITH_PASSPHRASE)
    )
    assert "changed again since" in one_sentence(machine.run("history", "A.ipr", "--undo", key, *WITH_PASSPHRASE))


def test_a_kind_that_there_is_not_is_a_usage_error_that_names_the_kinds() -> None:
    done = CliRunner().invoke(app, ["history", "A.ipr", "--kind", "nonsense"])
    assert done.exit_code == 2
    said = " ".join(done.output.replace("│", " ").split())
    assert "'nonsense' is none of close, code, codebook, coding, consent" in said
