"""Settings of a run and the effects, typed."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from sim.noise import Noise
from sim.userinput import (
    UserError,
    find,
    no_such,
    number,
    read_yaml,
    shown,
)

BASELINE_YEAR = 2020
"""Recorded year, of a district that does not state its own."""
HORIZON = 2025
REPLICATES = 100
HASH_BYTES = 8
"""Bytes of a hash that make a stable id."""


@dataclass(frozen=True)
class RunSettings:
    """How often, from which seed and how far a scenario is run."""

    replicates: int = REPLICATES
    seed: int = 1
    horizon: int = HORIZON  # last simulated year

    def __post_init__(self) -> None:
        number(self.replicates, "run.replicates", 1, 100_000, whole=True)
        number(self.seed, "run.seed", 0, 2**63 - 1, whole=True)
        number(self.horizon, "run.horizon", whole=True)  # which years are allowed, the district's baseline says


@dataclass(frozen=True, slots=True)
class Effects:
    """How the world responds in one replicate; what each number means stands in `configs/effects/`."""

    # What students bring, and how it persists
    trait_sd: float
    trait_rho: float
    catchment_sd: float
    catchment_ar: float
    junior_shared: float
    catchment_cohort_sd: float
    eta_sd: float
    kappa: float
    delta: float
    # Shocks and tests
    class_shock_sd: float
    class_day_sd: float
    school_grade_shock_sd: float
    school_grade_day_sd: float
    principal_sd: float
    deputy_weight: float
    rec_rel: float
    reliability_grade1: float
    reliability_grade2: float
    # What acts on learning
    b_peer: float
    b_peer_between: float
    b_spend: float
    e_cn_passthru: float
    rec_class10: float
    class10_below: float
    class_knee: float
    # Teachers
    rec_sigmaT: float
    rec_within: float
    rec_match: float
    rec_move: float
    reference_experience: float
    b_exp_yr2: float
    b_exp_yr5: float
    b_exp_yr10: float
    b_exp_yr20: float
    # Teachers learn from each other
    b_pair: float
    b_lessonstudy: float
    b_nttp: float
    rec_peerT: float
    training_full_hours: float
    rec_joint: float
    lesson_study_best: float
    novice_peer_weight: float
    novice_years: float
    gap_most: float
    keep: float
    held_back: float
    b_sent: float
    # Digital lessons
    b_platform: float
    rec_digital: float
    b_live: float
    # Zones carry a policy out
    tau: float
    ceiling_group: float
    ceiling_zone: float
    ceiling_alliance: float
    ceiling_members: float
    ceiling_loss: float
    # Incentives
    rec_perf_ind: float
    stake_share: float
    stake_pay: float
    gaming: float
    b_quota: float
    # Families
    i_zexiao: float
    distance_scale: float
    taste_scale: float
    choice_status: float
    choice_weight_most: float
    reputation_memory: float
    ses_trait: float
    tutoring_ses: float
    quota_choice: float
    private_applicants: float
    private_applicants_most: float
    own_catchment_least: float
    # Staff
    quit_rate: float
    after_school_quit: float
    move_seekers: float
    volunteers: float
    volunteer_pay: float
    title_noise: float
    award_noise: float
    principal_turnover: float
    b_contract_cn: float
    b_trust: float

    @classmethod
    def means(cls) -> Self:
        """The effects at their values, none drawn (`effects=means`)."""
        return cls(**EffectTable.load("means").numbers)


UNITS: Mapping[str, tuple[float | None, float | None]] = {
    "SD": (None, None),  # an effect, in SD of student achievement
    "SD per SD": (None, None),
    "SD per 10 students": (None, None),
    "SD per 10 %": (None, None),
    "SD, spread": (0, None),
    "ratio": (0, None),
    "share": (0, 1),
    "share of pay": (0.001, 1),  # divided by, as the next six
    "share above 0": (0.01, 1),
    "reliability": (0.01, 1),
    "years": (0.01, None),
    "hours": (0.01, None),
    "km": (0.01, None),
    "distance scales": (0.01, None),
    "correlation": (0, 1),
    "students": (0, None),
    "members": (0, None),
}
"""Units of the coefficients, with the bounds outside which the model has no meaning."""

STATUSES = ("published", "unverified", "derived", "assumed")


@dataclass(frozen=True)
class Coefficient:
    """One number about the world, its range, and where it is from.

    Attributes
    ----------
    value, low, high : float
        Default and range, in `unit`.
    distribution : str
        `fixed`; `balanced`: uniform on either side of the value, the sides weighted so that the mean is the
        value; `one_sided`: falls from the value, a bound of the range, in a straight line to the other bound.
    unit, status : str
        One of `UNITS`, one of `STATUSES`.
    source, note : str
    draw_with : str
        Coefficients with the same word here are drawn at the same quantile (points of one curve).
    """

    value: float
    low: float
    high: float
    distribution: str
    unit: str
    status: str
    source: str
    note: str = ""
    draw_with: str = ""

    def quantile(self, u: float) -> float:
        """The value below which a share `u` (0 ... 1) of the draws lies."""
        if self.distribution == "fixed":
            return self.value
        if self.distribution == "one_sided":
            reach = 1.0 - math.sqrt(1.0 - u) if self.value == self.low else math.sqrt(u)
            return self.low + (self.high - self.low) * reach
        below = (self.high - self.value) / (self.high - self.low)
        if u < below:
            return self.low + (self.value - self.low) * (u / below)
        return self.value + (self.high - self.value) * ((u - below) / (1.0 - below))


@dataclass(frozen=True)
class EffectTable:
    """The coefficients of `configs/effects/NAME.yaml`, and whether replicates draw them."""

    name: str
    drawn: bool
    coefficients: Mapping[str, Coefficient]

    @classmethod
    def load(
        cls, name: str = "evidence", overrides: Iterable[tuple[str, object]] = (), extra: Sequence[Path] = ()
    ) -> Self:
        """Read a table; overrides `("effects.KEY", number)` fix one coefficient, others are left alone."""
        path = find("effects", name, extra)
        raw = read_yaml(path)
        for key in raw.keys() - {"draw", "coefficients"}:
            raise no_such(str(path), "entry", key, ("draw", "coefficients"))
        drawn, rows = raw.get("draw", True), raw.get("coefficients")
        if not isinstance(drawn, bool):
            raise UserError(f"{path}: draw must be true or false, got {shown(drawn)}")
        if isinstance(rows, str):  # the table of that name, drawn or not
            path = find("effects", rows, extra)
            rows = read_yaml(path).get("coefficients")
        if not isinstance(rows, dict):
            raise UserError(f"{path}: coefficients must be a table or the name of one, got {shown(rows)}")
        return cls(name, drawn, _coefficients(rows, path)).fixing(overrides)

    def fixing(self, overrides: Iterable[tuple[str, object]]) -> Self:
        """The table with the coefficients of `("effects.KEY", number)` fixed; other overrides are left alone."""
        coefficients = dict(self.coefficients)
        for key, value in overrides:
            if not key.startswith("effects."):
                continue
            effect = key.removeprefix("effects.")
            if effect not in coefficients:
                raise no_such(key, "effect", effect, coefficients)
            old = coefficients[effect]
            fixed = number(value, key, *UNITS[old.unit])
            coefficients[effect] = Coefficient(
                fixed, fixed, fixed, "fixed", old.unit, "assumed", "command line", old.note
            )
        return replace(self, coefficients=coefficients)

    @property
    def numbers(self) -> dict[str, float]:
        """Value by key."""
        return {key: coefficient.value for key, coefficient in self.coefficients.items()}

    def values(self) -> Effects:
        """The effects at their values."""
        return Effects(**self.numbers)

    def draw(self, noise: Noise) -> Effects:
        """The effects of the replicate that `noise` belongs to; their values where the table is not drawn."""
        if not self.drawn:
            return self.values()
        names = [row.draw_with or key for key, row in self.coefficients.items()]
        u = noise.uniform("effects", 0, np.array([_stable_id(name) for name in names], dtype=np.int64))
        rows = zip(self.coefficients.items(), u.tolist(), strict=True)
        return Effects(**{key: row.quantile(at) for (key, row), at in rows})

    @property
    def resolved(self) -> dict[str, object]:
        """Value, range and distribution by key, as a run records them."""
        columns = ("value", "low", "high", "distribution")
        rows = {key: {c: getattr(row, c) for c in columns} for key, row in self.coefficients.items()}
        return {"name": self.name, "drawn": self.drawn, "coefficients": rows}


def _stable_id(name: str) -> int:
    """63 bits of a hash of the name, so that a new coefficient moves the draw of no other."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=HASH_BYTES).digest(), "little") >> 1


