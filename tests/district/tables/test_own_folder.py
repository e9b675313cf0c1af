"""What a folder's tables say reaches the district as it stands; what they do not say is filled and marked so."""

import math
from dataclasses import asdict
from io import BytesIO

import numpy as np
import openpyxl
import pandas as pd
import pytest

from own_folder import SCHOOLS, YAML, ZONES, column, swap, write
from sim.district.own import read_own
from sim.district.reading import load_district
from sim.district.tables.problems import Problems
from sim.userinput import UserError

CHINESE = {
    "school": "学校名称",
    "zone": "所属学区",
    "level": "学段",
    "students": "在校生数（人）",
    "lead": "是否牵头",
}


def load(tmp_path, *overrides, **files):
    return load_district(str(write(tmp_path / "place", **files)), overrides)


def warnings(tmp_path, **files):
    problems = Problems()
    assert read_own(write(tmp_path / "place", **files) / "district.yaml", {}, (), problems) is not None, problems.errors
    return [str(problem) for problem in problems.warnings]


def frame():
    return pd.DataFrame([line.replace('"1,200"', "1200").split(",") for line in SCHOOLS.splitlines()[1:]])


def as_workbook():
    book = openpyxl.Workbook()
    book.active.append(list(CHINESE.values()))
    for row in frame().to_numpy().tolist():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def as_parquet():
    table = frame().set_axis(list(CHINESE), axis=1).astype({"students": int})
    content = BytesIO()
    table.assign(lead=table["lead"] == "yes").to_parquet(content)
    return content.getvalue()


class TestFormats:
    @pytest.mark.parametrize(
        "files",
        [
            {"schools": SCHOOLS.encode("utf-8-sig")},
            {"schools": SCHOOLS.encode("gb18030"), "zones": ZONES.encode("gb18030")},
            {"schools": SCHOOLS.replace('"1,200"', "1，200").replace(",", "\t").replace("\n", "\r\n")},
            {"schools": SCHOOLS.replace(",", ";").replace('"1;200"', "1,200")},
            {"schools": SCHOOLS.replace("school,zone,level,students,lead", ",".join(CHINESE.values()))},
            {
                "schools": swap("school,zone", "School Name, ZONE ")
                .replace("primary", "小学")
                .replace("junior", "初 中")
            },
            {"schools": SCHOOLS + "\n,,,,\n"},
            {"schools": None, "schools.xlsx": as_workbook()},
            {"schools": None, "schools.parquet": as_parquet()},
        ],
    )
    def test_a_table_says_the_same_in_every_form(self, tmp_path, files):
        plain, other = load(tmp_path / "plain"), load(tmp_path / "other", **files)
        assert (plain.zones, plain.given) == (other.zones, other.given)

    def test_students_by_grade_need_no_column_of_their_total(self, tmp_path):
        grades = ",".join(f"grade_{grade}" for grade in range(1, 10))
        lines = SCHOOLS.replace('"1,200"', "1200").splitlines()
        rows = [line.split(",") for line in lines[1:]]
        text = f"school,zone,level,{grades}\n" + "".join(
            f"{','.join(row[:3])},{'40,' * 6 + ',,' if row[2] == 'primary' else ',' * 6 + '80,80,80'}\n" for row in rows
        )
        given = load(tmp_path, schools=text).given
        assert [school.students for school in given.values()] == [240] * 5

    def test_students_one_by_one_need_no_column_of_their_total(self, tmp_path):
        text = "\n".join(line.rsplit(",", 2)[0] for line in SCHOOLS.replace('"1,200"', "1200").splitlines())
        rows = [f"{line.split(',')[0]},{1 if 'primary' in line else 7}\n" * 120 for line in text.splitlines()[1:]]
        spec = load(tmp_path, schools=text, students="school,grade\n" + "".join(rows))
        assert spec.students == 600

    def test_codes_keep_their_zeros(self, tmp_path):
        twins = (
            swap("乙小学", "甲小学")
            .replace("students,", "students,id,")
            .replace(",yes", ",,yes")
            .replace("0,no", "0,,no")
        )
        twins = twins.replace('"1,200",,', '"1,200",011301,').replace("600,,", "600,011302,")
        names = load(tmp_path / "csv", schools=twins).zones[0].schools
        assert names == ("甲小学 (011301)", "甲小学 (011302)")
        book = openpyxl.Workbook()
        book.active.append(["school", "zone", "level", "students", "id"])
        for row in (["甲小学", "东区", "primary", 900, 11301], ["甲小学", "西区", "primary", 300, 11302]):
            book.active.append(row)
            book.active.cell(book.active.max_row, 5).number_format = "000000"
        content = BytesIO()
        book.save(content)
        spec = load(tmp_path / "xlsx", schools=None, **{"schools.xlsx": content.getvalue()})
        assert [zone.schools for zone in spec.zones] == [("甲小学 (011301)",), ("甲小学 (011302)",)]

    def test_a_unit_may_stand_in_the_header_or_in_the_cell(self, tmp_path):
        text = column("设备值（万元）,体育运动场馆面积", "120,15亩", "1300000元,9000")
        given = load(tmp_path, schools=text).given
        assert [given[name, 0].equipment for name in ("甲小学", "乙小学")] == [1_200_000, 1_300_000]
        assert [given[name, 0].sports_area for name in ("甲小学", "乙小学")] == pytest.approx([10_000, 9000])

    def test_the_value_stored_beside_a_formula_is_read(self, tmp_path):
        import zipfile

        formula = b'<c r="D2"><f>600*2</f><v>1200</v></c>'
        content = BytesIO()
        with zipfile.ZipFile(BytesIO(as_workbook())) as old, zipfile.ZipFile(content, "w") as new:
            for name in old.namelist():
                part = old.read(name)
                if name.endswith("sheet1.xml"):
                    assert b'<c r="D2" t="n"><v>1200</v></c>' in part
                    part = part.replace(b'<c r="D2" t="n"><v>1200</v></c>', formula)
                new.writestr(name, part)
        given = load(tmp_path, schools=None, **{"schools.xlsx": content.getvalue()}).given
        assert given["甲小学", 0].students == 1200


