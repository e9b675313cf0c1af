"""What a national assessment would find in the last year of a finished run, in the terminal."""

import textwrap

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.terminal import LEVELS, PLAIN, VERDICTS
from sim.inspection import OfficialStandard
from sim.report.figures import figure
from sim.result import Result
from sim.run_inspection import inspect_run


def show(standard: OfficialStandard, result: Result, console: Console) -> None:
    """Print what is asked and known, the schools that fail most often, and what is not simulated."""
    year = int(result.indicators["year"].max())
    questions, schools = inspect_run(standard, result.indicators, result.scenario.resolved, year)
    console.print(f"\n{standard.title} ({standard.name}), {year}", style="bold")
    console.print(_asked(questions[questions["status"] != "not simulated"]), crop=False)
    if "passed" in schools:
        console.print(_failing(schools, console.width))
    missing = questions[questions["status"] == "not simulated"]
    if len(missing):
        console.print(f"\n{len(missing)} not simulated", style="bold")
    for row in missing.to_dict("records"):
        why = str(row["reason"]).removeprefix("not simulated: ")
        console.print(f"{row['part']} {row['id']} {row['title']} ({LEVELS[row['level']]}): {why}")


def _asked(questions: pd.DataFrame) -> Table:
    """A row a question and level; what is shown and not judged has no limit and no verdict."""
    table = Table(**PLAIN)
    for name in ("part", "no.", "indicator", "for", "limit", "policy", "without", "chance %", "verdict"):
        table.add_column(name, no_wrap=True)
    for row in questions.to_dict("records"):
        limit = "" if pd.isna(row["limit"]) else f"{row['comparator']}{figure(row['limit'])}"
        chances = [row["probability"], row.get("probability_counterfactual", float("nan"))]
        table.add_row(
            row["part"],
            row["id"],
            row["title"],
            LEVELS[row["level"]],
            limit,
            figure(row["value"]),
            figure(row.get("value_counterfactual", float("nan"))),
            "/".join(f"{100 * chance:.0f}" for chance in chances if not pd.isna(chance)),
            Text(row["status"], style=VERDICTS.get(row["status"], "")),
        )
    return table


def _failing(schools: pd.DataFrame, width: int) -> str:
    """The schools that pass least often, each with the share of replicates in which it does."""
    worst = schools[schools["passed"] < 1].sort_values("passed", kind="stable").head(8)
    names = ", ".join(f"{row['school']} {100 * row['passed']:.0f} %" for row in worst.to_dict("records"))
    words = f"Schools that pass least often: {names}." if names else "All schools pass in every replicate."
    return textwrap.fill(words, width)
