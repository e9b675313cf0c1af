"""Two reforms as documents 001 and 003 state them: numbers of the text are met, each part of a place is as told."""

from collections import Counter

import numpy as np
import pytest

import sim
from quotes import plain, quotes
from reforms import REFORMS, policy_file, rows
from sim.agents.demography import new_cohort
from sim.agents.school import JUNIOR, LEVELS, PRIMARY
from sim.agents.zone import FORMS
from sim.district.reading import load_district
from sim.district.synthesis import zones_and_schools
from sim.noise import Noise
from sim.reform import Policy
from sim.userinput import UserError

QINGSHAN, ZHENGZHOU = load_district("qingshan"), load_district("zhengzhou_gaoxin")
SMALL = ["district.students=3000"]
"""So few students cannot pay what a plan builds for many."""
PLANS = {district: REFORMS[district][0] for district in ("qingshan", "zhengzhou_gaoxin")}
OTHER_SENTENCES = {
    "qingshan": {
        "人口流失带来的生源萎缩",
        "依托武汉教育云平台和智慧课堂教学环境，积极开展课堂教学改革",
        "加大场地设施资源和优质课程资源的统筹力度",
        "大班额等问题依然存在",
        "完善联合教研制度",
        "定期举办教师“五项”技能大赛",
        "实施教师信息化能力与素养提升工程",
        "帮扶薄弱学校提高办学水平",
        "择校热、大班额等问题依然存在",
        "持续、深入、有效推进“区管校聘”改革工作，做到“总量控制、动态管理”",
        "教师队伍超编",
        "梯度推进16所中小学配建、改扩建工程项目建设，力争1年开工2所，两年投入使用1所，至“十四五”末期，建成小学5所，"
        "初中4所，改扩建中小学各1所，增加中小学学位13050个",
        "滨江片区学位不足",
        "生源萎缩",
        "给予青年教师成长空间",
        "统筹学校间干部配备，推动优秀教师交流",
    },
    "zhengzhou_gaoxin": {
        "不断加快“名校网络课堂”实施步伐，创新名校网络教学和教研模式",
        "保障体音美信息科学教师优先配备，切实降低教师“教非所学”率",
        "到2023年，全面消除56人以上大班额，基本做到小学班额不超过45人、初中班额不超过50人",
        "到2025年，全区小学、初中规模原则上不超过2000人，九年一贯制学校不超过2500人",
        "尝试通过人事代理等方式保障学校开足开齐课程",
        "建立校长教师交流长效机制",
        "持续开展“专递课堂”建设",
        "流动人口变化趋势",
        "深化合作办学工作",
        "统筹考虑生源增长和地区发展等因素",
        "鼓励优秀校长和骨干教师向新建学校和薄弱学校流动",
    },
}
"""Quotes of documents 001 and 003 from sentences that promise nothing, or that several targets share between them."""


def lever(district, group, year):
    return Policy.load(PLANS[district], baseline_year=load_district(district).baseline_year).lever(group, year)


@pytest.mark.parametrize("district", PLANS)
def test_quotes_stand_in_the_sentences_that_the_targets_quote_or_are_listed_here(district):
    sentences = [plain(row["quote"]) for row in rows(district).values()]
    place = load_district(district)
    sources = [*policy_file(district)["sources"].values(), *place.sources.values()]
    sources += [source for zone in place.zones for source in zone.sources.values()]
    quoted = {plain(quote) for source in sources for quote in quotes(source)}
    missing = {quote for quote in quoted if not any(quote in sentence for sentence in sentences)}
    assert missing == {plain(sentence) for sentence in OTHER_SENTENCES[district]}


@pytest.mark.parametrize("district", PLANS)
def test_what_a_zone_states_of_itself_is_assumed(district):
    for zone in load_district(district).zones:
        stated = {name for name in zone.own_values() if getattr(zone, name) is not None}
        assert zone.sources.keys() == stated
        assert all(source.startswith("assumed") for source in zone.sources.values())


