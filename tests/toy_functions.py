"""Functions whose answers are known, in place of the model: settings in, outcomes with luck out."""

import numpy as np

from sim.analysis.factors import outcome_table


def toy(functions, luck=0.0, shared=0.0):
    """A `Simulate` of functions of the settings by outcome; `luck` is of the cell alone, `shared` of all cells."""

    def simulate(cells, replicates, seed):
        values = {}
        for number, (name, function) in enumerate(functions.items()):
            rng = np.random.default_rng([seed, number])
            common = shared * rng.standard_normal(replicates)
            own = luck * rng.standard_normal((len(cells), replicates))
            exact = np.broadcast_to(np.asarray(function(cells), dtype=float), len(cells))
            values[name] = exact[:, None] + common + own
        return outcome_table(values)

    return simulate
