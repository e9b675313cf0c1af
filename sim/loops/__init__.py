"""The hot loops, for numba: each has a plain NumPy twin where its rule is at home, named beside it.

Same bits as the twin: ``+ - * /``, ``sqrt``, comparisons and integers only, sums in row order as `np.bincount` adds,
no `fastmath`, one thread. Import it through `sim.compiled`.
"""

from sim.loops.demography import arrive, born
from sim.loops.draws import chances, hashes, normals, uniforms
from sim.loops.enrolment import ask, deal, fill, fill_pairs, junior_homes, seat, stand_by_class
from sim.loops.records import lowest, moments, tally
from sim.loops.school_choice import doors_open, drawn_for_pairs, most_useful
from sim.loops.scores import class_sums, grow, scores
from sim.loops.turns import first_within, group_count, kth_lowest, order_by_lot, order_within, ranks, reorder

__all__ = [
    "arrive",
    "ask",
    "born",
    "chances",
    "class_sums",
    "deal",
    "doors_open",
    "drawn_for_pairs",
    "fill",
    "fill_pairs",
    "first_within",
    "group_count",
    "grow",
    "hashes",
    "junior_homes",
    "kth_lowest",
    "lowest",
    "moments",
    "most_useful",
    "normals",
    "order_by_lot",
    "order_within",
    "ranks",
    "reorder",
    "scores",
    "seat",
    "stand_by_class",
    "tally",
    "uniforms",
]
