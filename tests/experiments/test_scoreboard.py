import io
import json
import math
import re

import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

import toy_world
from experiments.scoreboard import HEADLINES, show
from experiments.terminal import terminal
from sim.report.figures import figure
from sim.report.findings import NOTES
from sim.report.words import Words


@pytest.fixture
def run(toy, zonesim):
    assert zonesim("run.replicates=20", "engine=serial", "out=here")[0] == 0
    return toy / "here"


def _shown(folder, width=100, language="en"):
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    show(folder, console, language)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0001, "0"),
        (0.12345, "0.123"),
        (-1.005, "-1.00"),
        (9.876, "9.88"),
        (12.34, "12.3"),
        (12.0, "12"),
        (100 * 0.55, "55"),
        (123.4, "123"),
        (1234567.8, "1234568"),
        (math.nan, ""),
        (None, ""),
    ],
)
def test_figures_have_three_digits_or_so(value, text):
    assert figure(value) == text


def test_it_says_what_the_districts_own_tables_gave(run):
    assert "such as enrolments, staff and scores, is synthesised" in " ".join(_shown(run).split())
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    record["given"] = ["of all 3 schools: classes", "one by one: 9 teachers of 1 of 3 schools"]
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")
    shown = " ".join(_shown(run).split())
    assert "From the district's own tables: of all 3 schools: classes; one by one: 9 teachers of 1 of 3" in shown
    assert "such as enrolments" not in shown


def test_it_says_what_the_policy_costs_and_what_an_sd_of_gap_would(run):
    words = " ".join(_shown(run).split())
    rows = pd.read_csv(run / "cost_effect.csv").query("indicator == 'score_gap'")
    for row in rows.to_dict("records"):
        spent = f"{row['level']} {figure(row['extra_yuan'] / 1e6)} million yuan, or"
        assert f"{spent} {figure(row['yuan_per_student_year'])} a student and year" in words
        assert f"{row['level']} {Words('en')(NOTES[row['note']])}" in words  # both worlds of the toy have one gap
    assert "Cost per SD of score gap closed by 2025" in words


def test_figures_are_those_of_the_files(run):
    lines = _shown(run).splitlines()
    targets = pd.read_csv(run / "targets.csv")
    for row in targets[targets["due"] & targets["mean"].notna()].to_dict("records"):
        (line,) = (
            line for line in lines if line.startswith(row["id"].split("/")[0]) and f" {row['year']:.0f} " in line
        )
        cells = line.split()
        assert cells[1] == row["indicator"]
        assert cells[4] == row["comparator"] + figure(row["target"])
        assert cells[5] == figure(row["mean"])
        assert cells[6] == f"{figure(row['p05'])}..{figure(row['p95'])}"
        assert cells[7] == figure(row["mean_counterfactual"])
        chances = (round(100 * row[name]) for name in ("probability", "probability_counterfactual"))
        assert cells[8] == "/".join(map(str, chances))
        assert cells[-1] == row["status"]
        assert cells[-2].endswith("*") == row["informative"]
        assert cells[-2].rstrip("*") == figure(row["noise_sd"])
    effects = pd.read_csv(run / "effects.csv")
    last = effects[(effects["year"] == 2025) & effects["indicator"].isin(HEADLINES)]
    for row in last.to_dict("records"):
        (line,) = (line for line in lines if line.startswith(f"{row['indicator']} ") and row["level"] in line)
        interval = f"{figure(row['p05'])}..{figure(row['p95'])}"
        assert line.split()[2:] == [figure(row["mean"]), interval, figure(row["se"])]


def test_every_simulated_year_of_a_target_is_there(run):
    lines = _shown(run).splitlines()
    (heading,) = (line for line in lines if "2021" in line and "2025" in line and line.startswith("id"))
    assert heading.split()[3:] == ["2021", "2022", "2023", "2024", "2025"]
    by_year = lines[lines.index(heading) + 1]
    targets = pd.read_csv(run / "targets.csv")
    rows = targets[(targets["id"] == "T1") & targets["mean"].notna()]
    cells = [f"{figure(row.mean)}/{figure(row.mean_counterfactual)}" for row in rows.itertuples(index=False)]
    assert by_year.split()[3:] == cells


def test_rows_without_a_verdict_are_counted(run):
    assert "1 are not simulated and 0 are not targets: targets.csv says why" in _shown(run)


@pytest.fixture
def stated(toy, zonesim, monkeypatch):
    """A run in which the policy states one measure and the district's table another."""
    rule = toy_world.TARGETS["targets"]["T1"]
    decreed = rule | {"target": 10, "set_by": "policy.digital.lesson_share"}
    given = rule | {"target": 10, "set_by": "district.zones", "years": [2021, 2022, 2023]}
    rows = toy_world.TARGETS["targets"] | {"T4": decreed, "T5": given}
    monkeypatch.setitem(toy_world.TARGETS, "targets", rows)
    load = toy_world.load

    def decreeing(*names, **settings):
        scenario = load(*names, **settings)
        scenario.resolved["policy"]["digital"] = {"lesson_share": 0.5}
        return scenario

    monkeypatch.setattr("sim.load", decreeing)
    assert zonesim("run.replicates=20", "engine=serial", "out=here")[0] == 0
    return toy / "here"