class TestSchools:
    def test_what_is_given_is_given_and_the_rest_is_not(self, tmp_path):
        school = load(tmp_path, schools=column("teachers,backbone,urban", "60,,农村")).given["甲小学", 0]
        known = {name: value for name, value in asdict(school).items() if value is not None}
        assert known == {"students": 1200, "teachers": 60, "urban": False}

    def test_grades_say_how_many_students_there_are(self, tmp_path):
        grades = ",".join(f"{digit}年级" for digit in "一二三四五六")
        text = column(grades, "210,190,200,200,0,200").replace('"1,200"', "")
        school = load(tmp_path, schools=text).given["甲小学", 0]
        assert (school.students, school.students_by_grade) == (1000, (210, 190, 200, 200, 0, 200))

    def test_a_nine_year_school_stands_in_a_zone_of_each_level_and_shares_what_it_has(self, tmp_path):
        text = column("teachers,backbone,sports_area,classes", ",,,", "50,7,9000,14")
        spec = load(tmp_path, schools=text.replace("乙小学,东区,primary", "乙学校,东区,nine_year"))
        primary, junior = spec.given["乙学校", 0], spec.given["乙学校", 1]
        assert (primary.students, junior.students) == (400, 200)
        assert (primary.teachers, junior.teachers) == (29, 21)  # 400 / 19 and 200 / 13.5 of 50
        assert (primary.backbone, junior.backbone) == (4, 3)
        assert (primary.classes, junior.classes) == (9, 5)
        assert (primary.sports_area, junior.sports_area) == (6000, 3000)
        assert [zone.name for zone in spec.zones if "乙学校" in zone.schools] == ["东区", "东区"]
        assert "乙学校: students" in spec.sources["levels of nine-year schools"]

    def test_a_nine_year_school_may_be_told_level_by_level(self, tmp_path):
        spec = load(tmp_path, schools=SCHOOLS + "丁中学,西区,primary,350,\n")
        assert (spec.given["丁中学", 0].students, spec.given["丁中学", 1].students) == (350, 700)
        assert "levels of nine-year schools" not in spec.sources

    def test_a_zone_of_both_levels_is_one_of_each(self, tmp_path):
        zones = [(zone.name, zone.level, zone.lead) for zone in load(tmp_path).zones]
        assert zones == [("东区", 0, "甲小学"), ("东区", 1, "丁中学"), ("西区", 0, "丙小学"), ("西区", 1, "戊中学")]

    def test_the_lead_may_be_named_by_its_zone(self, tmp_path):
        spec = load(tmp_path, schools=SCHOOLS.replace("yes", ""), zones="学区,牵头学校\n东区,乙小学\n西区,戊中学\n")
        assert [zone.lead for zone in spec.zones] == ["乙小学", None, None, "戊中学"]

    def test_a_school_without_a_zone_is_outside(self, tmp_path):
        spec = load(tmp_path, schools=swap("乙小学,东区", "乙小学,"))
        assert [(school.name, school.level) for school in spec.outside] == [("乙小学", 0)]

    def test_private_schools_say_their_share_themselves(self, tmp_path):
        spec = load(tmp_path, schools=column("办别", "公办", "民办").replace("乙小学,东区", "乙小学,"))
        assert [(school.name, school.level) for school in spec.private_schools] == [("乙小学", 0)]
        assert (spec.private_share_primary, spec.private_share_junior) == (pytest.approx(600 / 2200), 0)

    def test_a_district_may_do_without_junior_schools(self, tmp_path):
        spec = load(tmp_path, schools="".join(SCHOOLS.splitlines(keepends=True)[:4]))
        assert {zone.level for zone in spec.zones} == {0} and spec.students == 2200


