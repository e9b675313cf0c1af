"""Who does the chunks of a sweep: this process, worker processes of this machine, or the workers of a cluster.

A crew takes chunks and gives back, in any order, what came of each. A worker that dies takes no other with it: its
chunk comes back as lost, and another worker takes its place.
"""

import os
import pickle
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from experiments.cluster import LOST, connected, workers_of
from experiments.engines import (
    ONE_THREAD,
    EngineError,
    EngineSettings,
    begin_work,
    signals_kept_from_children,
    told_start,
)
from experiments.failure import Failure
from experiments.provenance import code_hash
from experiments.sweep.work import Chunk, Done, work

if TYPE_CHECKING:
    from distributed import Client, Future

MOST_WORKERS = 1024
BETWEEN_COUNTS, WITHOUT_WORKERS = 2.0, 60.0
"""Seconds between two looks at a cluster's workers, and without any before the sweep gives up."""
SEEN_RUNNING = 1.0


@dataclass(frozen=True)
class Lost:
    """A chunk whose worker died; how."""

    reason: str


class Crew(Protocol):
    """Those who work."""

    @property
    def size(self) -> int:
        """How many chunks they do at a time."""

    def free(self) -> int:
        """How many more chunks it would begin at once."""

    def start(self, chunk: Chunk) -> None:
        """Begin a chunk."""

    def finished(self, seconds: float) -> list[tuple[Chunk, Done | Lost]]:
        """What has come back, after waiting so long for the first at most.

        Raises
        ------
        Failure
            What is no run's fault: a full disk, workers that cannot work.
        """


@contextmanager
def crew(engine: EngineSettings) -> Iterator[Crew]:
    """The crew of an engine; ended at once whatever happens, with what it was doing."""
    if engine.name == "serial":
        yield Serial()
        return
    if engine.name == "dask":
        with connected(engine, MOST_WORKERS) as client:
            yield Cluster(client)
        return
    from loky import cpu_count

    workers = Processes(engine.workers or cpu_count())
    try:
        yield workers
    finally:
        workers.end()


class Serial:
    """This process; a run that ends it ends the sweep."""

    size = 1

    def __init__(self) -> None:
        self.waiting: list[Chunk] = []
        self.code = code_hash()

    def free(self) -> int:
        return 1 - len(self.waiting)

    def start(self, chunk: Chunk) -> None:
        self.waiting.append(chunk)

    def finished(self, seconds: float) -> list[tuple[Chunk, Done | Lost]]:
        chunk = self.waiting.pop()
        return [(chunk, work(pickle.dumps(chunk), self.code))]


class Processes:
    """Worker processes of this machine, one thread and one chunk each.

    Parameters
    ----------
    size : int
        How many.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.code = code_hash()
        self.idle: list[_Worker] = []
        self.busy: dict[Connection, tuple[_Worker, Chunk]] = {}

    def free(self) -> int:
        return self.size - len(self.busy)

    def start(self, chunk: Chunk) -> None:
        worker = self.idle.pop() if self.idle else _Worker()
        try:
            worker.line.send((pickle.dumps(chunk), self.code))
        except OSError:  # it died while it was idle
            worker.kill()
            worker = _Worker()
            worker.line.send((pickle.dumps(chunk), self.code))
        self.busy[worker.line] = worker, chunk

    def finished(self, seconds: float) -> list[tuple[Chunk, Done | Lost]]:
        back: list[tuple[Chunk, Done | Lost]] = []
        for line in wait(list(self.busy), seconds):
            assert isinstance(line, Connection)
            worker, chunk = self.busy.pop(line)
            try:
                outcome = line.recv()
            except (EOFError, OSError):
                back.append((chunk, Lost(worker.kill())))
                continue
            self.idle.append(worker)
            if isinstance(outcome, Exception):
                raise outcome
            back.append((chunk, outcome))
        return back

    def end(self) -> None:
        for worker in [*self.idle, *(worker for worker, _ in self.busy.values())]:
            worker.kill()


class Cluster:
    """Workers of a dask scheduler, one chunk each; they may come and go."""

    def __init__(self, client: "Client") -> None:
        self.client = client
        self.under_way: dict[Future, Chunk] = {}
        self.back: SimpleQueue[Future] = SimpleQueue()
        self.code = code_hash()
        self.size, self.seen = max(1, len(workers_of(client))), time.monotonic()

    def free(self) -> int:
        return self.size - len(self.under_way)

    def start(self, chunk: Chunk) -> None:
        future = self.client.submit(_work_on_cluster, pickle.dumps(chunk), self.code, key=chunk.name, pure=False)
        self.under_way[future] = chunk
        future.add_done_callback(self.back.put)

    def finished(self, seconds: float) -> list[tuple[Chunk, Done | Lost]]:
        self._count()
        futures = []
        with suppress(Empty):
            futures.append(self.back.get(timeout=seconds))
            while True:
                futures.append(self.back.get_nowait())
        return [(self.under_way.pop(future), _result(future)) for future in futures]

    def _count(self) -> None:
        """How many workers there are, looked up now and then."""
        if time.monotonic() < self.seen + BETWEEN_COUNTS:
            return
        if workers := len(workers_of(self.client)):
            self.size, self.seen = workers, time.monotonic()
        elif time.monotonic() > self.seen + WITHOUT_WORKERS:
            raise EngineError(
                f"the dask scheduler has had no worker for {WITHOUT_WORKERS:g} seconds; what is done is kept: start "
                "some, with a nanny, then type the command again to go on"
            )


_new = [True]


def _work_on_cluster(packed: bytes, code: str) -> Done:
    """In a worker of a cluster. One that dies before its nanny has seen it running is not started anew."""
    if _new[0]:
        time.sleep(SEEN_RUNNING)
        _new[0] = False
    return work(packed, code)


def _result(future: "Future") -> Done | Lost:
    from distributed import CancelledError, KilledWorker

    try:
        done: Done = future.result()
    except KilledWorker:
        return Lost("dask does not say how")
    except Failure:
        raise
    except CancelledError:
        raise EngineError(f"{LOST}; what is done is kept: type the command again when it is back") from None
    except Exception as problem:
        raise EngineError(f"a dask worker cannot do its work ({type(problem).__name__}: {problem})") from None
    return done


class _Worker:
    """One process and the line to it."""

    def __init__(self) -> None:
        from loky.backend import get_context

        context = get_context("loky")
        self.line, there = context.Pipe()
        with told_start(), signals_kept_from_children():
            self.process: BaseProcess = context.Process(
                target=_serve, args=(there, os.getpid()), env=ONE_THREAD, daemon=True
            )
            self.process.start()
        there.close()

    def kill(self) -> str:
        """End it now, and say how it had ended if it had."""
        self.process.join(0.1)
        if self.process.exitcode is None:
            os.kill(self.process.pid or 0, signal.SIGKILL)
        self.process.join()
        self.line.close()
        code = self.process.exitcode or 0
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"


def _serve(line: Connection, parent: int) -> None:
    """In a worker: do what comes, until nobody is there any more."""
    begin_work(parent)
    while True:
        try:
            packed, code = line.recv()
        except EOFError:
            return
        line.send(_outcome(packed, code))


def _outcome(packed: bytes, code: str) -> Done | Failure:
    try:
        return work(packed, code)
    except Failure as problem:
        return problem
    except Exception as problem:  # no run's fault: those are told in their rows
        return EngineError(f"a worker cannot do its work ({type(problem).__name__}: {problem})")
