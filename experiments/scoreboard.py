"""The scoreboard of a finished run, in the terminal: what its files say, in the columns there are.

A narrow terminal gets fewer columns and years, never a cell that is cut or takes two lines.
Every figure is read from the run's own files, so that the two cannot disagree.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.cells import set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.terminal import PLAIN, VERDICTS, print_fitting
from sim.analysis.channels import channels_table
from sim.analysis.cost_effect import MONEY, dearer_than_public_budget
from sim.analysis.paired import KEYS
from sim.indicators.catalogue import GAP
from sim.report import filled
from sim.report.figures import MILLION, figure, percent, records
from sim.report.findings import NOTES, judged, stated_by
from sim.report.words import LANGUAGES, Words

HEADLINES = ("cv_backbone", "backbone_cover", "teacher_skill_gap", "score_gap", "score_mean")
TEXTS = ("id", "indicator", "for", "year")
NUMBERS = ("goal", "policy", "interval", "without", "chance", "luck", "noise")
"""Columns of the verdicts, but the last."""


def show(folder: Path, console: Console, language: str = LANGUAGES[0]) -> None:
    """Print the scoreboard of the run in a folder."""
    words = Words(language)
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    targets, effects = (pd.read_csv(folder / name) for name in ("targets.csv", "effects.csv"))
    due = judged(targets)
    console.print()
    _say(console, _title(record, words), style="bold")
    _say(console, _place(record["resolved"]["district"], words))
    if len(due):
        _say(console, words("scoreboard.targets"), style="bold", before=1)
        out = _OUT[print_fitting(console, (_verdicts(due, out, words) for out in _OUT))]
        for line in _expected(due, words):
            _say(console, line)
        for name in LEGEND:
            if name not in out:
                for line in _legend(name, console, words):
                    _say(console, line)
        _say(console, words("scoreboard.by_year"), style="bold", before=1)
        print_fitting(console, _by_years(targets[targets["mean"].notna()], words))
    for line in _left_out(targets, words):
        _say(console, line, before=1)
    if len(effects):
        last = effects["year"].max()
        headline = effects[(effects["year"] == last) & effects["indicator"].isin(HEADLINES)]
        _say(console, words("scoreboard.effects", year=last), style="bold", before=1)
        print_fitting(console, (_effects(headline, out, words) for out in ((), ("se",), ("se", "interval"))))
    if "channels.csv" in record["files"]:
        _show_channels(folder, effects, console, words)
    for line in _costs(pd.read_csv(folder / "cost_effect.csv", keep_default_na=False), words):
        _say(console, line, before=1)
    for line in _dear(pd.read_parquet(folder / "indicators.parquet", columns=[*KEYS, *MONEY]), words):
        _say(console, line, before=1)
    _say(console, _origin(record["given"], words), before=1)


def _show_channels(folder: Path, effects: pd.DataFrame, console: Console, words: Words) -> None:
    """What the change of the score gap in the last year is made of."""
    table = channels_table(pd.read_parquet(folder / "channels.parquet"), effects)
    last = table[table["year"] == table["year"].max()]
    heading = words("scoreboard.channels", gap=_called("indicator", GAP, words), year=table["year"].max())
    _say(console, heading, style="bold", before=1)
    print_fitting(console, (_channels(last, shown, words) for shown in (("mean", "se"), ("mean",))))
    _say(console, words("scoreboard.channels_note"))


LEGEND = ("for", "goal", "chance", "luck", "noise", "verdict")
"""Columns of the verdicts that are explained below them."""
INDENT = 9
"""Columns of the terminal before an explanation."""

_LEAST = ("stated", "noise", "luck", "without", "interval", "for")
_OUT = [_LEAST[:count] for count in range(len(_LEAST) + 1)]
"""What a narrow terminal leaves out of the verdicts: ever more, what matters least first."""


def _title(record: dict[str, Any], words: Words) -> str:
    names = record if words.language == LANGUAGES[0] else record["titles"]
    count = record["replicates"]
    return words(
        "scoreboard.title",
        **{name: names[name] for name in ("district", "policy", "counterfactual")},
        first=record["baseline_year"],
        last=record["horizon"],
        replicates=words("scoreboard.replicate" if count == 1 else "scoreboard.replicates", count=count),
        seed=record["seed"],
    )


def _place(district: Mapping[str, Any], words: Words) -> str:
    """What the run's district consists of."""
    zones = district["zones"]
    levels = [zone["level"] for zone in zones for _ in zone["schools"]]
    levels += [school["level"] for school in district.get("outside", ())]
    return words(
        "scoreboard.place",
        zones=len(zones),
        schools=len(levels),
        primary=levels.count(0),
        junior=levels.count(1),
        students=f"{district['students']:,.0f}",
        source=district["sources"]["students"],
    )


