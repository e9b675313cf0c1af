"""Replays carried out: again and again, in the model and in the null model, and once on real data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from experiments.evidence.replay import NULL
from experiments.evidence.studies import replay
from sim.noise import replicate_seed

World = Literal["model", "null", "data"]


@dataclass(frozen=True)
class Repeat:
    """One repeat of a study; `world` is the model, the null model, or the data of the study itself."""

    study: str
    world: World
    number: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of it: an estimate for each figure, or the reason why there is none."""

    repeat: Repeat
    estimates: Mapping[str, float]
    failure: str = ""


def planned(studies: Iterable[str], size: str) -> Iterator[Repeat]:
    """All repeats of these studies at a size, quick or full."""
    for study in studies:
        yield Repeat(study, "data")
        for number in range(replay(study).repeats[size]):
            yield Repeat(study, "model", number)
            yield Repeat(study, "null", number)


def carry_out(seed: int, repeat: Repeat) -> Outcome:
    """Carry out one repeat, whatever the engine: its luck is that of replicate `number` of the seed.

    A repeat that fails says why, and the others go on.
    """
    study = replay(repeat.study)
    known = [row.figure for row in study.published]
    try:
        if repeat.world == "data":
            estimates = study.from_data()
        else:
            effects = NULL if repeat.world == "null" else {}
            estimates = study.simulate(replicate_seed(seed, repeat.number), effects)
            _check(estimates, known)
    except Exception as problem:  # whatever an estimator may raise
        return Outcome(repeat, {}, " ".join(f"{type(problem).__name__}: {problem}".split()))
    return Outcome(repeat, {figure: float(estimates[figure]) for figure in known if figure in estimates})


def _check(estimates: Mapping[str, float], known: Sequence[str]) -> None:
    if missing := [figure for figure in known if figure not in estimates]:
        raise LookupError(f"no estimate of {missing[0]}")