class TestPlaces:
    def test_degrees_become_kilometres_from_the_south_west_corner(self, tmp_path):
        degrees = [(114.2, 30.5), (114.3, 30.5), (114.2, 30.6), (114.25, 30.55), (114.22, 30.58)]
        spec = load(tmp_path, schools=column("经度,纬度", *[f"{east},{north}" for east, north in degrees]))
        at = [(school.east, school.north) for school in spec.given.values()]
        assert at[0] == pytest.approx((0, 0)) and spec.map_km == pytest.approx(max(max(place) for place in at))
        for (one, other), (a, b) in zip(zip(at, at[1:]), zip(degrees, degrees[1:]), strict=True):  # noqa: B905
            assert math.dist(one, other) == pytest.approx(_great_circle(a, b), rel=1e-3)

    def test_plane_coordinates_may_have_any_origin_and_some_places_may_be_open(self, tmp_path):
        spec = load(tmp_path, schools=column("x_km,y_km", "-3,500", "1,502", ",", "0,501", "0,500"))
        assert [school.east for school in spec.given.values()] == [0, 4, None, 3, 3]
        assert spec.map_km == 4 and spec.sources["map_km"] == "schools.csv: how far apart its schools lie"


def _great_circle(one, other):
    (east, north), (to_east, to_north) = (tuple(map(math.radians, place)) for place in (one, other))
    half = math.sin((to_north - north) / 2) ** 2
    half += math.cos(north) * math.cos(to_north) * math.sin((to_east - east) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


class TestMargins:
    def test_what_neither_tables_nor_yaml_say_is_that_of_the_district_it_is_like(self, tmp_path):
        text = "title: 样区\nlike: tekes\nbaseline_year: 2022\nmargins: {migrant_share: {value: 0.2, source: census}}\n"
        spec, other = load(tmp_path, **{"district.yaml": text}), load_district("tekes")
        assert (spec.title, spec.baseline_year, spec.name) == ("样区", 2022, "place")
        assert (spec.migrant_share, spec.sources["migrant_share"]) == (0.2, "census")
        assert spec.norm_primary == other.norm_primary
        assert spec.sources["norm_primary"] == f"tekes: {other.sources['norm_primary']}"
        assert (spec.students, spec.sources["students"]) == (3200, "schools.csv")

    def test_an_empty_yaml_will_do(self, tmp_path):
        spec = load(tmp_path, **{"district.yaml": ""})
        assert (spec.title, spec.baseline_year, spec.sources["like"]) == ("place", 2020, "generic_county")

    def test_a_margin_may_be_typed_but_not_what_the_table_gives(self, tmp_path):
        spec = load(tmp_path, ("migrant_share", 0.3), ("baseline_year", 2021))
        assert (spec.migrant_share, spec.baseline_year) == (0.3, 2021)
        with pytest.raises(UserError, match=r"district.students: the tables of .+ give it; leave it out"):
            load(tmp_path, ("students", 5000))
        with pytest.raises(UserError, match=r"district.migrant_share must be within 0 ... 1, got 3"):
            load(tmp_path, ("migrant_share", 3))

    def test_the_folder_may_stand_among_the_configurations(self, tmp_path):
        write(tmp_path / "district" / "place")
        assert load_district("place", config_dirs=[tmp_path]).students == 3200


class TestPersons:
    TEACHERS = """学校,工号,学段,学科,性别,年龄,教龄,学历,职称,骨干教师
甲小学,1,,语文,女,40,17,本科,高级,市级
甲小学,2,,体育,男,30,7,大专,一级,无
甲小学,3,,数学,女,,,中师,,校级
丁中学,4,初中,物理,男,50,28,大专,高级,区级
丁中学,5,初中,英语,女,26,3,硕士,二级,
"""

    def test_teachers_are_kept_and_counted(self, tmp_path):
        spec = load(tmp_path, teachers=self.TEACHERS)
        people = spec.own_teachers
        assert people.school == ("甲小学",) * 3 + ("丁中学",) * 2 and people.level.tolist() == [0, 0, 0, 1, 1]
        assert people.columns["subject"].tolist() == [0, 3, 1, 4, 2]
        assert people.columns["degree"].tolist() == [1, 1, 0, 0, 2]  # 专科 is above what primary schools ask for
        assert people.known["age"].tolist() == [True, True, False, True, True]
        assert "id" not in people.columns and len(people.checksum) == 32
        primary, junior = spec.given["甲小学", 0], spec.given["丁中学", 1]
        assert (primary.teachers, primary.above_degree, primary.backbone, primary.pe_arts) == (3, 2, 1, 1)
        assert (junior.teachers, junior.above_degree, junior.masters, junior.backbone) == (2, 1, 1, None)
        assert spec.given["乙小学", 0].teachers is None

    def test_students_are_kept_and_counted_and_scores_standardised_within_the_grade(self, tmp_path):
        classes = {1: 3, 2: 2, 3: 2, 4: 2, 5: 2, 6: 0}
        lines = ["学校,年级,班级,随迁子女,成绩"]
        for grade, of_grade in classes.items():
            lines += [
                f"丙小学,{grade},{c + 9}班,{'是' if c else '否'},{90 - 7 * c * grade}" for c in range(of_grade)
            ] * 4
        spec = load(tmp_path, schools=swap("400", ""), students="\n".join(lines))
        school, people = spec.given["丙小学", 0], spec.own_students
        assert school.students == 44 and school.students_by_grade == (12, 8, 8, 8, 8, 0)
        assert (school.classes, school.classes_by_grade) == (11, (3, 2, 2, 2, 2, 0))
        assert people.columns["classroom"][:3].tolist() == [0, 1, 2]  # 9班, 10班, 11班
        for grade in range(1, 6):
            scores = people.columns["score"][people.columns["grade"] == grade]
            assert scores.mean() == pytest.approx(0) and scores.std() == pytest.approx(1)
        assert people.columns["migrant"].dtype == np.bool_ and people.columns["migrant"].sum() == 24

    def test_numbers_of_persons_are_hashed_with_a_key_of_the_moment(self, tmp_path):
        from sim.district.tables.of_people import TEACHERS
        from sim.district.tables.persons import hashed_ids
        from sim.district.tables.records import read_table

        records = read_table(write(tmp_path / "place", teachers=self.TEACHERS), TEACHERS, Problems())
        one, other = hashed_ids(records), hashed_ids(records)
        assert len(set(one.get("id"))) == 5 and not set(one.get("id")) & set(other.get("id"))
        assert one.get("school") == records.get("school")


class TestWarnings:
    def test_a_good_folder_has_none(self, tmp_path):
        assert warnings(tmp_path) == []

    @pytest.mark.parametrize(
        ("files", "said"),
        [
            (
                {"schools": swap("400,yes", "400,")},
                "zones.csv, row 3: 西区 (primary schools) has no lead school; it runs without one; write yes in the "
                "column lead of schools.csv for one of its schools, if it has one",
            ),
            (
                {"schools": column("classes", 10)},
                "schools.csv, row 2, column students: 甲小学: 120 students a class, which is unusual (5 ... 65); see "
                "whether number and unit are right",
            ),
            ({"schools": column("校长", "张三")}, "schools.csv, row 1, column 校长: the column is not read"),
            (
                {"schools": swap("400", ""), "students": "学校,年级,随迁子女\n" + "丙小学,1,否\n" * 40},
                "students.csv, column 随迁子女: it is no for every student, and the district will have none; empty "
                "cells mean that it is not known",
            ),
        ],
    )
    def test_what_is_odd_is_told_and_does_not_stop(self, tmp_path, files, said):
        assert warnings(tmp_path, **files) == [said]


def test_a_district_that_lists_its_zones_in_yaml_is_read_as_before(tmp_path):
    shipped = load_district("wuhan_edz")
    from sim.userinput import find

    folder = tmp_path / "wuhan_edz"
    folder.mkdir()
    (folder / "district.yaml").write_bytes(find("district", "wuhan_edz").read_bytes())
    assert load_district(str(folder)) == shipped and YAML


class TestZonesByDistance:
    PLACES = column("x_km,y_km", "0,0", "9,9", "1,1", "0,1", "9,8")

    @pytest.mark.parametrize(
        "files",
        [
            {"zones": None, "district.yaml": "zones: 4\n"},
            {"zones": None, "schools": PLACES.replace(",东区", "").replace(",西区", "").replace(",zone", "")},
            {},
        ],
    )
    def test_neither_a_table_nor_a_column_of_zones_is_needed(self, tmp_path, files):
        typed = [] if "district.yaml" in files else [("zones", 4)]
        spec = load(tmp_path, *typed, **{"schools": self.PLACES} | files)
        members = [(zone.level, zone.lead, sorted(zone.schools)) for zone in spec.zones]
        assert members == [
            (0, "乙小学", ["乙小学"]),
            (0, "甲小学", ["丙小学", "甲小学"]),
            (1, "戊中学", ["戊中学"]),
            (1, "丁中学", ["丁中学"]),
        ]
        assert spec.outside == ()

    def test_places_must_be_known(self, tmp_path):
        with pytest.raises(UserError, match="need the place of every school, and 甲小学, 乙小学, 丙小学 and 2 more"):
            load(tmp_path, ("zones", "auto"))
        with pytest.raises(UserError, match="district.yaml: district.zones=auto: zones by distance need the place"):
            load(tmp_path, **{"district.yaml": "zones: auto\n"})
