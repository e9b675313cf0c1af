import pytest

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.records import records


def test_a_year_s_records_follow_on_the_last_year_s() -> None:
    zones = (*zones_of("primary", 4), *zones_of("junior", 2))
    place = scenario(zones, margins={"students": 1500}, effects={})
    world = place.start(place.at_rest(1), "policy")
    before = records(world, (2, 3)).set_index("student")
    world.step()
    after = records(world, (3, 4)).set_index("student")
    assert set(after["grade"]) == {3, 4}
    assert (after["year"] == before["year"].iloc[0] + 1).all()
    stayed = after.index.intersection(before.index)
    assert len(stayed) > 0.9 * len(before)
    assert after.loc[stayed, "prior"].to_numpy() == pytest.approx(before.loc[stayed, "score"].to_numpy(), rel=1e-6)
    assert after.loc[stayed, "classroom"].equals(before.loc[stayed, "classroom"])  # they stay together here
    assert after["prior"].isna().sum() == len(after) - len(stayed)  # who came this year was not tested before
