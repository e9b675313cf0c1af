"""report.html of a sweep: what its cells change, told apart by what is varied, in one page and both languages."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from sim.analysis.cost_effect import MONEY
from sim.report import frame, names, sweep_findings
from sim.report.figures import MILLION, records
from sim.report.pictures import Drawing, along, grid
from sim.report.words import Both, Said, check_language
from sim.sweep import POLICY, Sweep

SECTIONS = ("answer", "pictures", "cells", "failed", "assumed", "shaky", "provenance")
MOST_CELLS = 400
"""Cells in the table, the first: a page of ten thousand could not be opened."""
MOST_AXES = 3
"""Settings of many that have pictures, those that go most with the first indicator."""
MOST_NAMES = 12
"""Values of a setting that is no number, at most, where it has pictures."""
MOST_REASONS = 50
NAMED = 4
"""Settings that are named in the title."""
HORIZON = "run.horizon"


def write(sweep: Sweep, indicators: Sequence[str], language: str = "en") -> str:
    """The page of a sweep, finished or not.

    Parameters
    ----------
    indicators : sequence of str
        Whose change by the policy is shown, in the last year.
    language : str
        In which it opens; the other one is a click away.
    """
    check_language(language)
    words = Both()
    return frame.page("sweep.html.j2", words, language, _Content(sweep, list(indicators), words).parts())


class _Content:
    """What the template is filled with."""

    def __init__(self, sweep: Sweep, indicators: list[str], words: Both) -> None:
        self.sweep, self.indicators, self.words = sweep, indicators, words
        self.varied = sweep_findings.varied(sweep)
        self.effects = _last(sweep, indicators)
        self.year = int(self.effects["year"].max()) if len(self.effects) else sweep.manifest["resolved"]["horizon"]
        self.runs = sweep.runs.drop_duplicates("run")

    def parts(self) -> dict[str, Any]:
        """By the names that the template uses."""
        words, manifest = self.words, self.sweep.manifest
        return {
            "record": manifest,
            "sections": SECTIONS,
            "title": self._title(),
            "ran": sweep_findings.size(self.sweep, self.runs, self.year, words),
            "answer": sweep_findings.sentences(self.effects, self.runs, self.varied, words),
            "year": self.year,
            "varied": [names.setting(key, words) for key in self.varied],
            "keys": self.varied,
            "measures": [self._measure(name) for name in self.indicators],
            "rows": self._rows(),
            "left_out": max(0, len(self.sweep.cells) - MOST_CELLS),
            "pictures": self._pictures(),
            "reasons": self._reasons(),
            "facts": frame.facts(manifest, ("code", "planned", "replicates"), words),
            "tables": words("sweep.tables"),
        } | frame.assumed(manifest, words)

    def _title(self) -> Said:
        district = self.sweep.manifest["resolved"]["district"]
        several = self.sweep.cells["district"].nunique()
        one = district.get("title") or district["name"]
        place = self.words("sweep.districts", count=several) if several > 1 else one
        if not self.varied:
            return self.words("sweep.title_alone", district=place, count=len(self.sweep.cells))
        over = self.words.listed(self._named(key) for key in self.varied[:NAMED])
        return self.words("sweep.title", district=place, count=len(self.sweep.cells), over=over)

    def _named(self, key: str) -> Said:
        return self.words("sweep.axis", name=names.setting(key, self.words))

    def _measure(self, name: str) -> dict[str, Any]:
        unit, scale = names.unit_of(name, self.words)
        return {"name": self.words(f"indicator.{name}"), "unit": unit, "id": name, "scale": scale}

    def _rows(self) -> list[dict[str, Any]]:
        """A row for each cell and level, with what is varied, the changes, and the cost over all years."""
        shown = self.sweep.cells["cell"].iloc[:MOST_CELLS]
        effects = self.effects[self.effects["cell"].isin(shown)]
        costs = self._costs()
        rows: dict[tuple[int, str], dict[str, Any]] = {}
        for row in records(effects):
            key = (row["cell"], row["level"])
            told = rows.setdefault(key, {"cell": row["cell"], "level": row["level"], "cost": costs.get(key)})
            told.setdefault("values", [along.plain(row[axis]) for axis in self.varied])
            told[row["indicator"]] = row
        return list(rows.values())

    def _costs(self) -> dict[Any, float]:
        """Million yuan beyond the counterfactual over all years, by cell and level, mean over replicates."""
        yearly = self.sweep.effects([MONEY[0]])
        found: dict[Any, float] = (yearly.groupby(["cell", "level"])["mean"].sum() / MILLION).to_dict()
        return found

    def _pictures(self) -> list[frame.Inline]:
        found = []
        for (name, level), rows in self.effects.groupby(["indicator", "level"], sort=False):
            rows = rows.reset_index(drop=True)
            for number, (picture, settings) in enumerate(self._drawn(rows)):
                reading = "reading.grid" if picture is grid else "reading.along"
                if None in settings:
                    reading = "reading.cells"
                drawing = Drawing(f"{name}-{level}-{number}", picture, (rows, *settings), reading)
                found.append(frame.inline(drawing, self.words))
        return found

    def _drawn(self, rows: pd.DataFrame) -> list[tuple[Any, tuple[str | None, ...]]]:
        """The pictures that show best how one figure goes with what is varied; none of names that are too many."""
        few_names = {key for key in self.varied if is_numeric_dtype(rows[key]) or rows[key].nunique() <= MOST_NAMES}
        axes = [key for key in self.varied if key in few_names]
        if len(rows) < 2 or not axes:
            return []
        single = len(rows) <= along.MOST_POINTS and not rows.duplicated(axes).any()
        if single and len(axes) == 1:
            return [(along, (axes[0], ""))]
        if single and len(axes) == 2:
            few, many = sorted(axes, key=lambda key: rows[key].nunique())
            if rows[few].nunique() <= along.MOST_LINES:
                return [(along, (many, few))]
            if rows[few].nunique() * rows[many].nunique() == len(rows):
                return [(grid, (many, few))]
        means = rows["mean"]
        strongest = sorted(axes, key=lambda key: -sweep_findings.goes_with(rows.loc[:, key], means))
        return [(along, (key, None)) for key in strongest[:MOST_AXES]]

    def _reasons(self) -> list[dict[str, Any]]:
        """Why runs failed, how many for each reason, and one of them."""
        failed = self.sweep.failed
        first_of_world = self.sweep.cells.groupby("world")["cell"].first()
        found = []
        for reason, rows in list(failed.groupby("reason", sort=False))[:MOST_REASONS]:
            one = rows.iloc[0]
            alone = one["scenario"] == POLICY
            cell = int(one["cell"] if alone else first_of_world[one["world"]])
            arm = self.words("arm.policy" if alone else "arm.counterfactual")
            told = {"reason": reason, "count": rows["run"].nunique(), "cell": cell, "arm": arm}
            found.append(told | {"replicate": one["replicate"], "seed": one["seed"]})
        return found


def _last(sweep: Sweep, indicators: list[str]) -> pd.DataFrame:
    """Changes by the policy in the last year of each cell."""
    if HORIZON not in sweep.axes:
        return sweep.effects(indicators, int(sweep.manifest["resolved"]["horizon"]))
    effects = sweep.effects(indicators)
    return effects[effects["year"] == effects[HORIZON]].reset_index(drop=True)
