import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from experiments import cli, engines, provenance
from experiments.settings import NAMES, SWITCHES

pytestmark = pytest.mark.usefixtures("toy")

FILES = [
    *("cost_effect.csv", "costs.csv", "effects.csv", "indicators.parquet", "places.csv", "report.html", "run.json"),
    "targets.csv",
]


def _only_run():
    (record,) = Path("outputs").rglob("run.json")
    return record.parent


def _bytes(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


def test_help_is_one_screen_and_lists_the_verbs_that_exist(zonesim):
    status, output, _ = zonesim("--help")
    assert status == 0
    assert len(output.splitlines()) <= 24
    assert max(map(len, output.splitlines())) <= 110
    assert "  run " in output
    assert all(f"\n  {verb} " in output for verb in cli.VERBS)


def test_help_of_run_lists_every_setting_of_every_lever(zonesim):
    from sim.reform import known_levers

    status, output, _ = zonesim("run", "--help")
    assert status == 0
    for group, lever in known_levers().items():
        assert f"\n  {group}\n" in output
        assert all(f"    {name} " in output for name in lever.settings())
    for setting in (*NAMES, *SWITCHES, "policy.ends", "policy.budget", "policy.spending_never_falls"):
        assert f"\n  {setting}=" in output


def test_help_does_not_wait_for_the_model():
    code = (
        "import sys; from experiments.cli import main; main(['--help'])\n"
        "sys.exit(any(name in sys.modules for name in ('mesa', 'pandas', 'numpy', 'hydra')))"
    )
    roots = str(Path(cli.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": roots}, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compare"], "compare needs two policies, runs or cells"),
        (["check", "DIR"], "zonesim: check DIR: no such folder; zonesim template DIR writes an example"),
        (["rnu", "run.seed=1"], "zonesim: rnu: no such verb; known: run, sweep, compare, "),
        (["swep"], "did you mean 'sweep'?"),
        (["out=" + "x" * 300], "File name too long; choose another with out=DIR"),
        (["out=/proc/nothing"], "/proc/nothing cannot be the folder of a run: it cannot be made"),
        (["-m", "run.replicates=1,2"], "run.replicates is the same in the whole sweep"),
        (["run", "--multirun", "policy=nowhere,none"], "policy=nowhere: no such policy"),
        (["evidence", "-m"], "evidence takes no --multirun"),
        (["--status"], "--status is a flag of zonesim sweep DIR"),
        (["sweep", "--failed"], "--failed needs the folder of a sweep"),
        (["sweep", "a file", "--status"], "a file is not the folder of a sweep"),
        (["sweep", "nowhere"], "nowhere holds no sweep; begin one with zonesim sweep KEY=VALUES out=nowhere"),
        (["--out=x"], "--out=x: no such flag; known: --help, --config-dir DIR, --debug"),
        (["--config-dir"], "needs a folder"),
        (["--config-dir=nowhere"], "no such folder"),
        (["+policy.rotation.x=1"], "type policy.rotation.x=1"),
        (["policy=null"], "policy must be a name"),
        (["run.replicates=0"], "within 1 ... 100000, got 0"),
        (["district=nowhere"], "district=nowhere: no such district"),
        (["out=a file"], "a file cannot be the folder of a run"),
        (["out=a file/below"], "a file/below cannot be the folder of a run"),
    ],
)
def test_a_mistake_is_one_message_and_exit_status_2(zonesim, words, told):
    Path("a file").write_text("mine")
    status, output, messages = zonesim(*words, "run.replicates=1") if words[0] == "out" else zonesim(*words)
    assert status == 2
    assert told in messages.splitlines()[-1]
    assert "Traceback" not in messages
    assert output == ""
    assert os.listdir() == ["a file"]


def test_debug_says_where(zonesim):
    status, _, messages = zonesim("engine=serial", "run.replicates=0", "--debug")
    assert status == 2
    assert messages.startswith("Traceback")


def test_a_mistake_of_ours_is_one_line_too(zonesim, monkeypatch):
    monkeypatch.setattr("sim.load", lambda *_, **__: {}["a\nb"])
    status, _, messages = zonesim()
    assert status == 1
    assert messages.startswith("zonesim: KeyError")
    assert len(messages.splitlines()) == 1


def test_no_verb_means_run(zonesim):
    assert zonesim("engine=serial", "run.replicates=2")[0] == 0
    first = _only_run()
    assert zonesim("run", "engine=serial", "run.replicates=2")[0] == 0
    assert _only_run() == first


