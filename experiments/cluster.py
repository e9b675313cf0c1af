"""The engine `dask`: workers of a dask scheduler, which is started here or was started elsewhere."""

import logging
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from experiments.engines import (
    Engine,
    EngineError,
    EngineSettings,
    signals_kept_from_children,
    told_start,
    worker_died,
)
from experiments.limits import Limits, limited
from sim.userinput import UserError

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
R = TypeVar("R")

ANSWER = 30
"""Seconds that a scheduler, and its first worker, have to answer."""
LOST = "the connection to the dask scheduler was lost"
LOCAL = {
    "threads_per_worker": 1,
    "memory_limit": 0,
    "dashboard_address": None,
    "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"},  # without one it still asks for dask's usual port
    "silence_logs": logging.CRITICAL,
}
RULES = {
    "distributed.scheduler.worker-saturation": 1.0,  # a worker that dies takes no waiting task with it
    "distributed.scheduler.allowed-failures": 0,  # what a dead worker was at is ours to try again
    "distributed.deploy.lost-worker-timeout": "1000 days",  # its nanny starts it anew, however often it dies
    "distributed.comm.timeouts.connect": ANSWER,
}


def dask(settings: EngineSettings) -> Engine:
    """A cluster's workers, as an engine."""

    def engine(function: Callable[[T], R], items: Iterable[T], /) -> Generator[R]:
        todo = list(items)
        if not todo:
            return
        import cloudpickle  # what dask itself sends functions with

        packed = cloudpickle.dumps(function)
        with connected(settings, len(todo)) as client:
            from distributed import CancelledError, KilledWorker

            def submit(item: T) -> Any:
                return client.submit(_call, packed, item, settings.limits, pure=False)

            ahead = 3 * len(workers_of(client))
            waiting = deque(map(submit, todo[:ahead]))
            rest = islice(todo, ahead, None)
            try:
                while waiting:
                    yield waiting.popleft().result()
                    waiting.extend(map(submit, islice(rest, 1)))
            except KilledWorker:
                raise EngineError(worker_died(settings.limits)) from None
            except CancelledError:
                raise EngineError(f"{LOST} and nothing was saved; type the command again when it is back") from None

    return engine


@contextmanager
def connected(settings: EngineSettings, most: int) -> Iterator["Client"]:
    """A client of the scheduler that the settings name, with at least one worker; or of one of its own.

    Parameters
    ----------
    most : int
        Workers that there is something to do for.

    Raises
    ------
    UserError
        dask is not installed, or there is no such file.
    EngineError
        No scheduler answers, it has no worker, or workers that do several things at a time.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise UserError("engine=dask needs dask: pip install 'zonesim[dask]'") from None
    local: Any = None
    given = settings.address or settings.scheduler_file
    if settings.scheduler_file and not Path(settings.scheduler_file).is_file():
        raise UserError(f"engine.scheduler_file={settings.scheduler_file}: no such file; the scheduler writes it")
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] == "distributed":  # what matters is told by us
            logging.getLogger(name).setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(RULES))
        with told_start(), signals_kept_from_children():
            try:
                if not given:
                    from loky import cpu_count

                    size = min(settings.workers or cpu_count(), most)
                    local = LocalCluster(size, **LOCAL)
                    stack.callback(local.close, timeout=5)
                where = {"scheduler_file": settings.scheduler_file} if settings.scheduler_file else {}
                client = Client(settings.address or local, timeout=ANSWER, set_as_default=False, **where)
            except (OSError, ValueError, RuntimeError) as problem:
                text = " ".join(str(problem).split())
                if given:
                    raise EngineError(f"no dask scheduler answers at {given} ({text})") from None
                if isinstance(problem, RuntimeError):
                    raise EngineError(f"dask cannot start workers here ({text}); type engine=processes") from None
                raise
        stack.callback(_close, client)
        _check(client, given or "the scheduler started here")
        yield client


def workers_of(client: "Client") -> dict[str, dict[str, Any]]:
    """What the scheduler knows of its workers, by address; nothing where it does not answer.

    It is asked itself: what `client.scheduler_info` keeps may be replaced, meanwhile, by one without workers.
    """
    with suppress(OSError):
        return dict(client.sync(client.scheduler.identity, n_workers=-1)["workers"])
    return {}


def _check(client: "Client", where: str) -> None:
    with suppress(TimeoutError):
        client.wait_for_workers(1, timeout=ANSWER)
    workers = workers_of(client)
    if not workers:
        raise EngineError(f"{where} has no worker; start some: dask worker {where} --nthreads 1 --nworkers 2")
    if any(worker["nthreads"] != 1 for worker in workers.values()):
        raise EngineError(
            f"{where} has workers of several threads; start them with --nthreads 1 and as many --nworkers as cores"
        )


def _close(client: "Client") -> None:
    with suppress(Exception):  # of a scheduler that is gone
        client.close(timeout=2)


def _call(packed: bytes, item: Any, limits: Limits) -> Any:
    """In a worker."""
    from sim.memory import keep_freed_memory

    keep_freed_memory()
    return limited(limits, pickle.loads(packed), item)
