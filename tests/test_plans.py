"""The nine plans against the source table: every row is there, in its words, and gets one of the five statuses."""

import re
from dataclasses import fields

import pytest

import sim
from reforms import EACH, NO_DISTRICT, REFORMS, all_published, policy_file, published, rows
from sim.config import EffectTable
from sim.district.listed_places import ZoneSpec
from sim.district.spec import DistrictSpec
from sim.reform import known_levers
from sim.targets import DISTRICT_TABLE, Target, Targets, Unscored
from sim.userinput import config_root, read_yaml

SCORED = ("met", "missed", "uncertain")
NOT_SCORED = ("not simulated", "not a target")
READ_AS = {"QS11": 4200}
"""Goals that are our reading of what the source table has: 0.42 under the heading “(%)”."""
OF_ZONES = " of each of the district's zones"
"""How a carrier ends that the zones of the district state each of itself."""
DERIVED = re.compile(r"(?P<id>[A-Z0-9]+)(/\d{4})?(/mean)?")


def test_the_nine_plans_have_all_rows_but_the_one_of_no_district():
    ours = [id for place in REFORMS for id in rows(place)]
    assert len(ours) == len(set(ours)) == 180
    assert set(ours) == all_published().keys() - {NO_DISTRICT}
    assert {path.stem for path in (config_root() / "targets").glob("*.yaml")} == REFORMS.keys()


@EACH
def test_every_row_is_there_in_its_order_and_its_words(place):
    assert list(rows(place)) == list(published(place))
    for id, row in published(place).items():
        ours = rows(place)[id]
        assert ours["title"] in row["indicator_zh"], id
        assert (ours["section"], ours["level"]) == (row["system_section"], row["school_level"]), id


@EACH
def test_every_row_gets_one_of_the_five_statuses_in_a_run(place):
    years = [year for row in Targets.load(place).rows if isinstance(row, Target) for year in row.years]
    first = policy_file(place)["first_year"]
    small = {"effects": "means", "overrides": ["district.students=3000"], "horizon": max([first + 1, *years])}
    board = sim.run(sim.load(place, REFORMS[place][0], **small), replicates=1).targets()
    promised = {row.id: row for row in Targets.load(place).rows}
    assert {DERIVED.fullmatch(id)["id"] for id in board["id"]} == set(published(place))
    for id, of_row in board.groupby(board["id"].str.split("/").str[0]):
        row = promised[id]
        if isinstance(row, Unscored):
            assert of_row["id"].tolist() == [id] and of_row["status"].item() in NOT_SCORED and of_row["reason"].item()
            continue
        due = of_row[of_row["due"]]
        assert sorted(due["year"].unique()) == sorted(row.years), id  # none is beyond the run's last year
        assert due["status"].isin(SCORED).all() and due["mean"].notna().all(), id
        assert not due.duplicated(["id", "year"]).any()
        yearly = {f"{id}/{year}" for year in row.years} if row.step != "target" else {id}
        assert set(of_row["id"]) == yearly | ({f"{one}/mean" for one in yearly} if row.each else set()), id


@EACH
def test_rules_are_scored_or_not_simulated_and_only_mechanisms_and_facts_are_not_targets(place):
    kinds = {id: row["row_kind"] for id, row in published(place).items()}
    for row in Targets.load(place).rows:
        no_target = isinstance(row, Unscored) and row.status == "not a target"
        assert no_target == (kinds[row.id] in ("mechanism", "baseline fact")), row.id


@EACH
def test_numbers_and_years_agree_with_the_source_table(place):
    """Comparator everywhere; the number and the year where the source table has one."""
    for row in Targets.load(place).rows:
        stated = published(place)[row.id]
        if not isinstance(row, Target):
            continue
        if row.step == "target":
            assert row.comparator == stated["comparator"], row.id
        if re.fullmatch(r"[\d.]+", stated["target_value"]):
            assert row.goal == READ_AS.get(row.id, float(stated["target_value"])), row.id
        if stated["target_year"].isdigit():
            assert row.years[-1] == int(stated["target_year"]), row.id


@EACH
def test_what_carries_a_row_is_set_by_the_policy_or_stated_by_the_district(place):
    settings, effects, levers = policy_file(place), EffectTable.load().numbers, known_levers()
    law = read_yaml(config_root() / "background" / "law.yaml")
    for id, row in rows(place).items():
        for carrier in (*row.get("carried_by", []), *filter(None, [row.get("set_by")])):
            kind, _, name = carrier.partition(".")
            group, _, setting = name.partition(".")
            if carrier.endswith(OF_ZONES):
                named = carrier.removesuffix(OF_ZONES).replace(" and ", ", ").split(", ")
                assert set(named) <= {field.name for field in fields(ZoneSpec)}, (id, carrier)
                continue
            assert not setting or setting in levers[group].settings(), (id, carrier)
            known = {
                "policy": setting in settings.get(group, {}) if setting else name in settings,
                "effects": name in effects,
                "background": name in law,
                "district": carrier == DISTRICT_TABLE or name in (*DistrictSpec.margins(), "outside"),
            }
            assert known[kind], (id, carrier)


@EACH
def test_only_rows_that_are_not_scored_may_be_outside_compulsory_education(place):
    scored = [row for row in Targets.load(place).rows if isinstance(row, Target)]
    assert all(row.level in ("primary", "junior", "both") for row in scored)


@EACH
@pytest.mark.parametrize("group", ["district", "policy", "targets"])
def test_a_file_opens_with_three_lines_or_more_on_the_place_and_what_is_known(place, group):
    name = REFORMS[place][0] if group == "policy" else place
    lines = (config_root() / group / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("#") for line in lines[:3]), name
