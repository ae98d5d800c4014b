"""The export at the command line: a look beforehand, and what is said of an export that was made."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from iprtool.desk.consents import give_consent
from iprtool.desk.places import OPEN_KEYRING
from iprtool.model.study import Person
from iprtool.store.keys import create_open_keyring, open_keyring
from iprtool.store.study import Study
from tests.command_line import app
from tests.store_samples import a_study


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A study that keeps consents: the client's, whose recall there is, is for teaching only."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / OPEN_KEYRING) as keyring, a_study(tmp_path, keyring) as study:
        study.put(Person("p-c", "D05-C", "client", "d"))
        give_consent(study, study.persons()[0], ["teaching"], "2024-01-10")
        path = study.path
    yield path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_a_look_says_what_would_leave_and_writes_nothing(path: Path) -> None:
    done = run("export", path, "--dry-run", "--with-text")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert "  dyads                    1   text: label" in lines
    assert (
        "  annotations              0   text: note, quote_note · left out: nothing of 1 recall (without consent)"
        in lines
    )
    assert lines[-1].startswith("D05-C has no consent for research; note what was signed with: iprtool consent STUDY")
    assert list(path.parent.glob("export-*")) == []
    look = json.loads(run("export", path, "--dry-run", "--json").stdout)
    assert {one["name"]: one["rows"] for one in look["tables"]}["recalls"] == 1


def test_an_export_says_the_same_and_the_ledger_has_it(path: Path, tmp_path: Path) -> None:
    done = run("export", path, "--to", tmp_path / "to", "--recipient", "Bergen", "--fresh-ids")
    assert done.exit_code == 0, done.output
    folder, *lines = done.stdout.splitlines()
    assert Path(folder).parent == tmp_path / "to"
    assert "  coverage                 0   left out: nothing of 1 recall (without consent)" in lines
    with open_keyring(tmp_path / OPEN_KEYRING) as keyring, Study.open(path, keyring) as study:
        (entry,) = study.exports()
    assert (entry.to, entry.fresh_ids, entry.with_dates, entry.with_text) == ("Bergen", True, False, False)
    assert "coverage: nothing of 1 recall (without consent)" in entry.left_out


def test_where_to_is_asked_for_unless_it_is_only_a_look(path: Path) -> None:
    done = run("export", path)
    assert done.exit_code == 2
    assert "--dry-run" in done.output
