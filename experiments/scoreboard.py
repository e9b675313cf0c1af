"""The scoreboard of a finished run, in the terminal: what its files say, in the columns there are.

A narrow terminal gets fewer columns and years, never a cell that is cut or takes two lines.
Every figure is read from the run's own files, so that the two cannot disagree.
"""

import json
import sys
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sim.analysis.channels import channels_table
from sim.analysis.cost_effect import MONEY, dearer_than_public_budget
from sim.analysis.paired import KEYS
from sim.indicators.catalogue import GAP
from sim.report.figures import figure, percent, records
from sim.report.findings import judged
from sim.scoring import DECREED, GIVEN

HEADLINES = ("cv_backbone", "backbone_cover", "teacher_skill_gap", "score_gap", "score_mean")
LEVELS = {"primary": "P", "junior": "J", "both": "P+J"}
VERDICTS = {"met": "green", "missed": "red", "uncertain": "yellow"}


def terminal() -> Console:
    """Standard output; 120 columns and no colour where that is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else 120, markup=False, highlight=False, emoji=False)


def show(folder: Path, console: Console) -> None:
    """Print the scoreboard of the run in a folder."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    targets, effects = (pd.read_csv(folder / name) for name in ("targets.csv", "effects.csv"))
    due = judged(targets)
    console.print()
    _say(console, _title(record), style="bold")
    _say(console, _place(record["resolved"]["district"]))
    if len(due):
        _say(console, "Targets in the years they are judged", style="bold", before=1)
        out = _OUT[print_fitting(console, (_verdicts(due, out) for out in _OUT))]
        for line in _expected(due):
            _say(console, line)
        for name, meaning in LEGEND.items():
            if name not in out:
                _say(console, textwrap.fill(f"{name:9}{meaning}", console.width, subsequent_indent=" " * 9))
        _say(console, "Where it stands, year by year: policy / without", style="bold", before=1)
        print_fitting(console, _by_years(targets[targets["mean"].notna()]))
    for line in _left_out(targets):
        _say(console, line, before=1)
    if len(effects):
        last = effects["year"].max()
        headline = effects[(effects["year"] == last) & effects["indicator"].isin(HEADLINES)]
        _say(console, f"What the policy changes by {last} (policy less without)", style="bold", before=1)
        print_fitting(console, (_effects(headline, out) for out in ((), ("se",), ("se", "interval"))))
    if "channels.csv" in record["files"]:
        _show_channels(folder, effects, console)
    for line in _costs(pd.read_csv(folder / "cost_effect.csv", keep_default_na=False)):
        _say(console, line, before=1)
    for line in _dear(pd.read_parquet(folder / "indicators.parquet", columns=[*KEYS, *MONEY])):
        _say(console, line, before=1)
    _say(console, _origin(record["given"]), before=1)


def _show_channels(folder: Path, effects: pd.DataFrame, console: Console) -> None:
    """What the change of the score gap in the last year is made of."""
    table = channels_table(pd.read_parquet(folder / "channels.parquet"), effects)
    last = table["year"].max()
    _say(console, f"The change of {GAP} by {last}, by channel", style="bold", before=1)
    print_fitting(console, (_channels(table[table["year"] == last], shown) for shown in (("mean", "se"), ("mean",))))
    _say(console, "A part is what goes away when every student gets of that channel what he gets without the policy.")


LEGEND = {
    "for": 'P primary, J junior; a goal for each school is measured at the school farthest from it, and "mean" '
    "is the district's mean",
    "goal": "in the target's unit, as all figures; of a yearly target, the change from the year before",
    "chance": "replicates that reach the goal with the policy / without it",
    "luck": "chance without the policy over chance with it",
    "noise": "SD between replicates without the policy; * where the policy's mean effect is larger",
    "verdict": "met: the chance is surely 80 % or more; missed: surely 20 % or less; else uncertain; decreed, "
    "given: the policy or the district's table states the measure, nothing is achieved",
}

_LEAST = ("stated", "noise", "luck", "without", "interval", "for")
_OUT = [_LEAST[:count] for count in range(len(_LEAST) + 1)]
"""What a narrow terminal leaves out of the verdicts: ever more, what matters least first."""


def counted(replicates: int, kind: str = "") -> str:
    """Such as `1 replicate`, `20 paired replicates`."""
    return f"{replicates} {kind}replicate{'' if replicates == 1 else 's'}"


