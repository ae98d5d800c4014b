"""What is said on the command line of a recall is what it begins with."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

import iprtool.cli.recall  # noqa: F401  # its command
from iprtool.cli.top import app
from iprtool.codebooks.versions import revised
from iprtool.desk.guides import keep_guide
from iprtool.desk.places import OPEN_KEYRING
from iprtool.guides import shipped
from iprtool.model.grant import RecallGrant
from iprtool.model.study import Recall, Utterance
from iprtool.store.derived import write_transcript
from iprtool.store.keys import create_open_keyring, open_keyring
from iprtool.store.study import Study
from tests.store_samples import a_study


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study with an hour's recording and its transcript, its guide revised once, and no recall yet."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / OPEN_KEYRING) as keyring, a_study(tmp_path, keyring) as study:
        study.roster.add("recall", "c", None)
        words, words_path, key = study.new_object("derived")
        write_transcript(words_path, key, [Utterance(500, 900, "therapist", "Say more.")])
        (recording,) = study.recordings()
        study.put(msgspec.structs.replace(recording, duration_ms=3_600_000, transcript=words))
        keep_guide(study, revised(shipped(), {"title": "Ours"}))
        return study.path


def begun(path: Path, options: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Recall, RecallGrant]:
    """The recall that the command begins, and what its process would be given."""
    grants: list[RecallGrant] = []
    monkeypatch.setattr("iprtool.cli.recall.need_terminal", lambda: None)
    monkeypatch.setattr("iprtool.launch.become_app", grants.append)
    done = CliRunner().invoke(app, ["recall", str(path), "--by", "client", *options.split()], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with open_keyring(path.parent / OPEN_KEYRING) as keyring, Study.open(path, keyring) as study:
        (recall,) = study.recalls()
    (grant,) = grants
    return recall, grant


@pytest.mark.parametrize(
    ("options", "setting", "kept"),
    [
        ("--protocol interval --every 3:00", "prompt_every_ms", 180_000),
        ("--protocol supervision --choose 5", "choose", 5),
        (
            "--protocol segments --segment 0:30-1:00 --segment 2:00-3:00",
            "segments",
            ((30_000, 60_000), (120_000, 180_000)),
        ),
        ("--protocol brief-structured --event 12:30-14:00", "segments", ((750_000, 840_000),)),
        ("--view left-covered", "view", "left_covered"),
        ("--audio-only", "audio_only", True),
        ("--start-covered", "start_covered", True),
        ("--show-transcript", "show_transcript", True),
        ("--minutes 45", "planned_minutes", 45),
        ("--stay", "after_note", "stay"),
        ("--protocol research --go-on", "after_note", "go_on"),
    ],
)
def test_a_setting_is_the_protocols(
    options: str, setting: str, kept: Any, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recall, grant = begun(path, options, monkeypatch)
    assert getattr(recall.protocol, setting) == kept
    assert (grant.transcript is not None) == (setting == "show_transcript")
    assert grant.back is None


@pytest.mark.parametrize(
    ("options", "field", "kept"),
    [
        ("--inquirer I2", "inquirer", "I2"),
        ("--place home", "place", "home"),
        ("", "guide_version", "1.1"),
        ("--guide 1.0", "guide_version", "1.0"),
        ("--codebook helpfulness-1988", "codebook", "helpfulness-1988"),
    ],
)
def test_who_asks_where_and_with_which_words_is_the_recalls(
    options: str, field: str, kept: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert getattr(begun(path, options, monkeypatch)[0], field) == kept


@pytest.mark.parametrize(
    ("days", "said"), [(1, ""), (3, r"The session was held 7[123] h ago, more than the usual 48 h\.\n")]
)
def test_a_recall_that_is_late_is_told(path: Path, monkeypatch: pytest.MonkeyPatch, days: int, said: str) -> None:
    with open_keyring(path.parent / OPEN_KEYRING) as keyring, Study.open(path, keyring) as study:
        held = (datetime.now().astimezone() - timedelta(days=days, minutes=1)).replace(tzinfo=None)
        study.put(msgspec.structs.replace(study.sessions()[0], held_at=held.isoformat(timespec="minutes")))
    monkeypatch.setattr("iprtool.cli.recall.need_terminal", lambda: None)
    monkeypatch.setattr("iprtool.launch.become_app", lambda _: None)
    done = CliRunner().invoke(app, ["recall", str(path), "--by", "client"], catch_exceptions=False)
    assert done.exit_code == 0
    assert re.fullmatch(said, done.stdout)  # an hour more or less where the clocks are put forward or back