def test_a_run_leaves_its_files_and_what_it_came_from(zonesim):
    status, output, messages = zonesim("run.replicates=3", "run.horizon=2023", "policy.rotation.rate={2021: .1}")
    assert status == 0
    assert "the policy begins in 2021" in messages
    folder = _only_run()
    assert output.splitlines()[-1] == f"Files: {folder}"
    assert sorted(os.listdir(folder)) == FILES
    assert folder.parent == Path("outputs/wuhan_edz/wuhan_edz_2021_2023")
    indicators = pd.read_parquet(folder / "indicators.parquet")
    assert set(indicators["replicate"]) == {0, 1, 2}
    assert indicators["year"].max() == 2023
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["run"] == folder.name
    assert record["resolved"]["overrides"] == {"policy.rotation.rate": {"2021": 0.1}}
    assert record["replicates"] == 3
    assert record["seed"] == 1
    assert record["command"] == "zonesim run.replicates=3 run.horizon=2023 'policy.rotation.rate={2021: .1}'"
    assert record["filled"] == ["students of each school"]
    assert record["code"] == provenance.code_hash()
    assert record["versions"]["numpy"]
    assert record["started"] <= record["finished"]
    assert record["machine"]["cores"] >= 1


def test_the_same_command_twice_finds_the_finished_run(zonesim):
    first = zonesim("engine=serial", "run.replicates=2")
    before = _bytes(_only_run())
    second = zonesim("run.replicates=2", "engine=serial", "language=en")
    assert first[:2] == second[:2]
    assert "this run is finished and has 2 replicates; force=true runs it again" in second[2]
    assert _bytes(_only_run()) == before


def test_more_replicates_are_added_and_fewer_show_all(zonesim):
    zonesim("engine=serial", "run.replicates=2", "run.seed=5")
    status, _, messages = zonesim("engine=serial", "run.replicates=5", "run.seed=5")
    assert status == 0
    assert "this run has 2 replicates; 3 more are added" in messages
    grown = pd.read_parquet(_only_run() / "indicators.parquet")
    record = json.loads((_only_run() / "run.json").read_text(encoding="utf-8"))
    assert record["replicates"] == 5
    assert [earlier["command"] for earlier in record["earlier"]] == [
        "zonesim engine=serial run.replicates=2 run.seed=5"
    ]
    _, output, messages = zonesim("engine=serial", "run.replicates=3", "run.seed=5")
    assert "has 5 replicates, more than the 3 asked for" in messages
    assert "5 paired replicates" in output
    zonesim("engine=serial", "run.replicates=5", "run.seed=5", "out=at once")
    at_once = pd.read_parquet("at once/indicators.parquet")
    pd.testing.assert_frame_equal(grown, at_once, check_exact=True)


def test_engines_leave_the_same_bytes(zonesim):
    for engine in ("serial", "processes"):
        assert zonesim("run.replicates=4", f"engine={engine}", f"out={engine}")[0] == 0
    for name in FILES[:3]:
        assert (Path("serial") / name).read_bytes() == (Path("processes") / name).read_bytes()


def test_force_runs_again(zonesim):
    zonesim("engine=serial", "run.replicates=3")
    zonesim("engine=serial", "run.replicates=2", "force=true")
    assert set(pd.read_parquet(_only_run() / "indicators.parquet")["replicate"]) == {0, 1}


def test_out_may_be_any_name_but_not_hold_another_run(zonesim):
    assert zonesim("out=结果 1", "engine=serial", "run.replicates=2")[0] == 0
    assert sorted(os.listdir("结果 1")) == FILES
    before = _bytes(Path("结果 1"))
    status, _, messages = zonesim("out=结果 1", "engine=serial", "run.replicates=2", "run.seed=2")
    assert status == 2
    assert "结果 1 holds another run" in messages
    assert _bytes(Path("结果 1")) == before
    assert zonesim("out=结果 1", "engine=serial", "run.replicates=2", "run.seed=2", "force=true")[0] == 0
    assert _bytes(Path("结果 1")) != before


def test_the_run_id_depends_on_what_decides_the_figures_and_nothing_else():
    def id(configuration=None, seed=1, horizon=2025, code="c"):
        return provenance.run_id(configuration or {"a": {"b": 1, "c": 2}}, seed, horizon, code)

    assert id() == id({"a": {"c": 2, "b": 1}})
    others = [id({"a": {"b": 1}}), id(seed=2), id(horizon=2026), id(code="d")]
    assert len({id(), *others}) == 5


