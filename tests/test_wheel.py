"""What `pip install` brings: the demo session, the codebooks, the screens' styles and the export's texts."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "installed")
    return folder / "installed"


def test_everything_that_is_not_python_is_in_it(installed: Path) -> None:
    source = ROOT / "iprtool"
    wanted = {path.relative_to(ROOT) for path in source.rglob("*") if path.suffix in (".toml", ".tcss", ".R", ".md")}
    assert wanted
    assert not [path for path in wanted if not (installed / path).is_file()]
    assert (installed / "iprtool" / "demo" / "recordings" / "d01-s3" / "session.opus").stat().st_size < 4_000_000


def test_the_demo_opens_from_what_was_installed(installed: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(installed), "IPRTOOL_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "iprtool", "demo", "--where"], env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (Path(done.stdout.strip()) / "study.json").is_file()
    assert Path(done.stdout.strip()).is_relative_to(tmp_path)