@pytest.mark.parametrize("district", PLANS)
def test_it_runs_from_the_year_after_its_baseline(district):
    scenario = sim.load(district, PLANS[district])
    assert scenario.policy.moved_by == 0 and scenario.policy.first_year == scenario.baseline_year + 1


class TestQingshan:
    def test_there_are_43_schools_and_3949_teachers(self):
        for seed in range(5):
            schools = zones_and_schools(QINGSHAN, Noise(seed))[1]
            assert (len(schools), int(schools.posts.sum())) == (43, 3949)

    def test_the_groups_of_the_text_are_there_with_their_leads(self):
        groups = {zone.lead: zone for zone in QINGSHAN.zones if zone.form == FORMS.index("group")}
        assert set(groups) == {"吉林街小学", "钢花小学", "钢城一小", "任家路中学"}
        assert groups["任家路中学"].schools == ("任家路中学", "钢花中学")

    def test_children_of_the_west_grow_in_number_and_those_of_the_east_shrink(self):
        model = sim.load("qingshan", effects="means", overrides=["district.students=9000"]).model(seed=1)
        model.year += 4
        now = Counter(model.schools.zone[new_cohort(model, model.year).catchment].tolist())
        at_rest = np.bincount(model.schools.zone, model.schools.residents)
        for row, zone in enumerate(QINGSHAN.zones):
            if zone.level == PRIMARY:
                growth = (1 + zone.birth_trend) ** 4
                assert now[row] == pytest.approx(at_rest[row] * growth, abs=len(zone.schools))
        assert QINGSHAN.zones[3].name.startswith("西") and now[3] > at_rest[3]
        assert QINGSHAN.zones[6].name.startswith("东") and now[6] < at_rest[6]

    def test_the_west_has_no_place_to_spare_and_the_east_has(self):
        schools = zones_and_schools(QINGSHAN, Noise(3))[1]
        spare = schools.seats - schools.intake
        for row, zone in enumerate(QINGSHAN.zones):
            here = schools.zone == row
            assert (spare[here] > 0).all() == (not zone.name.startswith("西")), zone.name

    def test_zones_lie_west_in_the_middle_and_east(self):
        for seed in range(3):
            zones, schools = zones_and_schools(QINGSHAN, Noise(seed))
            east = [schools.x[schools.zone == row].mean() for row in range(len(zones))]
            west_most = [x for x, zone in zip(east, QINGSHAN.zones, strict=True) if zone.name.startswith("西")]
            east_most = [x for x, zone in zip(east, QINGSHAN.zones, strict=True) if zone.name.startswith("东")]
            assert max(west_most) < 5 and min(east_most) > 10

    def test_sixteen_projects_start_two_a_year_and_eleven_open_13050_places_by_2025(self):
        building = lever("qingshan", "building", 2021)
        starts = Counter(project.start_year for project in building.projects)
        assert len(building.projects) == 16 and set(starts.values()) <= {2, 3}
        opened = [p for p in building.projects if p.start_year + building.lag <= 2025]
        assert sum(project.seats for project in opened) == 13050
        level = {name: zone.level for zone in QINGSHAN.zones for name in (zone.name, *zone.schools)}
        built = Counter((level[p.zone or p.school], "new" if p.zone else "wing") for p in opened)
        assert built == {(PRIMARY, "new"): 5, (JUNIOR, "new"): 4, (PRIMARY, "wing"): 1, (JUNIOR, "wing"): 1}

    def test_all_13050_places_are_there_in_2025(self):
        scenario = sim.load("qingshan", PLANS["qingshan"], effects="means", overrides=SMALL)
        table = sim.run(scenario, replicates=1, counterfactual=False).indicators
        places = table[table["scope"] == "district"].groupby("year")["places"].sum()
        assert places[2025] - places[2020] == 13050

    def test_two_or_three_showcase_schools_a_stage_are_spread_over_the_parts(self):
        shown = [project.school for project in lever("qingshan", "showcase", 2024).projects]
        zone_of = {school: zone for zone in QINGSHAN.zones for school in zone.schools}
        for level in range(len(LEVELS)):
            here = [zone_of[school].east for school in shown if zone_of[school].level == level]
            assert len(here) in (2, 3) and len(set(here)) == len(here)

    def test_large_classes_are_ruled_out_at_once_and_the_norm_comes_step_by_step(self):
        caps = [lever("qingshan", "enrolment", year) for year in range(2021, 2026)]
        assert all(cap.class_cap_primary <= 55 and cap.class_cap_junior <= 55 for cap in caps)
        assert (caps[-1].class_cap_primary, caps[-1].class_cap_junior) == (45, 50)


