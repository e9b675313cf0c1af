"""What the national inspectors would find in a run: an official standard asked of each replicate."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.paired import wilson
from sim.inspection import Inspection, OfficialStandard, inspect_schools
from sim.noise import Floats
from sim.scoring import LIKELY, UNLIKELY, stated_value
from sim.userinput import no_such

PER_STUDENTS = 100.0
"""Unit of the indicators that are named so: teachers or rooms for 100 students."""


def inspect_run(
    standard: OfficialStandard,
    indicators: pd.DataFrame,
    parameters: Mapping[str, Any],
    year: int | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask a standard of a run, with and without the policy.

    Parameters
    ----------
    indicators : DataFrame
        As `indicators.parquet`.
    parameters : mapping
        The run's settings, where what is decreed is looked up.
    year : int, optional
        By default the last.

    Returns
    -------
    questions : DataFrame
        `ROWS` with means over replicates (`value`, `value_counterfactual`), the `probability` of being met with and
        without the policy, and a `status` (met, missed, uncertain, not simulated; empty where nothing is asked). The
        last row is the whole: all that is asked and known.
    schools : DataFrame
        A row a school: means over the replicates under the policy, `passed` as a share of them.
    """
    year = int(indicators["year"].max()) if year is None else year
    at = indicators[(indicators["year"] == year) & indicators["scope"].isin(["school", "district"])]
    if at.empty:
        raise no_such(f"year={year}", "year of the run", str(year), map(str, indicators["year"].unique()))
    found: dict[str, pd.DataFrame] = {}
    by_school = pd.DataFrame()
    for arm, of_arm in at.groupby("scenario", observed=True):
        stated = _stated(standard, parameters, str(arm), year)
        inspections = [_of_replicate(standard, rows, stated) for _, rows in of_arm.groupby("replicate")]
        found[str(arm)] = _over_replicates(inspections)
        if arm == "policy":
            each = pd.concat([one.schools for one in inspections])
            each = each.astype({column: float for column in ("passed",) if column in each})
            by_school = each.groupby(["level", "school"], sort=False).mean(numeric_only=True).reset_index()
    questions = found["policy"]
    if "counterfactual" in found:
        other = found["counterfactual"].set_index(["part", "id", "level"])
        keys = pd.MultiIndex.from_frame(questions[["part", "id", "level"]])
        for column in ("value", "probability"):
            questions[f"{column}_counterfactual"] = other[column].reindex(keys).to_numpy()
    return questions, by_school


def _of_replicate(standard: OfficialStandard, rows: pd.DataFrame, stated: Mapping[str, float]) -> Inspection:
    """A standard asked of one replicate's rows of a year."""
    asked = [rule["district"] for _, _, rule in standard.rules if "district" in rule]
    schools = rows[rows["scope"] == "school"].rename(columns={"unit": "school"}).reset_index(drop=True)
    for key in standard.resources:
        for per, of in ((PER_STUDENTS, f"{key}_per_100"), (1.0, f"{key}_per_student")):
            if of in schools:
                schools[key] = schools[of] * schools["students"] / per
    district = rows[rows["scope"] == "district"]
    figures = district[asked].astype(float).to_numpy().tolist()
    by_level = {
        str(level): dict(zip(asked, of, strict=True)) for level, of in zip(district["level"], figures, strict=True)
    }
    return inspect_schools(standard, schools, by_level, stated)


def _over_replicates(inspections: Sequence[Inspection]) -> pd.DataFrame:
    """Means and probabilities, and a last row for the whole."""
    table = inspections[0].rows.drop(columns="met")
    values = np.array([one.rows["value"].tolist() for one in inspections], dtype=np.float64)
    met = np.array([one.rows["met"].astype(float).tolist() for one in inspections], dtype=np.float64)
    asked = ~np.isnan(met).all(axis=0)
    whole = {"part": "whole", "id": "all", "title": "all that is asked and known", "level": "both", "value": np.nan}
    table = pd.concat([table, pd.DataFrame([whole])], ignore_index=True)
    passed = np.array([float(one.passed) for one in inspections]) if asked.any() else np.full(len(met), np.nan)
    met = np.concatenate((met, passed[:, None]), axis=1)
    table["value"] = [*_means(values), np.nan]
    table["probability"] = _means(met)
    table["status"] = [_status(column) for column in met.T]
    unknown = table["reason"].astype(str).str.startswith("not simulated")
    table.loc[unknown, "status"] = "not simulated"
    return table


def _means(values: Floats) -> Floats:
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    means: Floats = np.divide(total, known.sum(axis=0), out=np.full(values.shape[1], np.nan), where=known.any(axis=0))
    return means


def _status(met: Floats) -> str:
    """As on the scoreboard, from 0, 1 or nan by replicate."""
    known = met[~np.isnan(met)]
    if len(known) == 0:
        return ""
    low, high = wilson(int(known.sum()), len(known))
    return "met" if low >= LIKELY else "missed" if high <= UNLIKELY else "uncertain"


def _stated(standard: OfficialStandard, parameters: Mapping[str, Any], arm: str, year: int) -> dict[str, float]:
    """What the policy of an arm decrees in a year, or else what the district states."""
    found = {}
    for setting in (rule["setting"] for _, _, rule in standard.rules if "setting" in rule):
        decreed = stated_value(setting, parameters.get(arm, {}), year)
        own = parameters.get("district", {}).get(setting.partition(".")[2])
        if (value := own if decreed is None else decreed) is not None:
            found[setting] = float(value)
    return found