def _title(record: dict[str, Any]) -> str:
    return (
        f"{record['district']}: {record['policy']} against {record['counterfactual']}, "
        f"{record['baseline_year']}-{record['horizon']}, {counted(record['replicates'], 'paired ')} "
        f"of seed {record['seed']}"
    )


def _place(district: Mapping[str, Any]) -> str:
    """What the run's district consists of."""
    zones = district["zones"]
    levels = [zone["level"] for zone in zones for _ in zone["schools"]]
    levels += [school["level"] for school in district.get("outside", ())]
    return (
        f"{len(zones)} zones and groups, {len(levels)} schools "
        f"({levels.count(0)} primary, {levels.count(1)} junior), "
        f"{district['students']:,.0f} students ({district['sources']['students']})"
    )


def _left_out(targets: pd.DataFrame) -> Iterable[str]:
    """How many rows of the plan are not scored."""
    sorts = {words: (targets["status"] == words).sum() for words in ("not simulated", "not a target")}
    if any(sorts.values()):
        simulated, target = sorts.values()
        yield f"Of the other rows, {simulated} are not simulated and {target} are not targets: targets.csv says why."


def _origin(given: Iterable[str]) -> str:
    """Where the district comes from: its own tables, and synthesis of what they do not give."""
    own = "; ".join(given)
    if own:
        return f"From the district's own tables: {own}. The rest is synthesised: see `filled` in run.json."
    return (
        "Zones and schools are those of the district's table; what it does not give, such as enrolments, "
        "staff and scores, is synthesised: see `filled` in run.json."
    )


def _verdicts(due: pd.DataFrame, out: Iterable[str]) -> Table:
    """The scored rows, without the columns that are left out; without `stated` a verdict is one word."""
    right = {
        "goal": "goal",
        "policy": "policy",
        "interval": "5 - 95 %",
        "without": "with-\nout",
        "chance": "chance\n%",
        "luck": "luck\n%",
        "noise": "noise",
    }
    headings = {"id": "id", "indicator": "indicator", "for": "for", "year": "year", **right, "verdict": "verdict"}
    shown = [name for name in headings if name not in out]
    table = Table(**PLAIN)
    for name in shown:
        table.add_column(headings[name], justify="right" if name in right else "left", no_wrap=True)
    for row in records(due):
        identifier, indicator, level = _names(row)
        cells: dict[str, str | Text] = {
            "id": identifier,
            "indicator": indicator,
            "for": level,
            "year": str(int(row["year"])),
            "goal": row["comparator"] + figure(row["target"]),
            "policy": figure(row["mean"]),
            "interval": _interval(row),
            "without": figure(row["mean_counterfactual"]),
            "chance": _against(percent(row["probability"]), percent(row["probability_counterfactual"])),
            "luck": percent(row["luck_share"]),
            "noise": figure(row["noise_sd"]) + ("*" if row["informative"] is True else " "),
            "verdict": _verdict(row["status"], str(row["reason"]), short="stated" in out),
        }
        table.add_row(*(cells[name] for name in shown))
    return table


def _verdict(status: str, reason: str, short: bool) -> Text:
    """The status in its colour; what is met because it was decreed or given is not to catch the eye."""
    stated = next((words.strip(": ") for words in (DECREED, GIVEN) if reason.startswith(words)), "")
    words = ", ".join(filter(None, (status, stated)))
    if short:
        words = stated if stated and status != "missed" else status
    return Text(words, style="dim" if stated and status == "met" else VERDICTS.get(status, ""))


def _expected(due: pd.DataFrame) -> list[str]:
    """For each goal that every school should reach, how many schools are expected to."""
    each = due[due["expected_schools"].notna()]
    lines = []
    for identifier, rows in each.groupby(each["id"].str.split("/").str[0], sort=False):
        counts = ", ".join(f"{figure(row['expected_schools'])} in {int(row['year'])}" for row in records(rows))
        lines.append(f"{identifier}: schools expected to reach the goal with the policy: {counts}")
    return lines


def _by_years(scored: pd.DataFrame) -> Iterable[Table]:
    """Each scored measure over the years: all years, then the last ones, then the last alone."""
    years = sorted(scored["year"].astype(int).unique())
    return (_by_year(scored, years[first:]) for first in range(len(years)))