def test_a_dead_worker_is_exit_status_1_and_leaves_nothing(elsewhere, tmp_path):
    process = elsewhere("run.replicates=4", world="deadly=2")
    output, messages = process.communicate(timeout=60)
    assert process.returncode == 1
    assert messages.splitlines()[-1].startswith("zonesim: a worker process died")
    assert "Traceback" not in messages
    assert output == ""
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("later", [0.2, 2.0])  # while workers start, and while they work
@pytest.mark.parametrize("engine", engines.ENGINES)
def test_an_interrupt_leaves_nothing_and_no_traceback(elsewhere, tmp_path, engine, later):
    process = elsewhere("run.replicates=50", f"engine={engine}", world="seconds=1")
    while not list(tmp_path.rglob(".lock")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    time.sleep(later)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, messages = process.communicate(timeout=20)
    assert process.returncode == 130
    assert messages.splitlines()[1:] == ["zonesim: interrupted; nothing is left half-written"]
    assert os.listdir(tmp_path) == []


def test_an_interrupt_leaves_the_run_that_was_there(elsewhere, tmp_path):
    assert elsewhere("run.replicates=2", "engine=serial").wait(60) == 0
    before = _bytes(_only_run())
    process = elsewhere("run.replicates=50", world="seconds=1")
    while not list(tmp_path.rglob(".lock")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert sorted(os.listdir(_only_run())) == FILES
    assert _bytes(_only_run()) == before


def test_a_full_disk_is_exit_status_1_and_leaves_no_file(elsewhere, tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))"
    process = elsewhere("run.replicates=2", "engine=serial", before=limit)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 1
    (line,) = messages.splitlines()[1:]
    assert line.startswith("zonesim: cannot write to outputs/")
    assert "File too large; lift the limit on the size of files (ulimit -f)" in line
    assert os.listdir(tmp_path) == []


def test_a_reader_that_goes_away_is_no_mistake(elsewhere):
    process = elsewhere("run.replicates=2", "engine=serial")
    process.stdout.close()
    messages = process.stderr.read()
    process.wait(60)
    assert "Traceback" not in messages
    assert "BrokenPipe" not in messages
    assert sorted(os.listdir(_only_run())) == FILES


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("engine", engines.ENGINES)
def test_a_signal_to_end_is_obeyed_as_an_interrupt_is(elsewhere, tmp_path, engine, number):
    process = elsewhere("run.replicates=50", f"engine={engine}", world="seconds=1")
    while not list(tmp_path.rglob(".lock")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    time.sleep(2)
    os.killpg(process.pid, number)
    _, messages = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert messages.splitlines()[1:] == [f"zonesim: ended by {number.name}; nothing is left half-written"]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("output", "told"),
    [("os.open('/dev/full', os.O_WRONLY)", "No space left on device"), ("None", "it is closed")],
)
def test_output_that_cannot_be_written_is_one_line_and_the_run_stays(elsewhere, output, told):
    before = f"import os; fd = {output}; sys.stdout = fd and open(fd, 'w')"
    process = elsewhere("run.replicates=2", "engine=serial", before=before)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 1
    assert messages.splitlines()[1:] == [f"zonesim: cannot write to standard output: {told}"]
    assert sorted(os.listdir(_only_run())) == FILES


def test_characters_that_cannot_be_encoded_are_written_by_number(elsewhere, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    process = elsewhere("run.replicates=2", "engine=serial", "out=结果")
    output, messages = process.communicate(timeout=60)
    assert process.returncode == 0, messages
    assert output.endswith("Files: \\u7ed3\\u679c\n")


def test_force_says_what_is_replaced_and_spares_files_of_the_user(zonesim):
    zonesim("engine=serial", "run.replicates=3", "out=here")
    _, output, messages = zonesim("engine=serial", "run.replicates=1", "out=here", "force=true")
    assert "here: the run that is here, of 3 replicates, is replaced by 1" in messages
    assert "1 paired replicate of" in output
    assert "has 1 replicate; 1 more is added" in zonesim("engine=serial", "run.replicates=2", "out=here")[2]
    status, _, messages = zonesim("engine=serial", "run.replicates=1", "out=.", "force=true")
    assert status == 2
    assert "no run and not empty" in messages
    assert os.listdir() == ["here"]


def test_a_run_is_split_by_channel_when_it_is_asked_for(zonesim):
    words = ["engine=serial", "out=here"]
    zonesim(*words, "run.replicates=3")
    assert sorted(os.listdir("here")) == FILES
    _, output, messages = zonesim(*words, "run.replicates=2", "channels=true")
    assert "this run is without channels; it is run again with them, for 3 replicates" in messages
    assert sorted(os.listdir("here")) == sorted([*FILES, "channels.csv", "channels.parquet"])
    assert "by channel" in output
    _, output, messages = zonesim(*words, "run.replicates=3", "channels=true")
    assert "this run is finished and has 3 replicates" in messages and "by channel" in output


def test_replicates_added_to_a_run_with_channels_have_them_too(zonesim):
    zonesim("engine=serial", "out=here", "run.replicates=1", "channels=true")
    _, output, messages = zonesim("engine=serial", "out=here", "run.replicates=4")
    assert "this run has 1 replicate; 3 more are added, with channels as before" in messages
    assert pd.read_parquet("here/channels.parquet")["replicate"].unique().tolist() == [0, 1, 2, 3]
    assert "by channel" in output


def test_a_run_that_is_replaced_by_one_without_channels_leaves_none(zonesim):
    zonesim("engine=serial", "out=here", "run.replicates=2", "channels=true")
    Path("here/channels of mine.csv").write_text("mine")
    _, output, _ = zonesim("engine=serial", "out=here", "run.replicates=2", "force=true")
    assert sorted(os.listdir("here")) == sorted([*FILES, "channels of mine.csv"])
    assert "by channel" not in output
