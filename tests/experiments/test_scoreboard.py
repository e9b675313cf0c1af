import io
import math

import pandas as pd
import pytest
from rich.console import Console

from experiments.scoreboard import figure, show, terminal


@pytest.fixture
def run(toy, zonesim):
    assert zonesim("run.replicates=20", "engine=serial", "out=here")[0] == 0
    return toy / "here"


def _shown(folder, width=100):
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    show(folder, console)
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
        (123.4, "123"),
        (1234567.8, "1234568"),
        (math.nan, ""),
        (None, ""),
    ],
)
def test_figures_have_three_digits_or_so(value, text):
    assert figure(value) == text


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
    last = effects[(effects["year"] == 2025) & (effects["indicator"] != "excellent_range")]
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


def test_it_says_how_many_replicates_and_that_figures_are_synthesised(run):
    shown = _shown(run)
    assert "20 paired replicates of seed 1" in shown
    assert "synthesised" in shown


@pytest.mark.parametrize("width", [100, 120])
def test_it_fits(run, width):
    shown = _shown(run, width)
    assert max(map(len, shown.splitlines())) <= width
    assert "…" not in shown
    assert shown.isascii()  # no character that is two columns wide in some terminals


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
