"""`zonesim sweep` with the model itself, killed with SIGKILL at random moments, ten times each way, on both engines."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sweep_toys import assert_equal

pytestmark = pytest.mark.slow

SWEEP = (
    "policy.rotation.rate=range(0,0.3,0.02)",  # with the counterfactual 16 runs a replicate, 640 in all
    "run.replicates=40",
    "district.students=600",
    "run.horizon=2021",
)
KILLS = 10


def begin(folder, engine):
    """The command, in a process group of its own."""
    with open(f"{folder}.log", "a") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "experiments.cli", "sweep", *SWEEP, f"engine={engine}", f"out={folder}"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
            stdout=log,
            stderr=log,
        )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The sweep that nothing happened to."""
    folder = tmp_path_factory.mktemp("kills") / "whole"
    assert begin(folder, "serial").wait(600) == 0
    return folder


def await_part(folder, command):
    """Until a part is stored that was not there, or the command has ended."""
    there = set(folder.glob("runs/*.parquet"))
    while not set(folder.glob("runs/*.parquet")) - there and command.poll() is None:
        time.sleep(0.01)


def workers_of(command):
    """Ids of the processes of its group that are neither the command nor what watches over its files."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            of_group = os.getpgid(int(process.name)) == command.pid
            words = (process / "cmdline").read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if of_group and words and b"resource_tracker" not in words and int(process.name) != command.pid:
            found.append(int(process.name))
    return found


@pytest.mark.parametrize("engine", ["processes", "dask"])
@pytest.mark.parametrize("whom", ["all", "command"])
def test_a_sweep_killed_ten_times_ends_with_the_tables_of_one_that_was_not(tmp_path, whole, engine, whom):
    folder, luck = tmp_path / "killed", random.Random(f"{engine} {whom}")
    for kill in range(KILLS):
        command = begin(folder, engine)
        if kill % 2:
            await_part(folder, command)
            time.sleep(luck.uniform(0, 0.5))
        else:
            time.sleep(luck.uniform(0, 4))  # while it begins, too
        if whom == "all":
            os.killpg(command.pid, signal.SIGKILL)
        else:
            command.kill()  # its workers live on for a moment, beside those of the next one
        assert command.wait() == -signal.SIGKILL  # in the midst of it
    command = begin(folder, engine)
    assert command.wait(600) == 0, Path(f"{folder}.log").read_text()
    assert_equal(whole, folder)
    assert [file.name for file in folder.iterdir() if file.name.startswith(".unfinished")] == []


@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_ten_workers_killed_cost_no_run(tmp_path, whole, engine):
    folder, luck = tmp_path / "killed", random.Random(engine)
    command = begin(folder, engine)
    try:
        for _ in range(KILLS):
            await_part(folder, command)
            time.sleep(luck.uniform(0, 0.5))
            assert command.poll() is None, Path(f"{folder}.log").read_text()
            os.kill(luck.choice(workers_of(command)), signal.SIGKILL)
        assert command.wait(600) == 0, Path(f"{folder}.log").read_text()
    finally:
        command.kill()
    assert_equal(whole, folder)
