"""What the reports of a run are filled with: its sentences, tables, costs and origin."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.agents.school import LEVELS
from sim.indicators.catalogue import INDICATORS
from sim.report import findings, frame
from sim.report.figures import figure, records
from sim.report.places import FEWEST, MOMENTS, school_figures, zone_figures
from sim.report.words import Both, Said
from sim.result import Result
from sim.targets import Target, Targets

RAN = {"first": "baseline_year", "last": "horizon", "replicates": "replicates", "seed": "seed"}
"""What is told of a run at its head, by the names in its record."""
MOST_ROWS = 500
"""Zones and schools in a table, those with most students: a page of ten thousand schools could not be opened."""
OF_ZONES = ("score_mean", "skill_mean", "backbone_per_100", "class_size_mean")
OF_SCHOOLS = ("score_mean", "skill_mean", "backbone_per_100", "class_size_mean", "moved_share")


class Content:
    """What a report is filled with, in the words of one language or both."""

    def __init__(self, result: Result, record: Mapping[str, Any], places: pd.DataFrame, words: Both) -> None:
        self.result, self.record, self.places, self.words = result, record, places, words
        self.resolved: Mapping[str, Any] = record["resolved"]
        self.targets, self.effects, self.costs = result.targets(), result.effects(), result.cost_per_sd()
        self.schools = school_figures(result.indicators, places)
        self.zones = zone_figures(result.indicators)
        self.due = findings.judged(self.targets)
        self.levels = [level for level in LEVELS if (result.indicators["level"] == level).any()]

    def parts(self) -> dict[str, Any]:
        """By the names that templates use."""
        result, words = self.result, self.words
        last = self.effects[self.effects["year"] == self.effects["year"].max()]
        largest = _largest(self.schools)
        return {
            "record": self.record,
            "fewest": FEWEST,
            "title": words("page.title", **self.record["titles"]),
            "ran": words("page.ran", **{name: self.record[key] for name, key in RAN.items()}),
            "answer": findings.sentences(self.targets, self.effects, self.costs, result.indicators, words),
            "targets": [self._target(row) for row in records(self.due)],
            "left_out": [self._left_out(row) for row in records(self.targets[self.targets["mean"].isna()])],
            "effects": [self._effect(row) for row in records(last)],
            "moments": MOMENTS,
            "of_zones": [name for name in OF_ZONES if name in result.indicators],
            "of_schools": [name for name in OF_SCHOOLS if name in result.indicators],
            "zones": records(_largest(self.zones)),
            "schools": records(largest),
            "schools_left_out": len(self.schools) - len(largest),
            "unit": self._unit,
            "level_costs": [
                {
                    "level": row["level"],
                    "money": findings.money(row["extra_yuan"], words),
                    "ratio": findings.ratio(row, words),
                }
                | {"each": figure(row["yuan_per_student_year"])}
                for row in records(self.costs[self.costs["indicator"] == "score_gap"])
            ],
            "lever_costs": self._lever_costs(),
            "facts": frame.facts(self.record, ("run", "code", "seed", "finished"), words),
            "tables": words("page.tables"),
        } | frame.assumed(self.record, words)

    def _unit(self, name: str) -> Said:
        return self.words(f"unit.{INDICATORS[name].unit}")

    def _target(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row of the scoreboard."""
        words, stated = self.words, findings.stated_by(row["reason"])
        verdict: Said = words(f"status.{row['status']}")
        if stated:
            verdict = words("stated.by_itself", status=verdict, stated=words(f"stated.{stated}"))
        identifier, *ending = str(row["id"]).split("/")
        measure: Said = words(f"indicator.{row['indicator']}")
        return row | {
            "name": identifier,
            "title": self.resolved["targets"]["targets"][identifier].get("title", ""),
            "measure": words("page.mean_of", measure=measure) if "mean" in ending else measure,
            "unit": words(f"unit.{self.scored()[identifier].unit}"),
            "verdict": verdict,
            "informative": row["informative"] is True,
        }

    def scored(self) -> dict[str, Target]:
        """Targets with a measure, by id."""
        rows = Targets.parse(self.resolved.get("targets") or {}).rows
        return {row.id: row for row in rows if isinstance(row, Target)}

    def _left_out(self, row: dict[str, Any]) -> dict[str, Any]:
        identifier = str(row["id"]).split("/")[0]
        told = self.resolved["targets"]["targets"][identifier]
        chinese = "；".join(filter(None, (told.get("reason_zh"), ", ".join(map(str, told.get("carried_by", []))))))
        reason = Said(row["reason"], chinese) if told.get("reason_zh") else self.words.label("reason", row["reason"])
        return row | {
            "title": told.get("title", ""),
            "verdict": self.words(f"status.{row['status']}"),
            "reason": reason,
        }

    def _effect(self, row: dict[str, Any]) -> dict[str, Any]:
        name = row["indicator"]
        return row | {"name": self.words(f"indicator.{name}"), "unit": self._unit(name)}

    def _lever_costs(self) -> dict[str, Any]:
        """Yuan by lever (rows) and year, with the policy."""
        costs = self.result.costs[self.result.costs["scenario"] == "policy"]
        table = costs.pivot_table(index="lever", columns="year", values="yuan", aggfunc="sum", sort=False)
        rows = [
            {"lever": self.words.label("lever", str(lever)), "yuan": list(values), "total": values.sum()}
            for lever, values in table.iterrows()
        ]
        return {"years": [int(year) for year in table.columns], "rows": rows}


def _largest(places: pd.DataFrame) -> pd.DataFrame:
    """The places of a table, in their order, or those with most students where they are too many."""
    return places.nlargest(MOST_ROWS, "students") if len(places) > MOST_ROWS else places
