"""report.html: one page that holds all that a reader of a run needs, in both languages, without a network."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from sim.agents.school import LEVELS
from sim.indicators.catalogue import INDICATORS
from sim.report import findings, frame
from sim.report.figures import figure, records
from sim.report.frame import Picture
from sim.report.pictures import chances, cost, distribution, dumbbells, flows, school_map, trajectory, waterfall
from sim.report.places import FEWEST, MOMENTS, school_figures, zone_figures
from sim.report.words import Both, Said, check_language
from sim.result import Result
from sim.targets import Target, Targets

SECTIONS = ("answer", "scoreboard", "course", "schools", "costs", "left_out", "assumed", "shaky", "provenance")
RAN = {"first": "baseline_year", "last": "horizon", "replicates": "replicates", "seed": "seed"}
"""What is told of a run at its head, by the names in its record."""
HEADLINES = ("cv_backbone", "teacher_skill_gap", "score_gap", "score_mean")
"""Indicators whose course is drawn."""
MOST_ROWS = 500
"""Zones and schools in a table, those with most students: a page of ten thousand schools could not be opened."""
OF_ZONES = ("score_mean", "skill_mean", "backbone_per_100", "class_size_mean")
OF_SCHOOLS = ("score_mean", "skill_mean", "backbone_per_100", "class_size_mean", "moved_share")


def write(result: Result, record: Mapping[str, Any], places: pd.DataFrame, language: str = "en") -> str:
    """The page of a run.

    Parameters
    ----------
    result : Result
    record : mapping
        As `run.json`, with or without its checksums.
    places : DataFrame
        As `places.csv` (`sim.report.places.PLACE_COLUMNS`).
    language : str
        In which it opens; the other one is a click away.
    """
    check_language(language)
    words = Both()
    return frame.page("run.html.j2", words, language, _Content(result, record, places, words).parts())


def _largest(places: pd.DataFrame) -> pd.DataFrame:
    """The places of a table, in their order, or those with most students where they are too many."""
    return places.nlargest(MOST_ROWS, "students") if len(places) > MOST_ROWS else places


class _Content:
    """What the template is filled with."""

    def __init__(self, result: Result, record: Mapping[str, Any], places: pd.DataFrame, words: Both) -> None:
        self.result, self.record, self.places, self.words = result, record, places, words
        self.resolved: Mapping[str, Any] = record["resolved"]
        self.targets, self.effects, self.costs = result.targets(), result.effects(), result.cost_per_sd()
        self.schools = school_figures(result.indicators, places)
        self.zones = zone_figures(result.indicators)
        self.due = findings.judged(self.targets)
        self.levels = [level for level in LEVELS if (result.indicators["level"] == level).any()]

    def parts(self) -> dict[str, Any]:
        """By the names that the template uses."""
        result, words = self.result, self.words
        last = self.effects[self.effects["year"] == self.effects["year"].max()]
        largest = _largest(self.schools)
        return {
            "record": self.record,
            "fewest": FEWEST,
            "sections": SECTIONS,
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
            "pictures": self._pictures(),
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
        } | frame.assumed(self.resolved)

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
            "unit": words(f"unit.{self._scored()[identifier].unit}"),
            "verdict": verdict,
            "informative": row["informative"] is True,
        }

    def _scored(self) -> dict[str, Target]:
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

    def _pictures(self) -> dict[str, list[Picture]]:
        """Pictures by the place in the page where they stand."""
        by_place: dict[str, list[Picture]] = {
            "course": [],
            "promises": [],
            "chances": [],
            "channels": [],
            "schools": [],
            "costs": [],
        }
        result, words = self.result, self.words
        for name in HEADLINES:
            for level in self.levels:
                track = trajectory.of_indicator(result.indicators, name, level, words)
                if track.lines:
                    by_place["course"].append(self._track(f"course-{name}-{level}", track, "reading.course"))
        if len(self.due):
            axes = chances.draw(self.due, words)
            by_place["chances"].append(
                self._drawn("chances", axes, chances.alt_text(self.due, words), "reading.chances")
            )
        by_place["promises"] = self._promises()
        if result.parts is not None:
            table = result.channels()
            for level in self.levels:
                rows = table[(table["level"] == level) & (table["year"] == table["year"].max())]
                axes, alt = waterfall.draw(rows, words), waterfall.alt_text(rows, words)
                by_place["channels"].append(self._drawn(f"channels-{level}", axes, alt, "reading.channels"))
        for level in self.levels:
            by_place["schools"] += self._of_schools(level)
        points = self.costs[(self.costs["indicator"] == "score_gap") & self.costs["closed"].notna()]
        if len(points):
            points = points.assign(label=[words(f"level.{level}") for level in points["level"]])
            axes, alt = cost.draw(points, words), cost.alt_text(points, words)
            by_place["costs"].append(self._drawn("cost-gap", axes, alt, "reading.costs"))
        return by_place

    def _promises(self) -> list[Picture]:
        """The course of each target that neither the policy nor the district's table states itself."""
        found: list[Picture] = []
        scored = self.targets[self.targets["mean"].notna() & ~self.targets["id"].str.endswith("/mean")]
        base = scored["id"].str.split("/").str[0]
        for identifier, rows in scored.groupby(base, sort=False):
            if not rows["reason"].map(findings.stated_by).all():
                track = trajectory.of_target(rows, self._scored()[str(identifier)].unit, self.words)
                found.append(self._track(f"promise-{len(found)}", track, "reading.promise"))
        return found

    def _of_schools(self, level: str) -> list[Picture]:
        words, schools = self.words, self.schools[self.schools["level"] == level]
        if schools.empty:
            return []
        score, staff, table = "score_mean", "backbone_per_100", self.result.indicators
        drawn = {
            "dumbbells": (dumbbells.draw(schools, score, words), dumbbells.alt_text(schools, score, words)),
            "map": (school_map.draw(schools, staff, words), school_map.alt_text(schools, staff, words)),
            "distribution": (distribution.draw(table, level, words), distribution.alt_text(table, level, words)),
        }
        if flows.RECEIVED in table:
            moves = flows.gross(table, self.places, level)
            drawn["flows"] = (flows.draw(moves, level, words), flows.alt_text(moves, level, words))
        return [self._drawn(f"{name}-{level}", ax, alt, f"reading.{name}") for name, (ax, alt) in drawn.items()]

    def _track(self, name: str, track: trajectory.Track, reading: str) -> Picture:
        return self._drawn(name, trajectory.draw(track, self.words), trajectory.alt_text(track, self.words), reading)

    def _drawn(self, name: str, ax: Axes, alt: str, reading: str) -> Picture:
        return frame.drawn(name, ax, alt, reading, self.words)
