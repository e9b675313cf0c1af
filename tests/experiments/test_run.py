"""The command with the model itself, small."""

import json
from pathlib import Path

import pandas as pd
import pytest

CHANNELS = ("channels.csv", "channels.parquet")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch, without_report):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("policy.rotation.rate=1.5", "policy.rotation.rate must be within 0 ... 1, got 1.5"),
        ("policy.rotaton.rate=0.1", "did you mean 'rotation'?"),
        ("policy.rotation.rat=0.1", "did you mean 'rate'?"),
        ("policy.rotation.rate=true", "policy.rotation.rate must be"),
        ("policy.rotation.rate={2021: 0.1, 2023: 7}", "got 7"),
        ("policy.rotation.scope=everywhere", "zone, group, district"),
        ("+policy.rotation.x=1", "type policy.rotation.x=1"),
        ("policy=null", "policy=none"),
        ("policy=nowhere", "policy=nowhere: no such policy"),
        ("counterfactual=nowhere", "nowhere"),
        ("district=nowhere", "district=nowhere: no such district"),
        ("effects=nowhere", "effects=nowhere"),
        ("effects.kapa=1", "did you mean 'kappa'?"),
        ("effects.kappa=high", "effects.kappa must be"),
        ("district.studens=5", "did you mean 'students'?"),
        ("run.replicates=0", "within 1 ... 100000, got 0"),
        ("out=file", "file cannot be the folder of a run"),
        ("standard=jiben_junhen", "standard=jiben_junhen: no such standard; known: jiben_junheng, youzhi_junheng"),
    ],
)
def test_a_bad_setting_is_one_short_message_and_exit_status_2(zonesim, word, told):
    Path("file").touch()
    status, output, messages = zonesim(word)
    assert status == 2
    assert output == ""
    assert told in messages
    assert len(messages.splitlines()) == 1
    assert len(messages) < 400
    assert list(Path().iterdir()) == [Path("file")]


def test_a_by_year_value_replaces_another(zonesim):
    own = Path("configs/policy")
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text(
        "name: mine\ntitle: mine\nfirst_year: 2021\nlast_year: 2023\nends: false\nsource: {}\n"
        "rotation: {rate: {2021: 0.02, 2022: 0.04}}\nsources: {rotation.rate: assumed}\n"
    )
    words = [
        "policy=mine",
        "policy.rotation.rate={2021: 0.05, 2023: 0.1}",
        "run.replicates=1",
        "engine=serial",
    ]
    status, output, messages = zonesim(*words, "run.horizon=2021", "out=结果 1")
    assert status == 0, messages
    assert "mine against none" in output
    record = json.loads(Path("结果 1/run.json").read_text(encoding="utf-8"))
    assert record["resolved"]["policy"]["rotation"]["rate"] == {"2021": 0.05, "2023": 0.1}


def test_figures_are_the_same_bytes_on_every_engine(zonesim):
    words = ["run.replicates=2", "run.horizon=2021", "channels=true", "district.students=1500"]
    for engine in ("serial", "processes"):
        status, _, messages = zonesim(*words, f"engine={engine}", f"out={engine}")
        assert status == 0, messages
    for name in ("indicators.parquet", "targets.csv", "effects.csv", "costs.csv", "cost_effect.csv", *CHANNELS):
        assert (Path("serial") / name).read_bytes() == (Path("processes") / name).read_bytes()


def test_replicates_that_are_added_are_those_of_one_run(zonesim):
    words = ["engine=serial", "run.horizon=2021", "effects=means", "district.students=1500"]
    zonesim(*words, "run.replicates=1", "channels=true", "out=grown")
    zonesim(*words, "run.replicates=2", "out=grown")
    zonesim(*words, "run.replicates=2", "channels=true", "out=at once")
    for name in ("indicators.parquet", "targets.csv", "effects.csv", *CHANNELS):
        assert (Path("grown") / name).read_bytes() == (Path("at once") / name).read_bytes()
    costs = [pd.read_csv(Path(folder) / "costs.csv") for folder in ("grown", "at once")]
    pd.testing.assert_frame_equal(*costs)


def test_a_finished_run_that_is_split_by_channel_keeps_its_figures(zonesim):
    words = ["engine=serial", "run.horizon=2022", "district.students=3000", "out=here"]
    zonesim(*words, "run.replicates=2")
    before = {name: (Path("here") / name).read_bytes() for name in ("indicators.parquet", "effects.csv", "targets.csv")}
    status, output, messages = zonesim(*words, "run.replicates=1", "channels=true")
    assert status == 0 and "is run again with them, for 2 replicates" in messages
    assert before == {name: (Path("here") / name).read_bytes() for name in before}
    channels, effects = (pd.read_csv(Path("here") / name, dtype=str) for name in ("channels.csv", "effects.csv"))
    gap = effects[effects["indicator"] == "score_gap"]
    assert channels[["level", "year", "total"]].values.tolist() == gap[["level", "year", "mean"]].values.tolist()
    lines = output.splitlines()
    table = lines.index("The change of score_gap by 2022, by channel")
    assert [line.split()[0] for line in lines[table + 2 : table + 12]] == list(channels.columns[2:])


def test_a_standard_is_asked_of_the_run_below_its_scoreboard(zonesim):
    small = ("district.students=3000", "run.horizon=2021", "run.replicates=2", "engine=serial", "out=run")
    status, output, _ = zonesim(*small, "standard=youzhi_junheng")
    assert status == 0
    assert "义务教育优质均衡发展县 (youzhi_junheng), 2021" in output
    assert "quality 8 无过重课业负担 (P+J): the model has no homework" in output
    finished = zonesim(*small, "standard=jiben_junheng")
    assert finished[0] == 0 and "义务教育发展基本均衡县 (jiben_junheng), 2021" in finished[1]
    assert "youzhi_junheng" not in zonesim(*small)[1]