def _coefficients(rows: Mapping[str, Any], path: Path) -> dict[str, Coefficient]:
    keys = [field.name for field in fields(Effects)]
    for key in rows:
        if key not in keys:
            raise no_such(f"{path}: {key}", "effect", key, keys)
    missing = [key for key in keys if key not in rows]
    if missing:
        raise UserError(f"{path} lacks {', '.join(missing)}; every effect needs a row")
    return {key: _coefficient(rows[key], f"{path}: {key}") for key in keys}


def _coefficient(row: object, where: str) -> Coefficient:
    """One checked row; without low and high the value is fixed."""
    columns = [field.name for field in fields(Coefficient)]
    if not isinstance(row, dict):
        raise UserError(f"{where} must have {', '.join(columns)}, got {shown(row)}")
    for column in row:
        if column not in columns:
            raise no_such(f"{where}.{column}", "column", column, columns)
    texts = {column: row.get(column, "") for column in ("unit", "status", "source", "note", "draw_with")}
    allowed = {"unit": tuple(UNITS), "status": STATUSES}
    for column, text in texts.items():
        if column in allowed and text not in allowed[column]:
            known = ", ".join(allowed[column])
            raise UserError(f"{where}.{column} must be one of {known}, got {shown(text)}")
        if not isinstance(text, str) or (column == "source" and not text):
            raise UserError(f"{where}.{column} must be a text, got {shown(text)}")
    bounds = UNITS[texts["unit"]]
    value = number(row.get("value"), f"{where}.value", *bounds)
    low, high = (number(row.get(end, value), f"{where}.{end}", *bounds) for end in ("low", "high"))
    if not low <= value <= high:
        raise UserError(f"{where}.value must be within {low} ... {high}, got {value}")
    distribution = row.get("distribution", "fixed")
    fits = "fixed" if low == high else "balanced" if low < value < high else "one_sided"
    if distribution not in ("fixed", fits):
        raise UserError(f"{where}.distribution must be fixed or {fits} here, got {shown(distribution)}")
    return Coefficient(value, low, high, distribution, **texts)
