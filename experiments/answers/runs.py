"""How a question runs its cells: as sweeps in the store, where the same cells are found again and nothing is lost."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.answers.question import Question
from experiments.failure import Failure
from experiments.provenance import code_hash
from experiments.sweep.axes import NAMES
from experiments.sweep.cells import frozen
from experiments.sweep.command import conduct
from experiments.sweep.designs import DesignSettings
from experiments.sweep.plan import Plan
from experiments.sweep.resolving import Resolver, fingerprint
from experiments.sweep.settings import SweepSettings
from sim.analysis.outcomes import Outcome, check_outcomes, outcome_columns
from sim.indicators.catalogue import DISTRICT, SCHOOL
from sim.scoring import kept
from sim.sweep import COUNTERFACTUAL, POLICY, Sweep, open_sweep
from sim.targets import Targets


class Runs:
    """A `sim.analysis.factors.Simulate`: each batch of cells is a sweep in the question's store.

    Attributes
    ----------
    folders : list of Path
        Of the sweeps, in the order in which they were asked for.
    """

    def __init__(self, question: Question, command: str) -> None:
        self._question, self._command = question, command
        self._resolver = Resolver(question.config_dirs)
        self.folders: list[Path] = []

    def meaning(self, cells: Sequence[dict[str, Any]] = ({},)) -> list[str]:
        """What the files that these cells name say now, as hashes: one for each way in which they name them.

        Raises
        ------
        UserError
            What cannot be run, or an outcome that such a run does not have.
        """
        question = self._question
        whole = [{**question.fixed, "run.seed": question.seed, **cell} for cell in cells]
        found = []
        for cell in {repr([cell[name] for name in NAMES]): cell for cell in reversed(whole)}.values():
            scenario = self._resolver.cell(cell).scenario
            check_outcomes(question.outcomes, scenario)
            found.append(fingerprint(scenario.resolved))
        return sorted(found)

    def __call__(self, settings: pd.DataFrame, replicates: int, seed: int) -> pd.DataFrame:
        """Outcomes of the cells, by `cell` and `replicate`."""
        varied = [{str(key): _plain(value) for key, value in row.items()} for row in settings.to_dict("records")]
        cells = [{**self._question.fixed, "run.seed": seed, **row} for row in varied]
        distinct = list({frozen(cell): cell for cell in cells}.values())
        sweep = self._done(distinct, replicates, _scopes(self._question.outcomes))
        found = dict(list(self._outcomes(sweep, distinct, replicates).groupby("cell")))
        number = {frozen(cell): at for at, cell in enumerate(distinct)}
        parts = [found[number[frozen(cell)]].assign(cell=at) for at, cell in enumerate(cells)]
        return pd.concat(parts, ignore_index=True)

    def worlds(self, settings: list[dict[str, Any]], scopes: tuple[str, ...]) -> list[pd.DataFrame]:
        """Indicators under the policy of each of these cells."""
        if not settings:
            return []
        question = self._question
        cells = [{**question.fixed, "run.seed": question.seed, **row} for row in settings]
        sweep = self._done(cells, question.replicates, scopes)
        rows = sweep.read()
        rows = rows[(rows["scenario"] == POLICY) & (rows["replicate"] < question.replicates)]
        of_cell = dict(list(rows.groupby("cell")))
        return [of_cell[at] for at in _places(sweep, cells)]

    def _done(self, cells: list[dict[str, Any]], replicates: int, scopes: tuple[str, ...]) -> Sweep:
        """The sweep of these cells, each another, finished."""
        question = self._question
        place = question.store / fingerprint([sorted(map(frozen, cells)), self.meaning(cells), scopes, code_hash()])
        asked = SweepSettings(
            question.fixed, (), DesignSettings(), replicates, scopes, question.engine, None, False, question.config_dirs
        )
        about = {"command": self._command, "fixed": question.fixed, "axes": [], "design": {"name": "list"}}
        conduct(place, cells, self._resolver, asked, about)
        self.folders.append(place)
        sweep = open_sweep(place)
        if len(failed := sweep.failed):
            raise Failure(
                f"{failed['run'].nunique()} runs failed ({failed['reason'].iloc[0]}); zonesim sweep {place} --failed "
                f"shows them, zonesim sweep {place} retry=true runs them again"
            )
        return sweep

    def _outcomes(self, sweep: Sweep, cells: list[dict[str, Any]], replicates: int) -> pd.DataFrame:
        """`cell`, `replicate` and the outcomes of these cells, numbered as they stand."""
        asked = self._question.outcomes
        promised = any(one.target for one in asked)
        rows = sweep.read(None if promised else list(dict.fromkeys(one.indicator for one in asked)))
        rows = rows[rows["replicate"] < replicates]
        number = dict(zip(_places(sweep, cells), range(len(cells)), strict=True))
        worlds = sweep.cells.loc[sweep.cells["cell"].isin(list(number)), ["cell", "world"]]
        # Of a counterfactual, which the cells of a world share, each has a copy.
        shared = rows[rows["scenario"] == COUNTERFACTUAL].drop(columns="cell").merge(worlds, on="world")
        both = pd.concat([rows[rows["cell"].isin(list(number))], shared], ignore_index=True)
        both["cell"] = both["cell"].map(number)
        return outcome_columns(both, self._question.texts, self._promises(both, cells) if promised else None)

    def _promises(self, rows: pd.DataFrame, cells: list[dict[str, Any]]) -> pd.DataFrame:
        """Which promises each replicate of each cell keeps."""
        tables = []
        for cell, own in rows.groupby("cell"):
            scenario = self._resolver.cell(cells[int(str(cell))]).scenario
            plan = Targets.parse(scenario.targets, "targets")
            tables.append(kept(plan, own, scenario.resolved).assign(cell=cell))
        return pd.concat(tables, ignore_index=True)


def _scopes(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Whose indicators the outcomes need: promises of each school need those of schools."""
    return (DISTRICT, SCHOOL) if any(one.target for one in outcomes) else (DISTRICT,)


def _places(sweep: Sweep, cells: list[dict[str, Any]]) -> list[int]:
    """Numbers of these cells in the sweep."""
    plan = Plan.read(sweep.folder)
    assert plan is not None
    order = {text: at for at, text in enumerate(plan.cells["settings"])}
    return [order[frozen(cell)] for cell in cells]


def _plain(value: Any) -> Any:
    """A number of Python's own, as it would be typed."""
    return value.item() if isinstance(value, np.generic) else value
