"""Long work, one after another in a thread of its own, beside the screens: what waits, what runs, how far it is."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal

import msgspec

from iprtool.model.errors import IprtoolError

State = Literal["waiting", "running", "done", "failed", "cancelled"]
Run = Callable[[Callable[[float], None]], str]
"""The work: it is given whom to tell the part done (0 to 1), and returns what is to be said when it is done."""


class Cancelled(BaseException):
    """Raised where the work tells its progress, once it is not wanted any more."""


class Job(msgspec.Struct, frozen=True):
    """One piece of work: what it is called, its state, the part done, and at the end what is said of it."""

    number: int
    label: str
    state: State = "waiting"
    part: float = 0.0
    said: str = ""

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return self.state in ("done", "failed", "cancelled")


class WorkQueue:
    """The work in its order; `on_change` is called, from the working thread, whenever a whole per cent was done."""

    def __init__(self) -> None:
        self.on_change: Callable[[Job], None] | None = None
        self._jobs: dict[int, Job] = {}
        self._unwanted: set[int] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, "work")
        self._futures: list[Future[None]] = []

    @property
    def jobs(self) -> list[Job]:
        """All of them, in order."""
        with self._lock:
            return list(self._jobs.values())

    @property
    def unfinished(self) -> list[Job]:
        """What runs and what waits."""
        return [job for job in self.jobs if not job.over]

    def add(self, label: str, run: Run) -> Job:
        """Put work at the end."""
        with self._lock:
            job = Job(len(self._jobs) + 1, label)
            self._jobs[job.number] = job
        self._futures.append(self._pool.submit(self._carry_out, job.number, run))
        return job

    def cancel(self, number: int) -> None:
        """Work that waits is not begun; what runs ends at its next sign of progress and leaves nothing."""
        with self._lock:
            self._unwanted.add(number)
            waiting = self._jobs[number].state == "waiting"
        if waiting:
            self._change(number, state="cancelled", said="not begun")

    def close(self) -> None:
        """Cancel what there is and wait for its end."""
        for job in self.unfinished:
            self.cancel(job.number)
        self._pool.shutdown()

    def wait(self) -> None:
        """Until all that was put in is over."""
        for future in list(self._futures):
            future.result()

    def _carry_out(self, number: int, run: Run) -> None:
        if number in self._unwanted:
            return
        self._change(number, state="running")
        try:
            said = run(lambda part: self._went_on(number, part))
        except Cancelled:
            self._change(number, state="cancelled", said="nothing was added")
        except IprtoolError as error:
            self._change(number, state="failed", said=str(error))
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._change(number, state="failed", said=f"It could not be done ({why}); look to the disk and try again.")
        else:
            self._change(number, state="done", part=1.0, said=said)

    def _went_on(self, number: int, part: float) -> None:
        if number in self._unwanted:
            raise Cancelled
        if int(part * 100) != int(self._jobs[number].part * 100):
            self._change(number, part=part)

    def _change(self, number: int, **fields: object) -> None:
        with self._lock:
            self._jobs[number] = job = msgspec.structs.replace(self._jobs[number], **fields)
        if self.on_change is not None:
            self.on_change(job)