def _left_out(targets: pd.DataFrame, words: Words) -> Iterable[str]:
    """How many rows of the plan are not scored."""
    simulated, target = ((targets["status"] == status).sum() for status in ("not simulated", "not a target"))
    if simulated or target:
        yield words("scoreboard.left_out", simulated=simulated, target=target)


def _origin(given: Iterable[str], words: Words) -> str:
    """Where the district comes from: its own tables, and synthesis of what they do not give."""
    own = words("and_then").join(filled.said(line, words) for line in given)
    return words("scoreboard.own_tables", given=own) if own else words("scoreboard.synthesised")


def _legend(name: str, console: Console, words: Words) -> Iterable[str]:
    """What a column of the verdicts means; a Chinese character is two wide, which rich knows."""
    meaning = Text(words(f"legend.{name}")).wrap(console, console.width - INDENT)
    heads = [words(f"column.{name}").splitlines()[0], *[""] * len(meaning)]
    for head, line in zip(heads, meaning, strict=False):
        yield set_cell_size(head, INDENT) + line.plain.rstrip()


def _verdicts(due: pd.DataFrame, out: Iterable[str], words: Words) -> Table:
    """The scored rows, without the columns that are left out; without `stated` a verdict is one word."""
    shown = [name for name in (*TEXTS, *NUMBERS, "verdict") if name not in out]
    table = Table(**PLAIN)
    for name in shown:
        table.add_column(words(f"column.{name}"), justify="right" if name in NUMBERS else "left", no_wrap=True)
    for row in records(due):
        identifier, indicator, level = _names(row, words)
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
            "verdict": _verdict(row["status"], row["reason"], "stated" in out, words),
        }
        table.add_row(*(cells[name] for name in shown))
    return table


def _verdict(status: str, reason: object, short: bool, words: Words) -> Text:
    """The status in its colour; what is met because it was decreed or given is not to catch the eye."""
    stated = stated_by(reason)
    said = words(f"status.{status}")
    if stated and short:
        said = said if status == "missed" else words(f"stated.{stated}")
    elif stated:
        said = words("stated.by_itself", status=said, stated=words(f"stated.{stated}"))
    return Text(said, style="dim" if stated and status == "met" else VERDICTS.get(status, ""))


def _expected(due: pd.DataFrame, words: Words) -> list[str]:
    """For each goal that every school should reach, how many schools are expected to."""
    each = due[due["expected_schools"].notna()]
    lines = []
    for identifier, rows in each.groupby(each["id"].str.split("/").str[0], sort=False):
        counts = ", ".join(
            words("scoreboard.in_year", count=figure(row["expected_schools"]), year=int(row["year"]))
            for row in records(rows)
        )
        lines.append(words("scoreboard.expected", id=identifier, counts=counts))
    return lines


def _by_years(scored: pd.DataFrame, words: Words) -> Iterable[Table]:
    """Each scored measure over the years: all years, then the last ones, then the last alone."""
    years = sorted(scored["year"].astype(int).unique())
    return (_by_year(scored, years[first:], words) for first in range(len(years)))


def _by_year(scored: pd.DataFrame, years: list[int], words: Words) -> Table:
    table = _table(*(words(f"column.{name}") for name in ("id", "indicator", "for")))
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)
    cells: dict[tuple[str, str, str], dict[int, str]] = {}
    for row in records(scored):
        of_target = cells.setdefault(_names(row, words), {})
        of_target[int(row["year"])] = _against(figure(row["mean"]), figure(row["mean_counterfactual"]))
    for names, by_year in cells.items():
        table.add_row(*names, *(by_year.get(year, "") for year in years))
    return table


