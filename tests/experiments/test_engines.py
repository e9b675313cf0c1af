import os
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pandas as pd
import pytest

import toy_world
from engine_tasks import die, refuse, sleep, slow_square
from experiments.engines import EngineError, EngineSettings, make, processes, serial


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


ENGINES = [
    serial,
    processes(2),
    *(make(EngineSettings(*settings)) for settings in (["serial"], ["processes", 1], ["dask", 2])),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_results_come_in_order(engine):
    assert list(engine(slow_square, range(30))) == [number**2 for number in range(30)]


@pytest.mark.parametrize("engine", [serial, processes(2)])
def test_nothing_to_do(engine):
    assert list(engine(slow_square, [])) == []


def test_figures_are_the_same_bit_for_bit():
    one = partial(toy_world.replicate, seed=1, horizon=2025)
    tables = [list(engine(one, range(4))) for engine in (serial, processes(2))]
    for here, there in zip(*tables, strict=True):
        pd.testing.assert_frame_equal(here, there, check_exact=True)


@pytest.mark.parametrize("engine", [serial, processes(2)])
def test_what_the_function_raises_comes_through(engine):
    results = engine(refuse, range(20))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_a_dead_worker_is_told_in_one_line_with_the_way_on():
    with pytest.raises(EngineError, match="engine.workers=1") as failure:
        list(processes(2)(die, range(20)))
    assert "\n" not in str(failure.value)


def test_a_worker_computes_with_one_thread():
    (threads,) = processes(1)(os.getenv, ["OMP_NUM_THREADS"])
    assert threads == "1"


def test_reading_no_further_kills_the_workers_at_once():
    results = processes(2)(sleep, [0.0, 60.0, 60.0])
    worker = next(results)
    assert _alive(worker)
    start = time.monotonic()
    results.close()
    assert time.monotonic() - start < 10
    assert not _alive(worker)


def test_workers_end_with_a_parent_that_is_killed():
    code = (
        "from experiments.engines import processes; import os, time\n"
        "one = processes(1)\n"
        "results = one(eval, ['__import__(\"os\").getpid()', '__import__(\"time\").sleep(60)'])\n"
        "print(next(results), flush=True); next(results)"
    )
    roots = os.pathsep.join(filter(None, sys.path))
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": roots}
    )
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(worker)


def test_a_result_may_be_large():
    (one,) = processes(1)(np.zeros, [3_000_000])
    assert one.shape == (3_000_000,)


def test_a_limit_on_files_is_told_as_such():
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "from experiments.engines import processes\n"
        "list(processes(1)(abs, [1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert "ulimit -f" in done.stderr
    assert "File too large" in done.stderr
