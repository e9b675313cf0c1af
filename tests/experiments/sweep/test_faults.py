"""What may happen to a sweep from outside: it is killed, its workers are, the disk is full, another one begins."""

import os
import random
import resource
import signal
import subprocess
import sys
import time

import pytest

from experiments.store import StoreError
from experiments.sweep import feed
from experiments.sweep.parts import SweepFolder
from sim.userinput import UserError
from sweep_toys import Quiet, assert_equal, many, sweep, tried


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The sweep that nothing happened to."""
    return sweep(tmp_path_factory.mktemp("whole"), many(seconds=0.0)).path


def start(path, engine):
    code = f"import sys, sweep_toys; sweep_toys.command(sys.argv[1], {engine!r})"
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )


def parts(path):
    return len(list(path.glob("runs/*.parquet")))


@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_a_sweep_killed_twice_ends_with_the_values_of_one_that_was_not(tmp_path, whole, engine):
    luck = random.Random(engine)
    for kill in (os.kill, os.killpg):  # the workers of the first live on for a moment, beside those of the second
        command = start(tmp_path, engine)
        stored, deadline = parts(tmp_path), time.monotonic() + 60
        while parts(tmp_path) == stored and command.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(luck.random() / 5)
        kill(command.pid, signal.SIGKILL)
        assert command.wait() == -signal.SIGKILL  # in the midst of it
    sweep(tmp_path, many(seconds=0.0))  # an engine may go on with what another began
    assert_equal(whole, tmp_path)


class Killer(Quiet):
    """Kills the worker of the run that was stored last, so many times."""

    def __init__(self, path, kills):
        super().__init__()
        self.path, self.kills = path, kills

    def add(self, ok, failed):
        super().add(ok, failed)
        if self.kills and self.ok > 20:
            self.kills -= 1
            last = SweepFolder(self.path).runs().sort_values("started")["worker"].iloc[-1]
            os.kill(int(last.rpartition(":")[2]), signal.SIGKILL)


@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_two_workers_that_are_killed_cost_no_run(tmp_path, whole, engine, two_workers, monkeypatch):
    monkeypatch.setattr(feed, "SECONDS", 0.1)
    killer = Killer(tmp_path, kills=2)
    sweep(tmp_path, many(), engine, told=killer, **two_workers(engine))
    assert killer.kills == 0 and killer.failed == 0
    assert_equal(whole, tmp_path)


def test_a_second_sweep_into_the_folder_is_refused(tmp_path):
    with (
        SweepFolder(tmp_path).claimed(),
        pytest.raises(UserError, match="another command works in .*; wait for its end, or choose another"),
        SweepFolder(tmp_path).claimed(),
    ):
        pass
    with SweepFolder(tmp_path).claimed():
        pass  # it is free again


def test_a_file_cannot_be_the_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be the folder of a sweep"), SweepFolder(tmp_path / "file").claimed():
        pass


def test_a_limit_on_files_stops_the_sweep_with_one_line_and_it_goes_on_without(tmp_path, whole):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
    try:
        with pytest.raises(StoreError, match="File too large; what is done is kept: lift the limit on the size of fil"):
            sweep(tmp_path, many(), "processes", workers=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert 0 < len(tried(SweepFolder(tmp_path))) < 320
    sweep(tmp_path, many(seconds=0.0))
    assert_equal(whole, tmp_path)


def test_a_full_disk_does_too(tmp_path, whole):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not permitted here")
    try:
        with pytest.raises(StoreError, match="No space left on device; what is done is kept: free some space"):
            sweep(disk, many(seconds=0.0))
        assert 0 < len(tried(SweepFolder(disk))) < 320
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        sweep(disk, many(seconds=0.0))
        assert_equal(whole, disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
