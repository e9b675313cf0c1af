"""Optimisation: lever settings that do best, within limits, whatever the effects turn out to be.

The search (Optuna) compares all settings on the same luck and the same draws of what is not known; its best owe
something to that luck. So they are run again on luck and draws that no search has seen, and only those figures count.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.factors import Factor, Simulate, dimensions, require, settings, simulated
from sim.analysis.front import FIGURE_COLUMNS, Limit, Objective, Optimum, reported, unbeaten
from sim.noise import Floats, Noise
from sim.userinput import UserError, number

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

__all__ = ["Limit", "Objective", "Optimum", "optimise"]

ROUNDS = 10
BATCH = 20
REPLICATES = 5
WORLDS = 10
"""Draws of what is not known that every setting is tried in."""
FRESH = 4
"""Times as many replicates, or draws, for the settings that are reported."""
FINALISTS = 12
LEAST_BATCH = 4
SEED_BITS = 32
"""Of a sampler's seed."""


def optimise(
    simulate: Simulate,
    levers: Sequence[Factor],
    objectives: Sequence[Objective],
    *,
    limits: Sequence[Limit] = (),
    unknown: Sequence[Factor] = (),
    reference: Mapping[str, float] | None = None,
    rounds: int = ROUNDS,
    batch: int = BATCH,
    replicates: int = REPLICATES,
    worlds: int = WORLDS,
    finalists: int = FINALISTS,
    seed: int = 1,
    store: Path | None = None,
) -> Optimum:
    """Search `rounds` x `batch` settings, each in `worlds` draws of what is not known, if anything is, and replicates.

    Sources: Deb et al. (2002), doi:10.1109/4235.996017 (NSGA-II, for several objectives); Watanabe (2023),
    doi:10.48550/arXiv.2304.11127 (TPE, for one); by Optuna, doi:10.1145/3292500.3330701.

    Parameters
    ----------
    unknown : sequence of Factor
        Effects that are drawn, the same draws for every setting.
    reference : mapping
        Levers' settings to compare with, such as those of today.
    store : Path
        File that keeps the search; the same call on it goes on where it ended, and gives what it would have given.

    Raises
    ------
    UserError
        What does not fit, or a store of another search.
    """
    require("optimisation", "optimise", "optuna")
    keys = dimensions(levers)
    for name, given, least in (
        ("rounds", rounds, 1),
        ("batch", batch, LEAST_BATCH),
        ("worlds", worlds, 1),
        ("seed", seed, 0),
    ):
        number(given, name, least, whole=True)
    if not objectives:
        raise UserError("nothing to seek: give at least one objective")
    if reference is not None and set(reference) != set(keys):
        raise UserError(f"reference must give {', '.join(keys)}, got {', '.join(reference) or 'nothing'}")
    trial = _Trial(simulate, objectives, limits, unknown, replicates, worlds)
    question = {
        "levers": [(lever.key, lever.low, lever.high) for lever in levers],
        "objectives": [asdict(objective) for objective in objectives],
        "limits": [asdict(limit) for limit in limits],
        "unknown": [(factor.key, factor.low, factor.high) for factor in unknown],
        "sizes": [batch, replicates, worlds, seed],
    }
    study = _study(objectives, store, json.loads(json.dumps(question)))
    _search(study, trial, levers, rounds, batch, seed)
    tried = sum(bool(one.values) for one in study.trials)
    chosen = _finalists(study, finalists)
    if not chosen:
        return Optimum(pd.DataFrame(), pd.DataFrame(columns=list(FIGURE_COLUMNS)), tried)
    points = pd.DataFrame([one.params for one in chosen], columns=keys)
    promised = np.array([one.values for one in chosen])
    if reference is not None:
        points = pd.concat([pd.DataFrame([reference], columns=keys), points], ignore_index=True)
        promised = np.vstack([np.full(len(objectives), np.nan), promised])
    values = trial.values(points, int(Noise(seed).key("optimisation fresh", 0) >> np.uint64(1)), FRESH)
    points.insert(0, "point", range(reference is None, len(points) + (reference is None)))
    return reported(points, values, promised, objectives, limits, tried, Noise(seed))


