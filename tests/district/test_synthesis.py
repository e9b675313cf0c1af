"""Schools, zones and teachers filled in from margins: whole numbers that add up, with the means and places stated."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.agents.geography import Feeding, Geography
from sim.agents.school import JUNIOR, LEVELS, PRIMARY, YEARS
from sim.agents.teacher import CORE, DISTRICT_BACKBONE, GENERATIONS, PE_ARTS, POSTS, SCIENCE_IT
from sim.config import Effects
from sim.district.listed_places import PrivateSchool
from sim.district.reading import load_district
from sim.district.staff import teachers_of
from sim.district.synthesis import RESOURCES, zones_and_schools
from sim.indicators.standards import weighted_cv
from sim.noise import Noise

WUHAN = load_district("wuhan_edz")
SMALL = load_district("wuhan_edz", [("students", 900)])
MIDDLE = load_district("wuhan_edz", [("students", 9000), ("map_km", 40), ("zone_km", 1), ("seat_slack", 0.2)])
EFFECTS = Effects.means()
WORLDS = [(spec, seed) for spec in (WUHAN, SMALL, MIDDLE) for seed in (1, 2, 77)]


@pytest.fixture(params=WORLDS, ids=lambda world: f"{world[0].students:.0f}-{world[1]}")
def world(request):
    spec, seed = request.param
    zones, schools = zones_and_schools(spec, Noise(seed))
    return spec, zones, schools, teachers_of(spec, schools, EFFECTS, Noise(seed))


def rows_of(schools, level):
    return np.flatnonzero(schools.level == level)


class TestSchools:
    def test_zones_and_schools_are_those_stated(self, world):
        spec, zones, schools, _ = world
        assert zones.name.tolist() == [zone.name for zone in spec.zones]
        for row, zone in enumerate(spec.zones):
            here = np.flatnonzero(schools.zone == row)
            assert tuple(schools.name[here]) == zone.schools and zones.members[row] == len(zone.schools)
            assert set(schools.level[here]) == {zone.level} == {zones.level[row]} and zones.form[row] == zone.form
            assert schools.name[zones.lead[row]] == zone.lead
            assert schools.name[here[schools.lead[here]]].tolist() == [zone.lead]

    def test_each_level_takes_in_a_ninth_of_the_students(self, world):
        spec, _, schools, _ = world
        for level in (PRIMARY, JUNIOR):
            assert schools.intake[schools.level == level].sum() == round(spec.students / 9)
        assert (schools.residents == schools.intake).all() and schools.intake.min() >= 0

    def test_seats_leave_the_stated_slack(self, world):
        spec, _, schools, _ = world
        assert schools.seats.tolist() == [math.ceil(n * (1 + spec.seat_slack)) for n in schools.intake.tolist()]

    def test_a_zone_that_states_its_place_and_seats_has_them_and_the_others_stay_as_they_are(self):
        own = replace(WUHAN.zones[3], east=40.0, north=41.0, seat_slack=0.5, birth_trend=-0.1)
        spec = replace(WUHAN, zones=(*WUHAN.zones[:3], own, *WUHAN.zones[4:]))
        plain, schools = zones_and_schools(WUHAN, Noise(1))[1], zones_and_schools(spec, Noise(1))[1]
        here = schools.zone == 3
        assert (np.hypot(schools.x - 40, schools.y - 41)[here] <= WUHAN.zone_km).all()
        assert schools.seats[here].tolist() == [math.ceil(n * 1.5) for n in schools.intake[here].tolist()]
        assert set(schools.birth_trend[here]) == {-0.1} and set(schools.birth_trend[~here]) == {WUHAN.birth_trend}
        for name in ("x", "y", "seats", "posts", "equipment"):
            assert (schools.arrays[name][~here] == plain.arrays[name][~here]).all(), name

    def test_sizes_keep_floor_and_ceiling_where_the_district_is_large_enough(self):
        for seed in range(20):
            schools = zones_and_schools(WUHAN, Noise(seed))[1]
            students = schools.intake * np.array(YEARS)[schools.level]
            assert students.min() >= WUHAN.school_size_floor - 6
            assert students.max() <= WUHAN.school_size_ceiling + 6

    def test_posts_follow_the_norm_in_all_and_small_schools_have_more_a_student(self, world):
        spec, _, schools, _ = world
        for level, norm in enumerate(spec.by_level("norm")):
            rows = rows_of(schools, level)
            students = schools.intake[rows] * YEARS[level]
            assert schools.posts[rows].sum() == round(students.sum() / norm)
            if spec is WUHAN:
                slope = np.polyfit(np.log(students), np.log(schools.posts[rows]), 1)[0]
                assert slope == pytest.approx(spec.teacher_elasticity, abs=0.02)

    @pytest.mark.parametrize("resource", RESOURCES)
    def test_buildings_have_the_stated_mean_and_cv(self, world, resource):
        spec, _, schools, _ = world
        held = getattr(schools, "multimedia_rooms" if resource == "multimedia" else resource)
        per = 100 if resource == "multimedia" else 1
        for level in range(len(LEVELS)):
            rows = rows_of(schools, level)
            students = schools.intake[rows] * YEARS[level]
            assert per * held[rows].sum() / students.sum() == pytest.approx(spec.by_level(resource)[level], rel=1e-12)
            assert weighted_cv(held[rows], students) == pytest.approx(spec.by_level(f"{resource}_cv")[level], abs=1e-9)

    def test_schools_lie_round_their_zone_and_zones_on_the_map(self, world):
        spec, zones, schools, _ = world
        apart = np.hypot(schools.x[:, None] - schools.x, schools.y[:, None] - schools.y)
        same = schools.zone[:, None] == schools.zone
        assert apart[same].max() <= 2 * spec.zone_km
        for place in (schools.x, schools.y):
            assert -spec.zone_km <= place.min() and place.max() <= spec.map_km + spec.zone_km

    def test_another_seed_is_another_district_and_the_same_seed_the_same(self):
        one, again, other = (zones_and_schools(WUHAN, Noise(seed))[1] for seed in (5, 5, 6))
        for name, column in one.arrays.items():
            assert np.array_equal(column, again.arrays[name])
        for name in ("x", "y", "intake", "equipment", "standing"):
            assert not np.array_equal(one.arrays[name], other.arrays[name])


class TestPrivateSchools:
    @pytest.fixture
    def worlds(self):
        """Wuhan as it is, and with three private schools."""
        private = (PrivateSchool("甲", PRIMARY), PrivateSchool("乙", PRIMARY), PrivateSchool("甲", JUNIOR))
        mine = replace(WUHAN, private_schools=private, private_share_primary=0.03, private_share_junior=0.2)
        return [zones_and_schools(spec, Noise(4)) for spec in (WUHAN, mine)]

    def test_they_come_after_the_public_ones_which_stay_what_and_where_they_are(self, worlds):
        (zones, public), (zones_too, schools) = worlds
        assert schools.private.tolist() == [False] * len(public) + [True] * 3
        assert schools.zone[-3:].tolist() == [-1] * 3 and schools.name[-3:].tolist() == ["甲", "乙", "甲"]
        for name in ("id", "name", "zone", "level", "lead", "x", "y", "standing"):
            assert np.array_equal(schools.arrays[name][:-3], public.arrays[name]), name
        for name, column in zones.arrays.items():
            assert np.array_equal(column, zones_too.arrays[name]), name

    def test_entrants_are_shared_with_them_and_all_have_a_public_catchment(self, worlds):
        _, (_, schools) = worlds
        entrants = round(WUHAN.students / 9)
        assert schools.intake[-3:].tolist() == [100, 100, round(0.2 * entrants)]
        for level in (PRIMARY, JUNIOR):
            rows = rows_of(schools, level)
            assert schools.intake[rows].sum() == schools.residents[rows].sum() == entrants
        assert not schools.residents[-3:].any()
        shares = Feeding.of(Geography(schools, considered=100), schools.residents).table()
        assert not shares[-3:].any() and not shares[:, -3:].any()

    def test_they_have_the_districts_mean_of_everything(self, worlds):
        _, (_, schools) = worlds
        students = schools.intake * np.array(YEARS)[schools.level]
        for level in (PRIMARY, JUNIOR):
            private = rows_of(schools, level)[schools.private[rows_of(schools, level)]]
            public = rows_of(schools, level)[~schools.private[rows_of(schools, level)]]
            for resource in RESOURCES:
                held = getattr(schools, "multimedia_rooms" if resource == "multimedia" else resource)
                mean, cv = (spec_of[level] for spec_of in map(WUHAN.by_level, (resource, f"{resource}_cv")))
                per = 100 if resource == "multimedia" else 1
                assert per * held[private] / students[private] == pytest.approx(mean)
                assert per * held[public].sum() / students[public].sum() == pytest.approx(mean)
                assert weighted_cv(held[public], students[public]) == pytest.approx(cv, abs=1e-9)
            assert schools.posts[private].sum() == round(students[private].sum() / WUHAN.by_level("norm")[level])


class TestTeachers:
    def test_every_post_has_a_teacher_with_an_id_of_its_own(self, world):
        _, _, schools, teachers = world
        assert np.bincount(teachers.school, minlength=len(schools)).tolist() == schools.posts.tolist()
        assert len(np.unique(teachers.id)) == len(teachers) and (teachers.home_school == teachers.school).all()
        assert (teachers.id // GENERATIONS // POSTS == schools.id[teachers.school]).all()
        assert (teachers.id % GENERATIONS == 0).all()

    def test_degrees_are_as_many_as_stated(self, world):
        spec, _, schools, teachers = world
        for level, share in enumerate(spec.by_level("above_degree")):
            here = schools.level[teachers.school] == level
            assert (teachers.degree[here] >= 1).sum() == round(share * here.sum())
            assert (teachers.degree[here] == 2).sum() == round(spec.by_level("masters")[level] * here.sum())

    @pytest.mark.parametrize(("name", "most"), [("backbone", 0.8), ("pe_arts", 0.5)])
    def test_backbone_and_pe_arts_teachers_are_as_many_as_stated(self, world, name, most):
        spec, _, schools, teachers = world
        which = teachers.backbone >= DISTRICT_BACKBONE if name == "backbone" else teachers.subject == PE_ARTS
        held = np.bincount(teachers.school[which], minlength=len(schools))
        assert (held <= most * schools.posts).all()
        for level in range(len(LEVELS)):
            rows = rows_of(schools, level)
            students = schools.intake[rows] * YEARS[level]
            wanted = round(spec.by_level(name)[level] / 100 * students.sum())
            full = (held[rows] >= np.floor(most * schools.posts[rows])).any()
            assert held[rows].sum() <= wanted if full else held[rows].sum() == wanted
            if spec is WUHAN:
                assert held[rows].sum() >= 0.97 * wanted
                assert weighted_cv(held[rows], students) == pytest.approx(spec.by_level(f"{name}_cv")[level], abs=0.05)

    def test_titles_are_ranked_by_seniority_and_in_the_stated_shares(self, world):
        spec, _, schools, teachers = world
        for school in range(len(schools)):
            here = teachers.select(teachers.school == school)
            titles = np.bincount(here.backbone, minlength=4).tolist()
            district = titles[2] + titles[3]
            assert titles[3] == round(district * spec.city_backbone_share)
            assert titles[1] == min(round(spec.school_backbone_share * len(here)), len(here) - district)
            by_title = [here.experience[here.backbone == title] for title in range(4) if titles[title]]
            assert all(low.max() <= high.min() for low, high in zip(by_title[:-1], by_title[1:], strict=True))

    def test_subjects_are_mixed_as_stated(self):
        teachers = teachers_of(WUHAN, zones_and_schools(WUHAN, Noise(1))[1], EFFECTS, Noise(1))
        others = teachers.subject[teachers.subject != PE_ARTS]
        stated = [WUHAN.language_share, WUHAN.mathematics_share, WUHAN.other_core_share]
        for subject, share in (*zip(CORE, stated, strict=True), (SCIENCE_IT, 1 - sum(stated))):
            assert (others == subject).mean() == pytest.approx(share, abs=0.02)

    def test_ages_skill_and_sex_are_plausible(self):
        schools = zones_and_schools(WUHAN, Noise(1))[1]
        teachers = teachers_of(WUHAN, schools, EFFECTS, Noise(1))
        assert (teachers.age == teachers.experience + WUHAN.entry_age).all()
        assert (teachers.years_here <= teachers.experience).all() and teachers.experience.min() == 0
        assert teachers.experience.max() == 32 and teachers.experience.mean() == pytest.approx(16, abs=0.7)
        assert teachers.female.mean() == pytest.approx(WUHAN.female_share, abs=0.035)
        assert teachers.base_skill.std() == pytest.approx(EFFECTS.rec_sigmaT, rel=0.1)
