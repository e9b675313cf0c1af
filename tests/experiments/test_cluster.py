"""The engine dask, with a scheduler and two workers that are processes of their own."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from experiments import cli
from experiments.engines import EngineError, EngineSettings, make
from experiments.failure import Failure
from experiments.sweep import crews
from sim.sweep_parts import read_runs
from sim.userinput import UserError
from sweep_toys import assert_equal, sweep, tasks


@contextmanager
def running(*words, **environment):
    """A command of dask's, for as long as it is wanted."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, words)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Its file."""
    file = tmp_path_factory.mktemp("scheduler") / "那里 scheduler.json"
    with running("scheduler", "--port", 0, "--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", file):
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        yield file


def test_a_sweep_on_a_scheduler_and_two_workers_over_tcp(tmp_path, scheduler):
    worker = ("worker", "--scheduler-file", scheduler, "--nthreads", 1, "--no-dashboard")
    with running(*worker), running(*worker):
        folder = sweep(tmp_path / "there", tasks(60), "dask", scheduler_file=str(scheduler))
        assert list(make(EngineSettings("dask", scheduler_file=str(scheduler)))(abs, [-1, -2])) == [1, 2]
    sweep(tmp_path / "here", tasks(60))
    assert_equal(tmp_path / "here", tmp_path / "there")
    assert folder.told.failed == 0 and os.getpid() not in {int(who.split(":")[1]) for who in folder.runs()["worker"]}


def test_the_readmes_scheduler_and_workers_run_its_sweep(tmp_path, monkeypatch, capfd):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"## On more machines.*?```\n(.*?)```", readme, re.DOTALL)[1]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    commands = [line.rstrip(" &") for line in shown.replace("8786", port).splitlines()]
    starts = [shlex.split(command)[1:] for command in commands if command.startswith("dask ")]
    (typed,) = [shlex.split(command)[1:] for command in commands if command.startswith("zonesim ")]
    monkeypatch.chdir(tmp_path)
    with running(*starts[0]), running(*starts[1]):
        assert cli.main([*typed, "out=here"]) == 0, capfd.readouterr().err
    runs = read_runs(tmp_path / "here")
    assert len(runs) == 12 and set(runs["status"]) == {"ok"}
    assert str(os.getpid()) not in {who.rpartition(":")[2] for who in runs["worker"]}


def test_a_cluster_of_its_own_starts_beside_another_that_holds_dasks_usual_port(recwarn):
    with socket.socket() as usual:
        with suppress(OSError):  # whoever holds it already will do
            usual.bind(("", 8787))
            usual.listen()
        assert list(make(EngineSettings("dask", workers=1))(abs, [-1])) == [1]
    assert [str(warning.message) for warning in recwarn] == []


def test_workers_of_several_threads_are_refused(tmp_path, scheduler):
    with (
        running("worker", "--scheduler-file", scheduler, "--nthreads", 2, "--no-dashboard"),
        pytest.raises(EngineError, match="workers of several threads; start them with --nthreads 1"),
    ):
        sweep(tmp_path, tasks(3), "dask", scheduler_file=str(scheduler))


def test_a_scheduler_that_is_not_there_is_told(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="engine.scheduler_file=.*: no such file"):
        sweep(tmp_path, tasks(1), "dask", scheduler_file=str(tmp_path / "none.json"))
    monkeypatch.setattr("experiments.cluster.ANSWER", 1)
    with pytest.raises(Failure, match="no dask scheduler answers at tcp://127.0.0.1:9"):
        sweep(tmp_path, tasks(1), "dask", address="tcp://127.0.0.1:9")


def test_a_scheduler_that_goes_away_is_told():
    class Waiting:
        def result(self):
            raise CancelledError("connection lost")

    with pytest.raises(EngineError, match="the connection to the dask scheduler was lost; what is done is kept"):
        crews._result(Waiting())


def test_dask_that_is_not_installed_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UserError, match=r"pip install 'zonesim\[dask\]'"):
        sweep(tmp_path, tasks(1), "dask")
