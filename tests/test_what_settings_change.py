"""Settings of fund, rotation and digital teaching of the nine reforms: switching each off changes what it should."""

from functools import cache

import pytest

import sim
from reforms import REFORMS, policy_file
from sim.reform import known_levers

GROUPS = ("funding", "rotation", "digital")
CHANGES = {
    "wuhan_edz": {
        "funding.zone_fund": "cv_equipment",
        "funding.per_school_fund": "cv_equipment",
        "funding.performance_share": "measured_minus_true",
        "funding.metric": "fund_luck_share",
        "funding.bundled": "score_mean",
        "funding.spending": "cv_equipment",
        "rotation.rate": "rotated_share",
        "rotation.backbone_share": "rotated_backbone_share",
        "digital.school_coverage": "digital_school_share",
        "digital.lesson_share": "digital_lesson_share",
        "digital.live_class_share": "live_class_share",
    },
    "qingshan": {
        "funding.zone_fund": "cv_equipment",
        "funding.per_school_fund": "cv_equipment",
        "funding.spending": "cv_equipment",
        "rotation.rate": "rotated_share",
        "rotation.backbone_share": "rotated_backbone_share",
        "rotation.heads_rate": "score_mean",
        "digital.lesson_share": "digital_lesson_share",
    },
    "zhengzhou_gaoxin": {
        "rotation.rate": "rotated_share",
        "rotation.backbone_share": "rotated_backbone_share",
        "rotation.heads_rate": "score_mean",
        "rotation.itinerant_share": "cv_pe_arts",
        "rotation.scope": "cv_backbone",
        "rotation.relation_moves": "cv_backbone",
        "digital.kind": "score_mean",
        "digital.school_coverage": "digital_school_share",
        "digital.live_class_share": "live_class_share",
    },
    "pilot_125": {
        "funding.per_school_fund": "cv_equipment",
        "funding.performance_share": "measured_minus_true",
        "funding.spending": "cv_equipment",
        "rotation.rate": "rotated_share",
        "rotation.backbone_share": "rotated_backbone_share",
    },
    "tekes": {
        "rotation.rate": "rotated_share",
        "rotation.backbone_share": "rotated_backbone_share",
        "rotation.heads_rate": "score_mean",
        "digital.kind": "score_mean",
        "digital.live_class_share": "live_class_share",
    },
    "shapingba": {
        "funding.zone_fund_junior": "cv_equipment",
        "funding.per_school_fund_primary": "cv_equipment",
        "funding.performance_share": "measured_minus_true",
        "funding.spending": "cv_equipment",
    },
    "generic_county": {
        "funding.per_school_fund": "cv_equipment",
        "funding.performance_share": "measured_minus_true",
        "funding.metric": "fund_luck_share",
        "funding.division": "cv_equipment",
        "funding.spending": "cv_equipment",
        "rotation.rate": "rotated_share",
        "rotation.backbone_share": "rotated_backbone_share",
        "digital.live_class_share": "live_class_share",
    },
    "wuchang": {},
    "grand_zones_county": {
        "funding.zone_fund": "score_mean",
        "funding.performance_share": "measured_minus_true",
        "rotation.rate": "rotated_share",
        "rotation.backbone_share": "rotated_backbone_share",
        "rotation.heads_rate": "score_mean",
        "digital.school_coverage": "digital_school_share",
        "digital.live_class_share": "live_class_share",
    },
}
"""An outcome that each setting changes by its policy's third year."""
IDLE = {
    ("wuhan_edz", "digital.kind"): "the lead school is heard, as without the setting",
    ("generic_county", "digital.kind"): "the lead school is heard, as without the setting",
    ("grand_zones_county", "digital.kind"): "the lead school is heard, as without the setting",
    ("zhengzhou_gaoxin", "rotation.posting_years"): "relation_moves: no posting ends; acts once that is switched off",
    ("grand_zones_county", "funding.spending"): "training and research are paid for; what they do is joint teaching's",
}
"""Settings that change no outcome, each with the reason."""
LARGE = {("tekes", "rotation.backbone_share"), ("grand_zones_county", "rotation.backbone_share")}
"""A few movers of a small district have their share of backbone teachers anyway."""
TABLE = [(place, setting, indicator) for place, by in CHANGES.items() for setting, indicator in by.items()]


def off_value(name):
    group, setting = name.split(".")
    return known_levers()[group].settings()[setting].off


def outcomes(place, students, *off):
    last_year = policy_file(place)["first_year"] + 2
    overrides = [f"district.students={students}", *off]
    scenario = sim.load(place, REFORMS[place][0], effects="means", horizon=last_year, overrides=overrides)
    table = sim.run(scenario, replicates=1, counterfactual=False).indicators
    return table[table["scope"] == "district"].set_index(["level", "year"])


@cache
def as_planned(place, students):
    return outcomes(place, students)


def set_by(place):
    """The settings of the three groups that a policy has away from their off value."""
    blocks = {group: policy_file(place).get(group, {}) for group in GROUPS}
    named = {f"{group}.{name}": value for group, block in blocks.items() for name, value in block.items()}
    return {name for name, value in named.items() if value != off_value(name)}


def test_every_setting_of_the_nine_policies_is_in_the_table_or_idle_for_a_reason():
    used = {(place, name) for place in REFORMS for name in set_by(place)}
    assert used == {(place, name) for place, name, _ in TABLE} | IDLE.keys()


@pytest.mark.parametrize(("place", "setting", "indicator"), TABLE)
def test_switching_a_setting_off_changes_what_it_should(place, setting, indicator):
    students = 12_000 if (place, setting) in LARGE else 3_000
    with_it = as_planned(place, students)[indicator]
    without = outcomes(place, students, (f"policy.{setting}", off_value(setting)))[indicator]
    assert (with_it.notna() & (with_it != without)).any()


@pytest.mark.parametrize(("place", "setting"), IDLE)
def test_an_idle_setting_changes_no_outcome(place, setting):
    assert as_planned(place, 3_000).equals(outcomes(place, 3_000, (f"policy.{setting}", off_value(setting))))
