"""Part of step 3, staffing: where a curriculum changes lessons, posts follow."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.teacher import SUBJECTS
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import ZoneReform


def wanted_mix(model: "ZoneReform") -> Floats | None:
    """Share of each school's posts that its lessons ask for by subject, (S, subjects); None while they do not change.

    The baseline's posts, each subject's in proportion to its lessons.
    """
    if model.baseline is None or (model.terms.lesson_weight == 1.0).all():
        return None
    asked = model.baseline.posts * model.terms.lesson_weight
    return np.asarray(asked / np.maximum(asked.sum(axis=1, keepdims=True), 1e-9))


def deal_empty_posts(model: "ZoneReform") -> None:
    """Give each empty post, by id, the subject furthest below what the lessons ask for; nobody changes subject."""
    mix = wanted_mix(model)
    if mix is None:
        return
    teachers = model.teachers
    empty = np.flatnonzero(~teachers.employed)
    for row in np.unique(teachers.home_school[empty]):
        held = np.bincount(teachers.subject[teachers.school == row], minlength=len(SUBJECTS))
        posts = empty[teachers.home_school[empty] == row]
        for post in posts[np.argsort(teachers.id[posts])]:
            short = np.round(mix[row] * (held.sum() + 1) - held, 9)
            teachers.subject[post] = np.argmax(short)
            held[teachers.subject[post]] += 1
