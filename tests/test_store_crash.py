"""A layer survives what machines do: its process killed, its disk full or failing, its power cut."""

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from iprtool.model.errors import StoreError
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.media import ROW_BYTES, SealedSink
from iprtool.store.oplog import LAYER
from iprtool.store.rebuild import layer_faults
from iprtool.store.schema import open_object
from tests.children.writing_child import commit_into_a_small_file, write_until_killed
from tests.store_samples import SECONDS, a_layer, marked, point

KILLS = 100
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, limits and mounts are otherwise on Windows")


def sound_marks(path: Path, key: bytes) -> set[str]:
    """The ids of the marks, after every check that a layer has."""
    connection = open_object(path, key, LAYER, read_only=True)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []
    assert list(layer_faults(connection, path.name)) == []
    connection.close()
    return {mark.id for mark in read_layer(path, key).marks}


def received(acknowledged: Connection) -> Iterator[str]:
    """What the child acknowledged, until it is gone."""
    try:
        while True:
            yield from acknowledged.recv_bytes().decode().split("\n")
    except EOFError:
        return


def test_no_acknowledged_mark_is_lost_however_often_the_process_is_killed(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.children.writing_child"])
    chance, promised = random.Random(), set[str]()
    for _ in range(KILLS):
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=write_until_killed, args=(path, key, there))
        child.start()
        there.close()
        # One in ten dies while it is still opening the layer.
        if chance.random() > 0.1:
            here.poll(SECONDS)
        time.sleep(chance.uniform(0, 0.03))
        child.kill()
        promised.update(received(here))
        child.join()
        here.close()
        assert promised <= {mark.id for mark in read_layer(path, key).marks}
        if chance.random() < 0.1:
            assert promised <= sound_marks(path, key)
    kept = sound_marks(path, key)
    assert len(promised) > KILLS
    assert promised <= kept
    with LayerFile(path, key) as layer:
        assert layer.commit([marked(point(1))]).result(SECONDS) == len(kept) + 1


def test_a_file_that_may_not_grow_is_told_and_the_same_operation_can_be_committed_later(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    context = multiprocessing.get_context("forkserver")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=commit_into_a_small_file, args=(path, key, 300_000, there))
    child.start()
    assert here.poll(SECONDS)
    ids, errors = here.recv()
    child.join()
    assert len(errors) == 3
    assert all(error.startswith("The disk failed while layer.db was read or written") for error in errors)
    assert sound_marks(path, key) == set(ids)


def test_a_layer_that_another_process_writes_can_be_read_but_not_written_even_if_that_one_is_frozen(
    tmp_path: Path,
) -> None:
    path, key = a_layer(tmp_path)
    context = multiprocessing.get_context("forkserver")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=write_until_killed, args=(path, key, there))
    child.start()
    there.close()
    assert here.poll(SECONDS)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    for _ in range(2):
        with pytest.raises(StoreError, match="open in another window or process: close it there, or end that process"):
            LayerFile(path, key)
        read_layer(path, key)
    os.kill(child.pid, signal.SIGCONT)
    child.kill()
    child.join()
    promised = set(received(here))
    here.close()
    with LayerFile(path, key) as layer:
        assert promised <= {mark.id for mark in layer.load().marks}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder]).returncode != 0:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_and_nothing_kept_before_is_lost(small_disk: Path) -> None:
    path, key = a_layer(small_disk)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(500_000))
    with LayerFile(path, key) as layer:
        kept: set[str] = set()
        while True:
            op = marked(point(len(kept), "note " * 100))
            error = layer.commit([op]).exception(SECONDS)
            if error is not None:
                break
            kept.add(op.entity)
        assert str(error) == "The disk is full, so layer.db could not be written: free some space and try again."
        assert {mark.id for mark in layer.load().marks} == kept
        filler.unlink()
        layer.commit([op]).result(SECONDS)
    assert sound_marks(path, key) == {*kept, op.entity}


def test_a_recording_that_finds_no_room_leaves_nothing_behind(small_disk: Path) -> None:
    sink = SealedSink(small_disk / "media.db", bytes(32))
    with pytest.raises(StoreError, match=r"The disk is full, so media\.db could not be written"):
        for start in range(0, 64 * ROW_BYTES, ROW_BYTES):
            sink.write_at(start, random.randbytes(ROW_BYTES))
    sink.discard()
    assert list(small_disk.iterdir()) == []
    sink = SealedSink(small_disk / "media.db", bytes(32))
    sink.write_at(0, bytes(900_000))
    with pytest.raises(StoreError, match=r"media\.db could not be written"):
        for start in range(900_000, 1_300_000, 100_000):
            sink.write_at(start, bytes(100_000))
        sink.commit()
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [("fsync:error=EIO:when=4..8", "The disk failed"), ("pwrite64:error=ENOSPC:when=25..60", "The disk is full")],
)
def test_a_disk_that_fails_for_a_while_costs_nothing(tmp_path: Path, fault: str, sentence: str) -> None:
    path, key = a_layer(tmp_path)
    tracer = shutil.which("strace")
    if tracer is None:
        pytest.skip("strace is not installed")
    child = [sys.executable, "-m", "tests.children.writing_child", str(path), key.hex(), "12"]
    call = fault.partition(":")[0]
    traced = [tracer, "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={fault}", *child]
    done = subprocess.run(traced, capture_output=True, text=True, timeout=SECONDS, cwd=Path(__file__).parent.parent)
    if "ptrace" in done.stderr:
        pytest.skip("this machine does not allow strace")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    errors = [line for line in lines if line.startswith("StoreError: ")]
    assert errors
    assert all(line.startswith(f"StoreError: {sentence}") for line in errors)
    assert sound_marks(path, key) == set(lines) - set(errors)


EXT4_SHUTDOWN = 0x8004587D
WITHOUT_THE_JOURNAL = (2).to_bytes(4, "little")


@pytest.fixture
def own_disk(tmp_path: Path) -> Iterator[Path]:
    """An ext4 file system in a file, mounted."""
    image, folder = tmp_path / "image", tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("a file system of one's own needs root and mkfs.ext4")
    image.write_bytes(b"")
    os.truncate(image, 32 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, folder], capture_output=True).returncode != 0:
        pytest.skip("this machine mounts no file systems from files")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_power_cut_costs_no_acknowledged_mark(own_disk: Path) -> None:
    path, key = a_layer(own_disk)
    with LayerFile(path, key) as layer:
        kept = [marked(point(n)) for n in range(50)]
        for op in kept:
            layer.commit([op]).result(SECONDS)
        folder = os.open(own_disk, os.O_RDONLY)
        pytest.importorskip("fcntl").ioctl(folder, EXT4_SHUTDOWN, WITHOUT_THE_JOURNAL)
        os.close(folder)
        assert layer.commit([marked(point(51))]).exception(SECONDS) is not None
    image = own_disk.parent / "image"
    subprocess.run(["umount", own_disk], check=True)
    subprocess.run(["mount", "-o", "loop", image, own_disk], check=True)
    assert sound_marks(path, key) >= {op.entity for op in kept}
