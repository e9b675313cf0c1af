"""Factors: what an analysis varies, and how it asks for runs.

An analysis does not run the model: it makes a table of settings, one row a cell, and asks a callable for the outcomes.
What is varied is laid out on the unit cube, a dimension a factor, and mapped to settings by the quantile of each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.util import find_spec
from typing import Literal, Self

import numpy as np
import pandas as pd

from sim.config import Coefficient, EffectTable
from sim.district.spec import DistrictSpec
from sim.noise import Floats, Noise, replicate_seed
from sim.reform import known_levers
from sim.userinput import UserError, no_such, number, shown

Simulate = Callable[[pd.DataFrame, int, int], pd.DataFrame]
"""Settings (a row for each cell, numbered by the index from 0; a column for each setting), replicates and seed ->
outcomes: columns `cell` and `replicate` (from 0), then one for each. A replicate has the same luck in every cell."""
Kind = Literal["lever", "effect", "district"]
KEYS = ("cell", "replicate")
GROUPS = {"lever": "policy", "effect": "what we do not know", "district": "the place"}
"""The group of each kind of factor."""


@dataclass(frozen=True)
class Factor:
    """One setting that is varied.

    Attributes
    ----------
    key : str
        The setting as one types it, `policy.rotation.rate`, `effects.kappa`.
    low, high : float
        Its bounds, in the setting's unit.
    kind : str
        `lever`: what a policy decides; `effect`: what nobody knows; `district`: what is not known of a place.
    whole : bool
        Whether it takes whole numbers only.
    coefficient : Coefficient or None
        What an effect is drawn from; anything else is uniform within its bounds.
    draw_with : str
        Factors with the same word here have the same quantile: one dimension together, named by the word.
    """

    key: str
    low: float
    high: float
    kind: Kind = "lever"
    whole: bool = False
    coefficient: Coefficient | None = None
    draw_with: str = ""

    def __post_init__(self) -> None:
        for end in ("low", "high"):
            number(getattr(self, end), f"{self.key}: {end}", whole=self.whole)
        if not self.low < self.high:
            raise UserError(f"{self.key}: low must be below high, got {shown(self.low)} and {shown(self.high)}")

    @property
    def dimension(self) -> str:
        return self.draw_with or self.key

    def quantile(self, u: float) -> float:
        """The value below which a share `u` (0 ... 1) of the draws lies."""
        if self.coefficient is not None:
            return self.coefficient.quantile(u)
        if self.whole:
            return min(self.high, self.low + int(u * (self.high - self.low + 1)))
        return self.low + u * (self.high - self.low)

    @property
    def off(self) -> float:
        """The value at which a lever does nothing; the lowest of one that states a level."""
        _, group, name = self.key.split(".")
        value = known_levers()[group].declared(name, f"policy.{group}").off
        return value if isinstance(value, int | float) else self.low

    @classmethod
    def lever(cls, setting: str, low: float | None = None, high: float | None = None) -> Self:
        """`policy.rotation.rate`, within the bounds its lever declares where none are given."""
        _, group, name = _parts(setting, "policy.GROUP.SETTING")
        levers = known_levers()
        if group not in levers:
            raise no_such(setting, "lever", group, levers)
        declared = levers[group].declared(name, f"policy.{group}")
        if declared.kind not in (float, int):
            raise UserError(f"{setting} is not a number and cannot be a factor; give policies of their own to compare")
        ends = (declared.low if low is None else low, declared.high if high is None else high)
        bottom, top = (declared.accept(end, setting) for end in ends)
        return cls(setting, bottom, top, "lever", declared.kind is int)

    @classmethod
    def district(cls, setting: str, low: float | None = None, high: float | None = None) -> Self:
        """`district.students`, or another margin, within the bounds a margin may have where none are given."""
        _, name = _parts(setting, "district.MARGIN")
        if name not in DistrictSpec.margins():
            raise no_such(setting, "margin", name, DistrictSpec.margins())
        (allowed,) = (dict(field.metadata) for field in fields(DistrictSpec) if field.name == name)
        ends = (allowed["low"] if low is None else low, allowed["high"] if high is None else high)
        bottom, top = (number(end, setting, allowed["low"], allowed["high"], whole=allowed["whole"]) for end in ends)
        return cls(setting, bottom, top, "district", allowed["whole"])


def effects(table: EffectTable, keys: Sequence[str] = ()) -> list[Factor]:
    """Effects as factors that are drawn as the model draws them: those named (`kappa`), or all that are not fixed."""
    known = {key: row for key, row in table.coefficients.items() if row.distribution != "fixed"}
    for key in keys:
        if key.removeprefix("effects.") not in known:
            raise no_such(key, "effect that is drawn", key, known)
    wanted = {key.removeprefix("effects.") for key in keys} or known.keys()
    # Those that are drawn together come together.
    words = {row.draw_with for key, row in known.items() if key in wanted and row.draw_with}
    return [
        Factor(f"effects.{key}", row.low, row.high, "effect", coefficient=row, draw_with=row.draw_with)
        for key, row in known.items()
        if key in wanted or row.draw_with in words
    ]


def drawn_effects(table: EffectTable, replicates: int, seed: int) -> pd.DataFrame:
    """What each replicate of a run drew: a row for each replicate, a column `effects.KEY` for each effect drawn.

    Of effects that are drawn together the first stands for all.
    """
    keys = {factor.dimension: factor.key for factor in reversed(effects(table))}.values()
    draws = [table.draw(Noise(replicate_seed(seed, replicate))) for replicate in range(replicates)]
    return pd.DataFrame(
        {key: [getattr(draw, key.removeprefix("effects.")) for draw in draws] for key in reversed(keys)}
    )


def dimensions(factors: Sequence[Factor]) -> list[str]:
    """Names of the dimensions, in order; a UserError if nothing or one thing twice is to be varied."""
    if not factors:
        raise UserError("nothing to vary: give at least one factor")
    keys = [factor.key for factor in factors]
    for key in keys:
        if keys.count(key) > 1:
            raise UserError(f"{key} is given twice; keep one")
    return list(dict.fromkeys(factor.dimension for factor in factors))


def kinds(factors: Sequence[Factor]) -> dict[str, Kind]:
    """Kind by dimension."""
    return {factor.dimension: factor.kind for factor in factors}


def settings(units: Floats, factors: Sequence[Factor]) -> pd.DataFrame:
    """Settings of points of the unit cube (cells, dimensions): a row for each cell, a column for each factor."""
    place = {name: at for at, name in enumerate(dimensions(factors))}
    columns = {f.key: [f.quantile(u) for u in units[:, place[f.dimension]].tolist()] for f in factors}
    return pd.DataFrame({f.key: np.array(columns[f.key], dtype=int if f.whole else float) for f in factors})


def simulated(simulate: Simulate, cells: pd.DataFrame, outcomes: Sequence[str], replicates: int, seed: int) -> Floats:
    """What the runs of these cells gave: (cells, replicates, outcomes).

    Raises
    ------
    UserError
        An outcome that is not there, or that some cell has no value of.
    """
    number(replicates, "replicates", 1, whole=True)
    runs = simulate(cells.reset_index(drop=True), replicates, seed)
    for name in outcomes:
        if name not in runs:
            raise no_such(name, "outcome", name, map(str, runs.columns.drop(list(KEYS))))
    wide = runs.sort_values(list(KEYS)).set_index(list(KEYS))[list(outcomes)]
    whole = wide.reindex(pd.MultiIndex.from_product([range(len(cells)), range(replicates)]))
    values = whole.to_numpy(dtype=np.float64).reshape(len(cells), replicates, len(outcomes))
    for name, column in zip(outcomes, np.moveaxis(values, 2, 0), strict=True):
        if missing := int(np.count_nonzero(~np.isfinite(column))):
            raise UserError(
                f"{name} has no value in {missing} of {column.size} runs: "
                "take an outcome that every cell has, narrower factors, or mend the runs that failed"
            )
    return values


def require(verb: str, extra: str, *modules: str) -> None:
    """Refuse an analysis whose packages are not installed, with the extra that brings them."""
    if missing := [name for name in modules if find_spec(name) is None]:
        raise UserError(f"{verb} needs {' and '.join(missing)}: pip install 'zonesim[{extra}]'")


def outcome_table(values: Mapping[str, Floats]) -> pd.DataFrame:
    """Outcomes in the form of `Simulate`, from arrays (cells, replicates) by name."""
    shape = next(iter(values.values())).shape
    cell, replicate = np.indices(shape)
    columns = {name: array.ravel() for name, array in values.items()}
    return pd.DataFrame({"cell": cell.ravel(), "replicate": replicate.ravel()} | columns)


def _parts(setting: str, form: str) -> list[str]:
    parts = setting.split(".")
    if len(parts) != form.count(".") + 1 or parts[0] != form.split(".")[0]:
        raise UserError(f"{setting} must be {form}")
    return parts
