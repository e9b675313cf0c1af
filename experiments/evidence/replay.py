"""What a replay is: a study's design run inside the model, and its published figures to hold the outcome against."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

Kind = Literal["emerges", "recovers", "arithmetic"]
"""`emerges`: the effect is no input, it follows from parameters fitted elsewhere, so that the replay tests the model.
`recovers`: the effect is an input; this tests code and estimator only. `arithmetic`: it follows from numbers alone.
"""

NULL: Mapping[str, float] = {
    "rec_sigmaT": 0.0,
    "rec_match": 0.0,
    "rec_move": 0.0,
    "b_exp_yr2": 0.0,
    "b_exp_yr5": 0.0,
    "b_exp_yr10": 0.0,
    "b_exp_yr20": 0.0,
    "b_contract_cn": 0.0,
    "b_pair": 0.0,
    "b_lessonstudy": 0.0,
    "b_nttp": 0.0,
    "rec_peerT": 0.0,
    "rec_joint": 0.0,
    "b_sent": 0.0,
    "b_peer": 0.0,
    "b_peer_between": 0.0,
    "rec_perf_ind": 0.0,
    "b_quota": 0.0,
}
"""The null model: no teacher matters, no classmate, no incentive. What it gives too, a replay does not tell apart."""


@dataclass(frozen=True)
class Published:
    """One figure of a study.

    Attributes
    ----------
    figure : str
        What it is, in a few words; the key under which `Replay.simulate` gives it.
    value, se : float
        As published; without a standard error, only a range can be held against.
    low, high : float
        Range of estimates, or an assumed band; never called a confidence interval.
    source : str
        Citation with DOI, key of evidence.csv, or name and statistic of benchmarks.csv.
    kind : str, optional
        Where it differs from the replay's.
    note : str
        What a reader must know to compare.
    """

    figure: str
    value: float
    source: str
    se: float | None = None
    low: float | None = None
    high: float | None = None
    kind: Kind | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.se is None and (self.low is None or self.high is None):
            raise TypeError(f"{self.figure}: needs a standard error, or a range")


class Replay(ABC):
    """One study. Its docstring names study, sample, estimator, outcome and the effects it may touch."""

    id: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[Kind]
    published: ClassVar[tuple[Published, ...]]
    repeats: ClassVar[Mapping[str, int]] = {"quick": 3, "full": 200}

    @abstractmethod
    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        """Run the study once and estimate as it did.

        Parameters
        ----------
        seed : int
            Of this repeat: district, assignment to treatment and luck.
        effects : mapping
            Effects to be set beside the frozen ones: `NULL`, or none.

        Returns
        -------
        dict
            Estimate by `Published.figure`, on the study's outcome scale.
        """

    def from_data(self) -> Mapping[str, float]:
        """What the same estimator gives on real microdata, by figure; empty where none can be had."""
        return {}