@dataclass(frozen=True)
class _Trial:
    """How settings are tried."""

    simulate: Simulate
    objectives: Sequence[Objective]
    limits: Sequence[Limit]
    unknown: Sequence[Factor]
    replicates: int
    worlds: int

    def values(self, points: pd.DataFrame, seed: int, times: int = 1) -> dict[str, Floats]:
        """Outcomes (settings, draws): means over replicates in each draw; replicates where nothing is drawn apart.

        The fresh ones are of `times` as many draws, or replicates.
        """
        named = [one.outcome for one in self.objectives] + [one.outcome for one in self.limits]
        names = list(dict.fromkeys(named))
        if not self.unknown:
            got = simulated(self.simulate, points, names, times * self.replicates, seed)
            return {name: got[:, :, at] for at, name in enumerate(names)}
        draws = _draws(self.unknown, times * self.worlds, seed)
        cells = points.merge(draws, how="cross")
        got = simulated(self.simulate, cells, names, self.replicates, seed).mean(axis=1)
        return {name: got[:, at].reshape(len(points), len(draws)) for at, name in enumerate(names)}


def _draws(unknown: Sequence[Factor], worlds: int, seed: int) -> pd.DataFrame:
    """Draws of what is not known, spread evenly."""
    from scipy.stats import qmc

    key = int(Noise(seed).key("optimisation worlds", 0))
    return settings(np.asarray(qmc.LatinHypercube(len(dimensions(unknown)), rng=key).random(worlds)), unknown)


def _study(objectives: Sequence[Objective], store: Path | None, question: Mapping[str, Any]) -> "Study":
    """The search as Optuna keeps it."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = None if store is None else optuna.storages.JournalStorage(JournalFileBackend(str(store)))
    down, up = optuna.study.StudyDirection.MINIMIZE, optuna.study.StudyDirection.MAXIMIZE
    directions = [down if one.least else up for one in objectives]
    study = optuna.create_study(storage=storage, study_name="zonesim", directions=directions, load_if_exists=True)
    stored = study.user_attrs.get("question")
    if stored is None:
        study.set_user_attr("question", dict(question))
    elif stored != question:
        other = ", ".join(key for key in question if stored[key] != question[key])
        raise UserError(f"{store} holds a search with other {other}: give another file, or ask the same")
    for one in study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.RUNNING]):
        study.tell(one.number, state=optuna.trial.TrialState.FAIL)  # asked when the search was broken off
    return study


def _search(study: "Study", trial: _Trial, levers: Sequence[Factor], rounds: int, batch: int, seed: int) -> None:
    """Ask and tell a batch a round, each with a sampler of its own: a search that was broken off goes on as if not."""
    from optuna.distributions import FloatDistribution, IntDistribution
    from optuna.samplers import BaseSampler, NSGAIISampler, TPESampler

    space = {
        one.key: IntDistribution(int(one.low), int(one.high)) if one.whole else FloatDistribution(one.low, one.high)
        for one in levers
    }
    for turn in range(sum(bool(one.values) for one in study.trials) // batch, rounds):
        luck = int(Noise(seed).key("optimisation search", turn) >> np.uint64(SEED_BITS))
        sampler: BaseSampler
        if len(trial.objectives) > 1:
            sampler = NSGAIISampler(population_size=batch, seed=luck)
        else:
            sampler = TPESampler(seed=luck, n_startup_trials=batch, multivariate=True)
        study.sampler = sampler
        asked = [study.ask(dict(space)) for _ in range(batch)]
        values = trial.values(pd.DataFrame([one.params for one in asked]), seed)
        if "best" not in study.user_attrs:  # what regret is counted from in the search
            study.set_user_attr("best", [one.best(values[one.outcome]).tolist() for one in trial.objectives])
        best = study.user_attrs["best"]
        scores = [one.score(values[one.outcome], np.array(b)) for one, b in zip(trial.objectives, best, strict=True)]
        beyond = [limit.excess(values[limit.outcome]) for limit in trial.limits]
        for at, one in enumerate(asked):
            for place, excess in enumerate(beyond):
                one.set_constraint(str(place), float(excess[at]))
            study.tell(one, [float(score[at]) for score in scores])


def _finalists(study: "Study", most: int) -> "list[FrozenTrial]":
    """Settings within the limits that no other beats in all objectives, or the best of one; evenly along the first."""
    from optuna.study import StudyDirection

    kept = [one for one in study.trials if one.values and all(excess <= 0 for excess in one.constraints.values())]
    kept = list({tuple(sorted(one.params.items())): one for one in kept}.values())
    down = [direction == StudyDirection.MINIMIZE for direction in study.directions]
    losses = np.array([one.values for one in kept]).reshape(len(kept), len(down)) * np.where(down, 1, -1)
    order = np.argsort(losses[:, 0], kind="stable")
    if len(down) == 1:
        return [kept[at] for at in order[:most]]
    front = [at for at, free in zip(order, unbeaten(losses[order]), strict=True) if free]
    places = np.unique(np.round(np.linspace(0, len(front) - 1, min(most, len(front)))).astype(int))
    return [kept[front[place]] for place in places]