def test_what_is_decreed_or_given_says_so_and_what_is_given_is_there_once(stated):
    verdicts, _ = _shown(stated).split("Where it stands")
    decreed = [line.split() for line in verdicts.splitlines() if line.startswith("T4")]
    given = [line.split() for line in verdicts.splitlines() if line.startswith("T5")]
    assert [cells[3:4] + cells[-2:] for cells in decreed] == [["2022", "met,", "decreed"]]
    assert [cells[3:4] + cells[-2:] for cells in given] == [["2023", "met,", "given"]]
    assert "decreed, given:" in verdicts
    assert max(map(len, verdicts.splitlines())) <= 100 and "…" not in verdicts


def test_a_decreed_verdict_is_dim(stated):
    console = Console(file=io.StringIO(), width=100, markup=False, highlight=False, force_terminal=True)
    show(stated, console)
    shown = console.file.getvalue()
    assert "\x1b[2mmet, decreed" in shown and "\x1b[2mmet, given" in shown
    assert "\x1b[32mmet," not in shown


def test_it_says_how_many_replicates_and_that_figures_are_synthesised(run):
    shown = _shown(run)
    assert "20 paired replicates of seed 1" in shown
    assert "synthesised" in shown


@pytest.mark.parametrize("width", [70, 80, 100, 120])
def test_it_fits(run, width):
    shown = _shown(run, width)
    assert max(map(len, shown.splitlines())) <= width
    assert "…" not in shown
    assert shown.isascii()  # no character that is two columns wide in some terminals


@pytest.mark.parametrize("width", [80, 120])
def test_it_is_there_in_chinese_with_the_same_figures_and_fits(run, width):
    shown, english = _shown(run, width, "zh"), _shown(run, width)
    assert max(map(cell_len, shown.splitlines())) <= width and "…" not in shown
    assert "各目标在考核年份的情况" in shown and "20 次配对模拟" in shown and "最好与最差学校的成绩差距" in shown
    assert not re.findall(r"\b(?:score_gap|primary|met|missed|uncertain|million|goal|policy)\b", shown)
    chinese, plain = (next(line for line in text.splitlines() if line.startswith("T1")) for text in (shown, english))
    assert chinese.split()[3:6] == plain.split()[3:6]


def test_a_pipe_gets_120_columns_and_no_colour(monkeypatch):
    monkeypatch.setattr("sys.stdout", io.StringIO())
    console = terminal()
    assert console.width == 120
    console.print("met", style="green")
    assert console.file.getvalue() == "met\n"


def test_a_long_horizon_shows_its_last_years(toy, zonesim):
    assert zonesim("run.replicates=2", "engine=serial", "out=here", "run.horizon=2040")[0] == 0
    shown = _shown(toy / "here")
    assert max(map(len, shown.splitlines())) <= 100
    assert " 2040" in shown


def test_a_narrow_terminal_gets_fewer_columns_and_every_row_on_one_line(run):
    rows = [line for line in _shown(run, 120).splitlines() if line.startswith("T")]
    for width in (100, 80, 70, 40):
        shown = _shown(run, width).splitlines()
        (heading,) = (line.split() for line in shown if line.startswith("id") and "verdict" in line)
        assert {"id", "indicator", "year", "goal", "policy", "verdict"} <= set(heading)
        assert len([line for line in shown if line.startswith(("T1", "T2", "T3"))]) >= len(
            [line for line in rows if line.startswith(("T1", "T2", "T3"))]
        )
    assert "noise" not in heading and "5" not in heading


def test_a_decreed_verdict_is_one_word_where_there_is_no_room(stated):
    narrow = [line.split() for line in _shown(stated, 70).splitlines() if line.startswith("T4")]
    assert narrow[0][-1] == "decreed"
    assert "met," not in narrow[0]


@pytest.mark.parametrize(("width", "columns"), [(100, 4), (30, 2)])
def test_parts_by_channel_are_those_of_the_file_and_fit(toy, zonesim, width, columns):
    assert zonesim("run.replicates=5", "engine=serial", "out=here", "channels=true")[0] == 0
    lines = _shown(toy / "here", width).splitlines()
    table = pd.read_csv(toy / "here" / "channels.csv")
    by_level = table[table["year"] == 2025].set_index("level")
    for part in ("total", "digital", "money", "remainder"):
        (line,) = (line for line in lines if line.startswith(f"{part} "))
        cells = line.split()[1:]
        assert len(cells) == columns
        assert cells[:: columns // 2] == [figure(by_level.loc[level, part]) for level in ("primary", "junior")]
