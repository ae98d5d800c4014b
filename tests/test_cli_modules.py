"""Which module has which command: only the one that is asked for is imported."""

import subprocess
import sys

import pytest

from iprtool.cli import MODULES
from tests.command_line import app


def test_every_command_is_looked_for_where_it_is() -> None:
    commands = [(one.name or one.callback.__name__, one.callback) for one in app.registered_commands if one.callback]
    where = {name.replace("_", "-"): callback.__module__ for name, callback in commands}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        callback = group.typer_instance.registered_commands[0].callback
        assert group.name is not None
        assert callback is not None
        where[group.name] = callback.__module__
    assert where == {name: f"iprtool.cli.{module}" for module, names in MODULES.items() for name in names}


@pytest.mark.parametrize(("words", "some"), [(["doctor"], False), (["--help"], True), (["docter"], True), ([], True)])
def test_all_are_imported_only_where_none_is_named(words: list[str], *, some: bool) -> None:
    code = f"import sys, iprtool.cli; iprtool.cli.load({words!r}); print('iprtool.cli.scores' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(some)


def test_a_misspelt_command_is_told_what_there_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "iprtool", "docter"], capture_output=True, text=True, check=False, env={"COLUMNS": "120"}
    )
    assert done.returncode == 2
    assert "doctor" in done.stderr
