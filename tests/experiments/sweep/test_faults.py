"""What may happen to a sweep from outside: it is killed, its workers are, the disk is full, another one begins."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from experiments.store import StoreError
from experiments.sweep import feed
from experiments.sweep.parts import SweepFolder
from sim.userinput import UserError
from sweep_toys import Quiet, assert_equal, many, sweep, tasks, tried


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The sweep that nothing happened to."""
    return sweep(tmp_path_factory.mktemp("whole"), many(seconds=0.0)).path


def start(path, engine, before="pass"):
    code = f"import sys; {before}; import sweep_toys; sweep_toys.command(sys.argv[1], {engine!r})"
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
        stderr=subprocess.PIPE,
    )


def parts(path):
    return len(list(path.glob("runs/*.parquet")))


@pytest.mark.parametrize(
    ("engine", "kills"),
    [
        ("processes", 2),
        ("dask", 2),
        pytest.param("processes", 10, marks=pytest.mark.slow),
        pytest.param("dask", 10, marks=pytest.mark.slow),
    ],
)
def test_a_sweep_killed_again_and_again_ends_with_the_values_of_one_that_was_not(tmp_path, whole, engine, kills):
    luck = random.Random(kills)
    for kill in range(kills):
        command = start(tmp_path, engine)
        stored, deadline = parts(tmp_path), time.monotonic() + 60
        while parts(tmp_path) == stored and command.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(luck.random() / 5)
        if kill % 2:
            os.killpg(command.pid, signal.SIGKILL)
        else:
            command.kill()  # its workers live on for a moment
        command.communicate()
        assert command.returncode == -signal.SIGKILL  # in the midst of it
    assert start(tmp_path, engine).wait(120) == 0
    assert_equal(whole, tmp_path)


class Killer(Quiet):
    """Kills the worker of the run that was stored last, now and then."""

    def __init__(self, path, kills):
        super().__init__()
        self.path, self.kills = path, kills

    def add(self, ok, failed):
        super().add(ok, failed)
        if self.kills and self.ok > 20:
            self.kills -= 1
            last = SweepFolder(self.path).runs().sort_values("started")["worker"].iloc[-1]
            os.kill(int(last.rpartition(":")[2]), signal.SIGKILL)


@pytest.mark.parametrize(
    ("engine", "kills"),
    [
        ("processes", 2),
        ("dask", 2),
        pytest.param("processes", 10, marks=pytest.mark.slow),
        pytest.param("dask", 10, marks=pytest.mark.slow),
    ],
)
def test_workers_that_are_killed_cost_no_run(tmp_path, whole, engine, kills, monkeypatch):
    monkeypatch.setattr(feed, "SECONDS", 0.1)
    killer = Killer(tmp_path, kills)
    sweep(tmp_path, many(), engine, told=killer, workers=2)
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
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000))"
    stopped = start(tmp_path, "processes", before=limit)
    told = stopped.communicate(timeout=60)[1].decode().splitlines()
    assert stopped.returncode == 1
    assert told[-1].startswith("experiments.store.StoreError: cannot write to ")
    assert "File too large; what is done is kept: lift the limit on the size of files (ulimit -f)" in told[-1]
    assert 0 < len(tried(SweepFolder(tmp_path))) < 640
    sweep(tmp_path, many(seconds=0.0))
    assert_equal(whole, tmp_path)


def test_a_full_disk_does_too(tmp_path, whole):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not permitted here")
    try:
        with pytest.raises(StoreError, match="No space left on device; what is done is kept: free some space"):
            sweep(disk, tasks(160, rates=(0.1, 0.2, 0.3)))
        assert 0 < len(tried(SweepFolder(disk))) < 640
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        sweep(disk, tasks(160, rates=(0.1, 0.2, 0.3)))
        assert_equal(whole, disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