class TestZhengzhou:
    def test_numbers_of_the_text_are_those_of_the_settings(self):
        rotation = lever("zhengzhou_gaoxin", "rotation", 2020)
        assert 0.10 <= rotation.rate < 0.11 and rotation.backbone_share == 0.20 and rotation.relation_moves
        enrolment = lever("zhengzhou_gaoxin", "enrolment", 2023)
        assert (enrolment.class_cap_primary, enrolment.class_cap_junior, enrolment.school_cap) == (45, 50, 2000)
        assert lever("zhengzhou_gaoxin", "training", 2020).fund_share == 0.05
        assert lever("zhengzhou_gaoxin", "training", 2022).ict_share == 1
        assert lever("zhengzhou_gaoxin", "recruitment", 2022).fill_norm == 1

    def test_four_new_schools_are_run_by_the_two_of_the_text_in_2020_and_all_members_by_a_lead_in_2022(self):
        contracts = lever("zhengzhou_gaoxin", "trusteeship", 2020).projects
        first = {trust.school: trust.trustee for trust in contracts if trust.start_year == 2020}
        assert len(first) == 4 and set(first.values()) == {"郑中附小", "郑大实验"}
        assert all(school.startswith("新建") for school in first)
        leads = {zone.lead for zone in ZHENGZHOU.zones}
        members = {school for zone in ZHENGZHOU.zones for school in zone.schools} - leads
        assert {trust.school for trust in contracts} == members
        assert all(trust.start_year in (2020, 2022) for trust in contracts)

    def test_schools_of_both_levels_are_one_school_by_name(self):
        levels = Counter(school for zone in ZHENGZHOU.zones for school in zone.schools)
        assert {school for school, n in levels.items() if n == 2} == {"创新实验学校", "科创学校"}


class TestOnOtherDistricts:
    @pytest.mark.parametrize("district", ["qingshan", "zhengzhou_gaoxin"])
    def test_a_plan_without_places_runs_on_any(self, district):
        scenario = sim.load(district, "wuhan_edz_2021_2023")
        assert scenario.policy.first_year == scenario.baseline_year + 1

    @pytest.mark.parametrize(
        ("district", "plan", "words"),
        [
            (
                "wuhan_edz",
                "qingshan_2021_2025",
                "policy.showcase.projects[0].school=第9小学: no such school in the district",
            ),
            ("qingshan", "zhengzhou_gaoxin_2025", "policy.trusteeship.projects[0].school=新建第1小学: no such school"),
        ],
    )
    def test_a_plan_that_names_places_says_which_one_is_missing(self, district, plan, words):
        with pytest.raises(UserError) as refused:
            sim.load(district, plan)
        message = str(refused.value)
        assert message.startswith(words) and "\n" not in message
        assert message.endswith(f"{words.partition('[')[0]}=[] runs the policy without such places")

    def test_without_its_places_it_runs_there_too(self):
        off = ["policy.showcase.projects=[]", "policy.building.projects=[]"]
        assert sim.load("wuhan_edz", "qingshan_2021_2025", overrides=off).policy.lever("showcase", 2022) is None
