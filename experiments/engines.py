"""Where replicates run.

An engine has the shape of the built-in `map`: a function and its arguments in, results in order out.
What comes out is the same bit for bit on every engine, because a replicate depends on its number alone.
"""

import errno
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import islice
from multiprocessing import resource_tracker
from typing import Any, Protocol, TypeVar
from warnings import catch_warnings, simplefilter

from experiments.failure import Failure
from experiments.limits import NO_LIMITS, Limits, limited, read_bytes
from sim.compiled import to_compile
from sim.memory import keep_freed_memory
from sim.userinput import UserError, no_such, number, shown

ENGINES = ("processes", "serial", "dask")
COMPILING = "compiling the model's loops, once; this takes about half a minute"


@dataclass(frozen=True)
class EngineSettings:
    """Where replicates run, and what one may take there.

    Attributes
    ----------
    workers : int, optional
        How many; one for each core unless given.
    time_limit : float, optional
        Seconds that one run may take.
    memory_limit : str, optional
        Data that a worker may hold, such as `2GB`.
    address, scheduler_file : str, optional
        Where a dask scheduler is, or the file in which it says so; one is started here unless given.
    """

    name: str = "processes"
    workers: int | None = None
    time_limit: float | None = None
    memory_limit: str | None = None
    address: str | None = None
    scheduler_file: str | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise no_such(f"engine={self.name}", "engine", self.name, ENGINES)
        if self.workers is not None:
            number(self.workers, "engine.workers", 1, 1024, whole=True)
        if self.time_limit is not None:
            number(self.time_limit, "engine.time_limit", 0.1, 10_000_000)
        if self.memory_limit is not None:
            read_bytes(self.memory_limit, "engine.memory_limit")
        for key in ("address", "scheduler_file"):
            if not isinstance(value := getattr(self, key), str | None):
                raise UserError(f"engine.{key} must be a text, got {shown(value)}")
        if (self.address or self.scheduler_file) and self.workers is not None:
            raise UserError("engine.workers is for workers started here; the scheduler that is given has its own")
        if self.address and self.scheduler_file:
            raise UserError("engine.address and engine.scheduler_file say the same thing twice; keep one")

    @property
    def limits(self) -> Limits:
        memory = None if self.memory_limit is None else read_bytes(self.memory_limit, "engine.memory_limit")
        return Limits(self.time_limit, memory)


T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """`map`, whose iterator can be closed before its end."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Generator[R]: ...


class EngineError(Failure):
    """The engine could not go on."""


def make(settings: EngineSettings, meanwhile: Callable[[], None] = lambda: None) -> Engine:
    """The engine of the settings; worker processes of this machine begin before `meanwhile` is done here."""
    if settings.name == "serial":
        return compiling_first(serial)
    if settings.name == "dask":
        from experiments.cluster import dask

        return compiling_first(dask(settings))
    return compiling_first(processes(settings.workers, settings.limits, meanwhile))


def compiling_first(engine: Engine) -> Engine:
    """The engine, which computes one result before the others where the model's loops are not compiled yet.

    One process compiles them then and leaves them on disk, and the others read them.
    """

    def first_alone(function: Callable[[T], R], items: Iterable[T], /) -> Generator[R]:
        todo = list(items)
        if todo and to_compile():
            print(COMPILING, file=sys.stderr)
            yield from engine(function, todo[:1])
            todo = todo[1:]
        yield from engine(function, todo)

    return first_alone


def serial(function: Callable[[T], R], items: Iterable[T], /) -> Generator[R]:
    """One after another, in this process."""
    keep_freed_memory()
    yield from map(function, items)


def processes(
    workers: int | None = None, limits: Limits = NO_LIMITS, meanwhile: Callable[[], None] = lambda: None
) -> Engine:
    """Worker processes of this machine, one thread each.

    Parameters
    ----------
    workers : int, optional
        How many; one for each processor core this process may use, unless given.
    limits : Limits
        Of one call of the function.
    meanwhile : callable
        What is done in this process once the workers begin.

    Raises
    ------
    EngineError
        While results are read: a worker died or took too long, or none could be started. What the function itself
        raises comes through as it is. Whatever ends the reading kills the workers at once.
    """

    def engine(function: Callable[[T], R], items: Iterable[T], /) -> Generator[R]:
        todo = list(items)
        if not todo:
            return
        from loky import cpu_count

        size, within, executor = min(workers or cpu_count(), len(todo)), partial(limited, limits, function), None
        try:
            with signals_kept_from_children():
                executor, ahead = _executor(size), 3 * size
                waiting = deque(executor.submit(within, item) for item in todo[:ahead])
            meanwhile()
            rest = islice(todo, ahead, None)
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(executor.submit(within, item) for item in islice(rest, 1))
        except BrokenProcessPool:
            raise EngineError(worker_died(limits)) from None
        finally:
            if executor is not None:
                with catch_warnings():  # loky warns where there is no `pgrep`, which it does not need here
                    simplefilter("ignore")
                    executor.shutdown(wait=True, kill_workers=True)  # on their own they need most of a second to end

    return engine


def worker_died(limits: Limits) -> str:
    """What is told when a worker is gone and its work with it."""
    late = f", or took longer than engine.time_limit={limits.time:g} seconds," if limits.time else ""
    return (
        f"a worker process died (often for want of memory){late} and nothing was saved; type the command "
        "again with fewer workers, such as engine.workers=1"
    )


ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
"""Environment of a worker: two threads a run lose more on a busy machine than they gain on an idle one."""

KEPT = {"LOKY_MAX_MEMORY_LEAK_SIZE": "1e18"}
"""Environment of a worker of loky, which otherwise starts a new one when it has grown, as ours do on purpose."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of a disk without room, or of a limit on the size of files."""


def _executor(size: int) -> Any:
    from loky.process_executor import ProcessPoolExecutor

    with told_start():
        return ProcessPoolExecutor(
            max_workers=size,
            initializer=begin_work,
            initargs=(os.getpid(),),
            env=ONE_THREAD | KEPT,
        )


@contextmanager
def told_start() -> Iterator[None]:
    """Where worker processes are started: a machine that cannot is told in one line."""
    try:
        yield
    except (OSError, NotImplementedError, ImportError) as problem:  # no shared memory or semaphores here
        if isinstance(problem, OSError) and problem.errno in FULL:
            raise EngineError(
                f"no file can be written here, not even a small one ({problem.strerror}); free some space, of "
                "/dev/shm too, or lift the limit on files (ulimit -f)"
            ) from None
        raise EngineError(f"cannot start worker processes ({problem}); type engine=serial") from None


ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@contextmanager
def signals_kept_from_children() -> Iterator[None]:
    """Processes started inside do not hear what a terminal sends to all of them; their parent ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        resource_tracker.ensure_running()  # it would be started with the first process, and lift the block
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_work(parent: int) -> None:
    """In a worker: keep memory, and end when the parent is gone, for a parent that is killed outright cannot say so.

    The model is imported first of all, as mesa looks through all callers and modules when it is.
    """
    keep_freed_memory()
    import_module("sim.model")

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
