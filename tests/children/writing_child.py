"""Processes that write a layer and say what was acknowledged, until they are killed or their disk fails."""

import sys
import threading
from concurrent.futures import Future
from multiprocessing.connection import Connection
from pathlib import Path

from iprtool.model.errors import StoreError
from iprtool.store import layer as layer_module
from iprtool.store.layer import LayerFile
from tests.store_samples import marked, point

SECONDS = 30


def write_until_killed(path: Path, key: bytes, acknowledged: Connection) -> None:
    """Commit marks as fast as the disk takes them, with checkpoints all the time, and send each id once it is kept."""
    layer_module.CHECKPOINT_EVERY = 3
    waiting = threading.Semaphore(4)
    sending = threading.Lock()
    with LayerFile(path, key) as layer:
        while True:
            waiting.acquire()
            batch = [marked(point(n, "what I felt there " * n)) for n in range(3)]

            def done(future: Future[int], ids: tuple[str, ...] = tuple(op.entity for op in batch)) -> None:
                waiting.release()
                if future.exception() is None:
                    with sending:
                        acknowledged.send_bytes("\n".join(ids).encode())

            layer.commit(batch).add_done_callback(done)


def commit_until_kept(path: Path, key: bytes, times: int) -> None:
    """Commit so many marks, each as often as it takes; print each error's sentence, then each mark's id."""
    with LayerFile(path, key) as layer:
        for n in range(times):
            op = marked(point(n))
            while True:
                error = layer.commit([op]).exception(SECONDS)
                if error is None:
                    break
                print(f"{type(error).__name__}: {error}")
            print(op.entity, flush=True)


def commit_into_a_small_file(path: Path, key: bytes, room: int, answers: Connection) -> None:
    """Commit until no file may grow beyond `room` bytes, then with the limit lifted; send (kept ids, sentences)."""
    import resource

    ids: list[str] = []
    errors: list[str] = []
    with LayerFile(path, key) as layer:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        while True:
            op = marked(point(len(ids), "note " * 200))
            error = layer.commit([op]).exception(SECONDS)
            if error is None:
                ids.append(op.entity)
                continue
            assert isinstance(error, StoreError)
            errors.append(str(error))
            if len(errors) == 3:
                break
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        layer.commit([op]).result(SECONDS)
        ids.append(op.entity)
    answers.send((ids, errors))


if __name__ == "__main__":
    commit_until_kept(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), int(sys.argv[3]))
