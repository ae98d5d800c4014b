"""A dial that is killed while it plays: the trace up to half a second before is on the disk, and it goes on there."""

import multiprocessing
import random
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from iprtool.model.layer import LayerContent
from iprtool.store.layer import create_layer, read_layer
from iprtool.store.oplog import LAYER
from iprtool.store.rebuild import layer_faults
from iprtool.store.schema import open_object
from tests.children.dial_child import dial_until_killed
from tests.dial_desk import dial_head
from tests.store_samples import SECONDS

KILLS = 12
HALF_A_SECOND_MS = 500

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are otherwise on Windows")


def samples_of(layer: LayerContent) -> list[tuple[int, float]]:
    return [sample for trace in layer.traces for sample in trace.samples]


def test_a_kill_costs_at_most_the_last_half_second(tmp_path: Path) -> None:
    path, key = tmp_path / "layer.db", bytes(range(32))
    create_layer(path, key, dial_head())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.children.dial_child"])
    chance, last_ms = random.Random(), 0
    for _ in range(KILLS):
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=dial_until_killed, args=(path, key, there))
        child.start()
        there.close()
        told_ms = 0
        for _ in range(chance.randint(1, 40)):
            assert here.poll(SECONDS)
            told_ms = here.recv()
        child.kill()
        child.join()
        here.close()
        samples = samples_of(read_layer(path, key))
        assert told_ms - (samples[-1][0] if samples else last_ms) < HALF_A_SECOND_MS
        last_ms = samples[-1][0] if samples else 0
    layer = read_layer(path, key)
    connection = open_object(path, key, LAYER, read_only=True)
    assert list(layer_faults(connection, path.name)) == []
    connection.close()
    samples = samples_of(layer)
    assert all(at_ms == 0 or value == at_ms // 100 % 9 + 1 for at_ms, value in samples if at_ms % 100 == 0)
    assert all(after - before in (0, 100) for (before, _), (after, _) in pairwise(samples))
