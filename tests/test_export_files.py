"""An export is there whole or not at all, is the same bytes from the same state, and never takes another's place."""

import multiprocessing
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from iprtool.export.build import Asked
from iprtool.export.files import partial_folder
from iprtool.export.tables import TABLES
from iprtool.export.verify import verify_export
from iprtool.export.write import folder_name, write_export
from iprtool.model.errors import ExportError
from tests.export_samples import NAME, a_study, exported

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits are otherwise on Windows")
STEPS = 2 + len(TABLES) + 1


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file's bytes by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_state_makes_the_same_bytes(tmp_path: Path) -> None:
    """Every file of two exports is the same, wherever and under whatever name they are written."""
    first = exported(a_study(), tmp_path / "a", text=True, dates=True)
    second = exported(a_study(), tmp_path / "b", "export-x-2031-12-24", text=True, dates=True)
    assert bytes_of(first) == bytes_of(second)


def test_the_order_in_which_people_were_entered_does_not_matter(tmp_path: Path) -> None:
    """Rows are sorted by what they are, so a roster in another order is the same export."""
    study = a_study()
    turned = a_study(
        dyads=study.dyads[::-1], sessions=study.sessions[::-1], recalls=study.recalls[::-1], layers=study.layers[::-1]
    )
    assert bytes_of(exported(study, tmp_path / "a")) == bytes_of(exported(turned, tmp_path / "b"))


def test_the_layout_is_the_documented_one(tmp_path: Path) -> None:
    """Parquet by table and study, one CSV per table, and what explains them beside."""
    names = set(bytes_of(exported(a_study(), tmp_path)))
    beside = {"README.md", "codebook.csv", "datapackage.json", "dataset_description.json", "manifest.sha256"}
    assert {name for name in names if "/" not in name} == beside | {"read.py", "read.R"}
    assert {name for name in names if name.startswith("csv/")} == {f"csv/{table.name}.csv" for table in TABLES}
    parquet = [name.split("/") for name in names if name.startswith("parquet/")]
    assert {parts[1] for parts in parquet} == {table.name for table in TABLES}
    assert {parts[2][:11] for parts in parquet} == {"study_id=y_"}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not on this machine")
def test_the_manifest_is_what_sha256sum_checks(tmp_path: Path) -> None:
    """`sha256sum -c manifest.sha256` in the folder finds every file as it was."""
    folder = exported(a_study(), tmp_path)
    run = subprocess.run(
        ["sha256sum", "-c", "--strict", "manifest.sha256"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert run.stdout.count(": OK") == len(bytes_of(folder)) - 1


def test_a_name_that_is_taken_gets_a_number_and_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder, a file or an empty folder of that name stays as it was."""
    (tmp_path / NAME).mkdir()
    (tmp_path / f"{NAME}-2").write_text("mine")
    third = exported(a_study(), tmp_path)
    assert third.name == f"{NAME}-3"
    assert list((tmp_path / NAME).iterdir()) == []
    assert (tmp_path / f"{NAME}-2").read_text() == "mine"
    assert exported(a_study(), tmp_path).name == f"{NAME}-4"


@pytest.mark.parametrize("step", [1, 3, STEPS])
def test_an_export_that_is_cancelled_leaves_nothing(tmp_path: Path, step: int) -> None:
    """Whatever the progress raises goes through to the caller, and the folder is as it was before."""

    def cancel(done: int, of: int) -> None:
        assert of == STEPS
        if done == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_export(a_study(), tmp_path, NAME, Asked(), progress=cancel)
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_cannot_be_noted_is_not_made(tmp_path: Path) -> None:
    """The ledger comes before the name: what the note raises leaves no export."""

    def fail(_result: object) -> None:
        raise ExportError("The ledger is full.")

    with pytest.raises(ExportError, match="ledger"):
        write_export(a_study(), tmp_path, NAME, Asked(), note=fail)
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_process_killed_at_any_step_leaves_no_half_export_under_the_final_name(tmp_path: Path) -> None:
    """After SIGKILL there is the unfinished folder, named as one, or nothing; the next export clears it away."""
    from tests.export_child import killed_at

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.export_child"])
    for step in (1, 2, 3, 9, STEPS - 1, STEPS):
        to = tmp_path / str(step)
        child = context.Process(target=killed_at, args=(step, to))
        child.start()
        child.join()
        assert child.exitcode == -9
        assert [path.name for path in to.iterdir() if path.suffix not in (".partial", ".lock")] == []
        final = exported(a_study(), to)
        assert verify_export(final) == []
        assert list(to.iterdir()) == [final]


def test_an_export_that_is_still_being_made_is_left_alone(tmp_path: Path) -> None:
    with partial_folder(tmp_path, "export-a-2025-03-04") as other:
        (other / "table").write_text("half")
        final = exported(a_study(), tmp_path)
        assert (other / "table").read_text() == "half"
    assert list(tmp_path.iterdir()) == [final]


@posix
def test_a_disk_that_is_full_is_said_in_one_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    """No file may grow beyond 3,000 bytes, so some table cannot be written."""
    from tests.export_child import with_small_files

    context = multiprocessing.get_context("forkserver")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=with_small_files, args=(3_000, tmp_path, there))
    child.start()
    assert here.poll(30)
    said = here.recv()
    child.join()
    assert said == (
        "The export could not be written (File too large), and nothing of it was left: make room, or choose another "
        "folder."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_into_is_said(tmp_path: Path) -> None:
    """Where the target is a file, the sentence says so and what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="choose another folder"):
        exported(a_study(), tmp_path / "file")


@pytest.mark.parametrize(
    ("study", "name"),
    [
        ("Oslo 2022.ipr", "export-Oslo-2022-2025-03-04"),
        ("../ä/é?.ipr", "export-é-2025-03-04"),
        ("...ipr", "export-study-2025-03-04"),
    ],
)
def test_the_folder_is_named_after_the_study_and_the_day(study: str, name: str) -> None:
    """Whatever the study's folder is called, the name is one that every system takes."""
    assert folder_name(Path(study), date(2025, 3, 4)) == name


def test_the_export_imports_neither_pandas_nor_the_screen() -> None:
    """In a fresh interpreter: its modules load pyarrow, and nothing that a player, a screen or an analysis needs."""
    script = (
        "import sys, iprtool.export.write, iprtool.export.verify; "
        "print(sorted({'pandas', 'textual', 'av', 'vlc'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