def _effects(headline: pd.DataFrame, out: Iterable[str], words: Words) -> Table:
    shown = [name for name in ("mean", "interval", "se") if name not in out]
    table = _table(words("column.indicator"), words("column.level"))
    for name in shown:
        table.add_column(words(f"column.{name}"), justify="right", no_wrap=True)
    for row in sorted(records(headline), key=lambda row: HEADLINES.index(row["indicator"])):
        cells = {"mean": figure(row["mean"]), "interval": _interval(row), "se": figure(row["se"])}
        names = (_called(group, row[group], words) for group in ("indicator", "level"))
        table.add_row(*names, *(cells[name] for name in shown))
    return table


def _channels(last: pd.DataFrame, shown: tuple[str, ...], words: Words) -> Table:
    """A row for each part, and of each level its mean and standard error."""
    levels = list(last["level"].unique())
    table = _table(words("column.part"))
    for level in levels:
        for name in shown:
            heading = words(f"column.of_{name}", level=_called("level", level, words))
            table.add_column(heading, justify="right", no_wrap=True)
    for part, rows in last.groupby("part", sort=False):
        of = {row["level"]: row for row in records(rows)}
        figures = (figure(of[level][name]) for level in levels for name in shown)
        table.add_row(_called("channel", str(part), words), *figures)
    return table


def _costs(table: pd.DataFrame, words: Words) -> Iterable[str]:
    """What the policy costs beyond the counterfactual, and for each SD of score gap closed."""
    rows = records(table[table["indicator"] == GAP])
    if not rows:
        return
    spent, closed = [], []
    for row in rows:
        level = _called("level", row["level"], words)
        money, each = _million(row["extra_yuan"], words), figure(row["yuan_per_student_year"])
        spent.append(words("scoreboard.spent", level=level, money=money, each=each))
        closed.append(words("scoreboard.closed", level=level, ratio=_ratio(row, words)))
    between = words("and_then")
    yield words("scoreboard.costs", levels=between.join(spent))
    yield words("scoreboard.cost_per_sd", year=rows[0]["year"], levels=between.join(closed))


def _ratio(row: Mapping[str, Any], words: Words) -> str:
    """Cost per SD with its 95 % limits, or why there is none."""
    if row["note"]:
        return words(NOTES[row["note"]])
    low, high = (figure(float(row[name]) / MILLION) for name in ("low", "high"))
    return words("scoreboard.ratio", money=_million(float(row["yuan_per_unit"]), words), low=low, high=high)


def _dear(indicators: pd.DataFrame, words: Words) -> Iterable[str]:
    """A warning where the levers cost more in a year than the district has for education, with the dearest year."""
    dear = dearer_than_public_budget(indicators)
    if len(dear):
        years = ", ".join(str(year) for year in dear.index)
        cost, budget = (figure(value / MILLION) for value in dear.sort_values(MONEY[0]).iloc[-1])
        yield words("scoreboard.dear", years=years, cost=cost, budget=budget)


def _million(yuan: float, words: Words) -> str:
    """An amount in millions."""
    return words("scoreboard.million", million=figure(yuan / MILLION))


def _table(*texts: str) -> Table:
    table = Table(**PLAIN)
    for name in texts:
        table.add_column(name, no_wrap=True)
    return table


def _names(row: Mapping[str, Any], words: Words) -> tuple[str, str, str]:
    """Id without its year, indicator and level."""
    identifier, *ending = row["id"].split("/")
    indicator = _called("indicator", row["indicator"], words)
    if "mean" in ending:
        indicator = words("scoreboard.mean_of", indicator=indicator)
    return identifier, indicator, words(f"short.{row['level']}")


def _called(group: str, name: str, words: Words) -> str:
    """In English as in the tables of the run, to be looked up there; else by its name."""
    return name if words.language == LANGUAGES[0] else words.label(group, name)


def _interval(row: Mapping[str, Any]) -> str:
    return f"{figure(row['p05'])}..{figure(row['p95'])}"


def _against(policy: str, counterfactual: str) -> str:
    return f"{policy}/{counterfactual}" if counterfactual else policy


def _say(console: Console, text: str, style: str = "", before: int = 0) -> None:
    console.print("\n" * before + text, style=style)
