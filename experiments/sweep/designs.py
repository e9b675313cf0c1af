"""Designs: from the axes of a sweep to its cells."""

import csv
import io
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

from experiments.sweep.axes import Axis, of_the_world, read_one
from sim.noise import Floats
from sim.userinput import UserError, closest, no_such, number, shown

Cell = Mapping[str, Any]
"""What a cell sets, by key."""

DESIGNS = ("grid", "list", "lhs", "sobol", "morris")
SAMPLED = ("lhs", "sobol", "morris")
"""Designs that take intervals."""
MOST_CELLS = 1_000_000


@dataclass(frozen=True)
class DesignSettings:
    """How cells are chosen; each design has some of these settings, as `configs/design/` shows."""

    name: str = "grid"
    cells: int = 64
    seed: int = 1
    trajectories: int = 10
    levels: int = 4
    file: str | None = None
    ranges: object = False

    def __post_init__(self) -> None:
        if self.name not in DESIGNS:
            raise no_such(f"design={self.name}", "design", self.name, DESIGNS)
        number(self.cells, "design.cells", 1, MOST_CELLS, whole=True)
        number(self.seed, "design.seed", 0, 2**32 - 1, whole=True)
        number(self.trajectories, "design.trajectories", 2, MOST_CELLS, whole=True)
        if number(self.levels, "design.levels", 2, 100, whole=True) % 2:
            raise UserError(f"design.levels must be an even number, got {self.levels}")
        if self.name == "list" and not (isinstance(self.file, str) and self.file):
            raise UserError("design=list needs design.file=FILE.csv: a table whose columns are settings, a cell a row")


def cells_of(design: DesignSettings, axes: Sequence[Axis], beside: Collection[str] = ()) -> list[Cell]:
    """The cells in order, each with a value for every axis.

    Parameters
    ----------
    beside : collection of str
        Columns that a list may have beside its settings; they are passed over.

    Raises
    ------
    UserError
        Axes that the design cannot take.
    """
    if design.name == "list":
        return _with(axes, _listed(Path(str(design.file)), beside))
    if design.name == "grid":
        return _with(axes, [{}])
    if not axes:
        raise UserError(
            f"design={design.name} varies nothing: give a setting several values, such as "
            "policy.rotation.rate=interval(0,0.2)"
        )
    shares = {"lhs": _lhs, "sobol": _sobol, "morris": _morris}[design.name](design, len(axes))
    return [{axis.key: axis.at(share) for axis, share in zip(axes, row, strict=True)} for row in shares.tolist()]


def _with(axes: Sequence[Axis], cells: list[Cell]) -> list[Cell]:
    """Each of the cells with every combination of the axes' values, the last axis changing first."""
    for axis in axes:
        if axis.continuous:
            raise UserError(
                f"{axis.key}: an interval has no list of values; type range(0,0.5,0.1), or sample it with design=lhs, "
                "sobol or morris"
            )
        if both := [cell for cell in cells if axis.key in cell]:
            raise UserError(f"{axis.key} is a column of the list ({shown(both[0][axis.key])}) and is typed; keep one")
    if len(cells) * math.prod(len(axis.values) for axis in axes) > MOST_CELLS:
        raise UserError(f"more than {MOST_CELLS:,} cells; give the axes fewer values, or sample them with design=lhs")
    keys = [axis.key for axis in axes]
    combinations = [dict(zip(keys, values, strict=True)) for values in product(*(axis.values for axis in axes))]
    return [{**cell, **more} for cell in cells for more in combinations]


def _lhs(design: DesignSettings, axes: int) -> Floats:
    """Shares of the axes' ways, (cells, axes)."""
    from scipy.stats import qmc

    points: Floats = qmc.LatinHypercube(axes, rng=design.seed).random(design.cells)
    return points


def _sobol(design: DesignSettings, axes: int) -> Floats:
    """Shares of the axes' ways, (cells, axes)."""
    from scipy.stats import qmc

    with catch_warnings():  # that powers of two are best, which the design's file says
        simplefilter("ignore")
        points: Floats = qmc.Sobol(axes, scramble=True, rng=design.seed).random(design.cells)
    return points


def _morris(design: DesignSettings, axes: int) -> Floats:
    """Shares of the axes' ways, (trajectories x (axes + 1), axes)."""
    try:
        from SALib.sample import morris
    except ImportError:
        raise UserError("design=morris needs an extra: pip install 'zonesim[analysis]'") from None
    problem = {"num_vars": axes, "names": [str(i) for i in range(axes)], "bounds": [[0.0, 1.0]] * axes}
    points = morris.sample(problem, design.trajectories, num_levels=design.levels, seed=design.seed)
    return np.asarray(points, dtype=np.float64)


def _listed(path: Path, beside: Collection[str]) -> list[Cell]:
    """The cells of a table."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"design.file={path} is not UTF-8 text; save it as UTF-8") from None
    except OSError as problem:
        raise UserError(f"design.file={path} cannot be read: {problem.strerror}") from None
    rows = csv.reader(io.StringIO(text, newline=""))
    keys = [key.strip() for key in next(rows, [])]
    for key in keys:
        if not of_the_world(key) and key not in beside:
            known = ("district", "policy", "effects", "background", "counterfactual", "run.seed", "run.horizon")
            raise UserError(
                f"{path}: column {shown(key)} is no setting of the world, such as policy.rotation.rate, "
                f"district.students, run.seed{closest(key, known)}"
            )
        if keys.count(key) > 1:
            raise UserError(f"{path}: column {key} stands there twice; keep one")
    cells: list[Cell] = []
    for row in rows:
        where = f"{path}, line {rows.line_num}"
        if not any(field.strip() for field in row):
            continue
        if len(row) != len(keys):
            raise UserError(f"{where}: {len(row)} fields for {len(keys)} columns; a value with commas stands in quotes")
        try:
            typed = {key: field.strip() for key, field in zip(keys, row, strict=True) if field.strip()}
            cells.append({key: read_one(key, value) for key, value in typed.items() if key not in beside})
        except UserError as problem:
            raise UserError(f"{where}: {problem}") from None
    if not cells:
        raise UserError(f"{path} lists no cell: one row for each, below a row of settings")
    return cells
