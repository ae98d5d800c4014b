"""The demo study: made once, also where two processes want it at the same moment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from iprtool import launch
from iprtool.cli import recalling
from iprtool.demo.study import demo_path, ensure_demo
from iprtool.model.errors import StoreError
from iprtool.model.grant import Grant, RecallGrant
from iprtool.store.locks import FileLock


def test_two_processes_that_want_it_at_once_get_the_same_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-m", "iprtool", "demo", "--where"]
    environment = {**os.environ, "IPRTOOL_HOME": str(tmp_path)}
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = {one.communicate(timeout=120)[0].strip() for one in both}
    assert [one.returncode for one in both] == [0, 0]
    (path,) = said
    assert (Path(path) / "study.json").is_file()
    assert {one.name for one in Path(path).parent.iterdir() if one.suffix in (".ipr", "")} == {"Demo.ipr"}
    begun: list[Grant] = []
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path))
    monkeypatch.setattr(recalling, "need_terminal", lambda: None)
    monkeypatch.setattr(launch, "become_app", begun.append)
    recalling.demo(where=False)
    assert [type(one) for one in begun] == [RecallGrant]
    assert capsys.readouterr().out == f'The demo study has more to show: iprtool library "{path}"\n'


def test_one_that_is_made_by_another_process_is_waited_for_and_then_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path))
    monkeypatch.setattr("iprtool.demo.study.PATIENCE_S", 0.0)
    demo_path().parent.mkdir(parents=True)
    with FileLock(demo_path().with_name("making.lock"), "held"), pytest.raises(StoreError, match="Another iprtool"):
        ensure_demo(lambda _share: None)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").write_text("")
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path))
    with pytest.raises(StoreError, match=r"The demo study cannot be made in .*: look to that folder"):
        ensure_demo(lambda _share: None)
