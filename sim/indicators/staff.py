"""Teachers: their skill, where the backbone is, who moved, and what is taught outside its subject."""

import numpy as np

from sim.agents.columns import Array
from sim.noise import Floats

SHARES = {
    "skill_mean": ("skill", "teachers"),
    "backbone_cover": ("schools_with_experts", "schools"),
    "masters_share": ("masters", "teachers"),
    "eligible_share": ("eligible", "teachers"),
    "rotated_share": ("rotated", "eligible"),
    "rotated_backbone_share": ("rotated_experts", "rotated"),
    "itinerant_share": ("itinerant", "teachers"),
    "moved_share": ("moved", "teachers"),
    "out_of_subject_share": ("held_outside", "held"),
    "strong_skill_mean": ("strong_skill", "strong_teachers"),
    "weak_skill_mean": ("weak_skill", "weak_teachers"),
}
"""Shares, and mean skill, of either half of the schools too: part and whole."""


def of_schools(counted: dict[str, Floats], strong_half: Array) -> dict[str, Array]:
    """Schools with experts, and the teachers of either half of the schools with their skill, (S,).

    Parameters
    ----------
    counted : dict
        What `counts.of_teachers` gives.
    strong_half : (S,) bool array
        Schools above the median of mean teacher skill at the baseline.
    """
    skill, teachers = counted["skill"], counted["teachers"]
    return {
        "schools_with_experts": counted["experts"] > 0,
        "strong_skill": skill * strong_half,
        "strong_teachers": teachers * strong_half,
        "weak_skill": skill * ~strong_half,
        "weak_teachers": teachers * ~strong_half,
    }


def figures(over: dict[str, Floats], shares: dict[str, Floats]) -> dict[str, Floats]:
    """The gap in skill, and who rotated: nobody did where nobody was eligible.

    Parameters
    ----------
    over, shares : dict
        Sums over the schools of units, and the shares that follow from them, (U,).
    """
    return {
        "rotated_share": np.where(over["eligible"] > 0, shares["rotated_share"], 0.0),
        "rotated_backbone_share": np.where(over["rotated"] > 0, shares["rotated_backbone_share"], 0.0),
        "teacher_skill_gap": shares["strong_skill_mean"] - shares["weak_skill_mean"],
    }
