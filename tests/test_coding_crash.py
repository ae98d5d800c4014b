"""A coding survives its process being killed at any moment: what was said to be kept is there, gestures are whole."""

import multiprocessing
import random
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from iprtool.coding.sheet import Sheet
from iprtool.store.layer import create_layer, read_layer
from tests.children.coding_child import code_until_killed
from tests.coding_samples import coding_content
from tests.store_samples import SECONDS, faults

KILLS = 30
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are begun and killed otherwise on Windows")


def received(acknowledged: Connection) -> set[str]:
    """What the child acknowledged, until it is gone."""
    ids = set()
    try:
        while True:
            ids.add(acknowledged.recv_bytes().decode())
    except EOFError:
        return ids


def test_no_acknowledged_evidence_is_lost_nor_parted_from_its_code(tmp_path: Path) -> None:
    path, key = tmp_path / "layer.db", bytes(32)
    create_layer(path, key, coding_content().head)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.children.coding_child"])
    chance, promised = random.Random(), set[str]()
    for _ in range(KILLS):
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=code_until_killed, args=(path, key, there))
        child.start()
        there.close()
        here.poll(SECONDS)
        time.sleep(chance.uniform(0, 0.03))
        child.kill()
        promised |= received(here)
        child.join()
        here.close()
        content = read_layer(path, key)
        sheet = Sheet(content.head, content.values)
        shown = [ident for number in range(3) for one in sheet.codes(number) for ident in one.evidence]
        assert promised <= {mark.id for mark in content.marks}
        assert sorted(shown) == sorted(mark.id for mark in content.marks)
    assert len(promised) >= KILLS
    assert faults(path, key) == []