def _by_year(scored: pd.DataFrame, years: list[int]) -> Table:
    table = _table("id", "indicator", "for")
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)
    cells: dict[tuple[str, str, str], dict[int, str]] = {}
    for row in records(scored):
        of_target = cells.setdefault(_names(row), {})
        of_target[int(row["year"])] = _against(figure(row["mean"]), figure(row["mean_counterfactual"]))
    for names, by_year in cells.items():
        table.add_row(*names, *(by_year.get(year, "") for year in years))
    return table


def _effects(headline: pd.DataFrame, out: Iterable[str]) -> Table:
    headings = {"mean": "mean", "interval": "5 - 95 %", "se": "standard error"}
    shown = [name for name in headings if name not in out]
    table = _table("indicator", "level")
    for name in shown:
        table.add_column(headings[name], justify="right", no_wrap=True)
    for row in sorted(records(headline), key=lambda row: HEADLINES.index(row["indicator"])):
        cells = {"mean": figure(row["mean"]), "interval": _interval(row), "se": figure(row["se"])}
        table.add_row(row["indicator"], row["level"], *(cells[name] for name in shown))
    return table


def _channels(last: pd.DataFrame, shown: tuple[str, ...]) -> Table:
    """A row for each part, and of each level its mean and standard error."""
    levels = list(last["level"].unique())
    headings = {"mean": "", "se": " s.e."}
    table = _table("part")
    for level in levels:
        for name in shown:
            table.add_column(f"{level}{headings[name]}", justify="right", no_wrap=True)
    for part, rows in last.groupby("part", sort=False):
        of = {row["level"]: row for row in records(rows)}
        table.add_row(str(part), *(figure(of[level][name]) for level in levels for name in shown))
    return table


def _costs(table: pd.DataFrame) -> Iterable[str]:
    """What the policy costs beyond the counterfactual, and for each SD of score gap closed."""
    rows = records(table[table["indicator"] == "score_gap"])
    if not rows:
        return
    spent = "; ".join(
        f"{row['level']} {figure(row['extra_yuan'] / 1e6)} million yuan, "
        f"or {figure(row['yuan_per_student_year'])} a student and year"
        for row in rows
    )
    yield f"Extra cost of the policy: {spent}"
    closed = "; ".join(f"{row['level']} {row['note'] or _millions(row)}" for row in rows)
    yield f"Cost per SD of score gap closed by {rows[0]['year']}: {closed}"


def _dear(indicators: pd.DataFrame) -> Iterable[str]:
    """A warning where the levers cost more in a year than the district has for education, with the dearest year."""
    dear = dearer_than_public_budget(indicators)
    if len(dear):
        years = ", ".join(str(year) for year in dear.index)
        cost, budget = (figure(value / 1e6) for value in dear.sort_values(MONEY[0]).iloc[-1])
        yield (
            f"In {years} the levers cost more than the district's whole public budget for education, at most {cost} "
            f"million yuan of {budget} million; policy.budget=YUAN refuses such a plan"
        )


def _millions(row: Mapping[str, Any]) -> str:
    """A ratio with its 95 % limits."""
    ratio, low, high = (figure(float(row[name]) / 1e6) for name in ("yuan_per_unit", "low", "high"))
    return f"{ratio} million yuan (95 %: {low}..{high})"


def print_fitting(console: Console, tables: Iterable[Table]) -> int:
    """Print the first table that fits, or the last as wide as it is; gives which."""
    unbounded = console.options.update(max_width=10_000)
    for number, table in enumerate(tables):  # noqa: B007
        table.width = Measurement.get(console, unbounded, table).maximum
        if table.width <= console.width:
            break
    console.print(table, crop=False)
    return number


PLAIN: dict[str, Any] = {"box": None, "padding": (0, 1, 0, 0), "pad_edge": False, "header_style": "dim"}
"""A table without lines: their characters are twice as wide in some Chinese terminals."""


def _table(*texts: str) -> Table:
    table = Table(**PLAIN)
    for name in texts:
        table.add_column(name, no_wrap=True)
    return table


def _names(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Id without its year, indicator and level."""
    identifier, *ending = row["id"].split("/")
    return identifier, row["indicator"] + (" mean" if "mean" in ending else ""), LEVELS[row["level"]]


def _interval(row: Mapping[str, Any]) -> str:
    return f"{figure(row['p05'])}..{figure(row['p95'])}"


def _against(policy: str, counterfactual: str) -> str:
    return f"{policy}/{counterfactual}" if counterfactual else policy


def _say(console: Console, text: str, style: str = "", before: int = 0) -> None:
    console.print("\n" * before + text, style=style)
