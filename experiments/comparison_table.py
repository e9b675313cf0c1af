"""The table of a finished experiment, in the terminal: what its comparison.csv says, in the columns there are."""

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from experiments.terminal import LEVELS, PLAIN, counted, print_fitting
from sim.report.figures import figure

BY_LEVEL = {
    "gap_closed:score_gap": "score gap\nclosed, SD",
    "gap_closed:teacher_skill_gap": "skill gap\nclosed, SD",
    "cv_backbone": "CV backbone",
    "cv_composite": "CV composite",
}
OF_DISTRICT = {"cost": "extra cost,\nmillion yuan", "targets_met": "own targets\nmet"}
LEGEND = (
    "Mean over replicates, and 5 - 95 % of them. Closed: how much smaller the gap between schools is in the last year "
    "than without the policy; the last rows are the gaps and CVs without any. Targets: how many of the policy's own "
    "plan are met (without the policy) of those that this district can keep and neither policy nor district states."
)


def show(folder: Path, console: Console) -> None:
    """Print the comparison of the experiment in a folder."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    table = pd.read_csv(folder / "comparison.csv")
    years = f"{record['baseline_year']}-{record['horizon']}"
    luck = f"{counted(record['replicates'], 'paired ')} of seed {record['seed']}"
    title = f"{record['title']}: {record['district']} against {record['counterfactual']}, {years}, {luck}"
    console.print(f"\n{title}\n", style="bold")
    print_fitting(console, (_table(table, record, between) for between in (" ", "\n")))
    console.print(f"\n{textwrap.fill(LEGEND, console.width)}")


def _table(comparison: pd.DataFrame, record: Mapping[str, Any], between: str) -> Table:
    """Two rows a policy, and two for the district without any; `between` a mean and its interval, a line if need be."""
    table = Table(**PLAIN)
    table.add_column("policy", no_wrap=True)
    table.add_column("for", no_wrap=True)
    for heading in (*BY_LEVEL.values(), *OF_DISTRICT.values()):
        table.add_column(heading, justify="right", no_wrap=True)
    rows = {(row["policy"], row["measure"], row["level"]): row for row in comparison.to_dict("records")}
    for policy in record["policies"]:
        for level in ("primary", "junior"):
            cells = [_cell(rows[policy, measure, level], between) for measure in BY_LEVEL]
            if level == "primary":
                cells += [_cell(rows.get((policy, measure, "both")), between) for measure in OF_DISTRICT]
            table.add_row(policy if level == "primary" else "", LEVELS[level], *cells)
    first = next(iter(record["policies"]))
    for level in ("primary", "junior"):
        without = [figure(rows[first, measure, level]["without"]) for measure in BY_LEVEL]
        table.add_row("without" if level == "primary" else "", LEVELS[level], *without)
    return table


def _cell(row: Mapping[Any, Any] | None, between: str) -> str:
    if row is None:
        return ""
    count = "" if pd.isna(row["of"]) else f" ({figure(row['without'])}) of {row['of']:.0f}"
    return f"{figure(row['mean'])}{count}{between}{figure(row['p05'])}..{figure(row['p95'])}"
