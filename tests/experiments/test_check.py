"""`zonesim check` tells what is wrong, what is there and what is not; `zonesim template` writes what it passes."""

import os
import stat

import pytest
from rich.cells import cell_len

import sim
from experiments.own_district import assessed, figures, filled_in, public_schools
from own_folder import SCHOOLS, column, swap, write
from sim.district.reading import load_district
from sim.indicators.standards import weighted_cv
from sim.inspection import OfficialStandard

STANDARD = OfficialStandard.load("youzhi_junheng")
COMPLETE = (
    "teachers,above_degree,backbone,pe_arts,teaching_area,sports_area,equipment,multimedia",
    "66,60,13,11,5500,9100,2500000,28",
    "33,30,6,6,2800,4600,1250000,14",
    "24,20,2,4,1900,2500,810000,9",
    "52,48,8,7,4200,7200,1800000,17",
    "23,20,3,3,1800,3100,760000,8",
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to work in, 80 columns wide."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("experiments.check.terminal", lambda: _narrow())
    return tmp_path


def _narrow():
    from rich.console import Console

    return Console(width=80, markup=False, highlight=False, emoji=False)


def test_the_template_is_checked_and_runs(place, zonesim):
    assert zonesim("template", "my")[0] == 0
    assert sorted(file.name for file in (place / "my").iterdir()) == [
        *("district.yaml", "schools.csv", "teachers.csv", "zones.csv")
    ]
    status, output, messages = zonesim("check", "my")
    assert (status, messages) == (0, "")
    assert "云溪区（虚构示例）" in output and output.endswith("my can be run: zonesim district=./my\n")
    assert "to be mended" not in output and "unusual" not in output
    scenario = sim.load("my", horizon=2021)
    assert "T001" not in repr(scenario.resolved)  # the number of a teacher
    result = sim.run(scenario, replicates=1)
    rows = result.indicators[(result.indicators["year"] == 2020) & (result.indicators["scope"] == "school")]
    of_school = rows[rows["scenario"] == "policy"].set_index(["unit", "level"])
    given = public_schools(load_district("my")).set_index(["school", "level"])
    for name in ("students", "classes", "teachers"):
        assert of_school[name].reindex(given.index).tolist() == given[name].tolist()


def test_a_template_replaces_nothing_and_is_whole(place, zonesim):
    (place / "full").mkdir()
    for name in ("full", "full/../full"):
        status, _, messages = zonesim("template", name)
        assert status == 2 and "it is there already, and nothing is replaced" in messages
    (place / "file").write_text("")
    assert "it cannot be made: File exists" in zonesim("template", "file/my")[2]
    assert zonesim("template", "deep/er/my district")[0] == 0
    assert stat.S_IMODE((place / "deep" / "er" / "my district").stat().st_mode) == 0o777 & ~_umask()
    assert [path.name for path in (place / "deep" / "er").iterdir()] == ["my district"]
    assert "template needs one folder" in zonesim("template")[2]


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_disk_that_fails_leaves_no_template(place, zonesim, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("experiments.template.shutil.copyfile", full)
    status, _, messages = zonesim("template", "my")
    assert (status, messages) == (1, "zonesim: cannot write my: No space left on device\n")
    assert list(place.iterdir()) == []


def test_what_is_wrong_is_listed_in_the_order_of_rows_and_ends_with_status_2(place, zonesim):
    write(
        place / "my",
        schools=swap("600", "六百").replace("丙小学,西区", "丙小学,西去"),
        teachers="school,age\n甲小学,old\n",
    )
    status, output, messages = zonesim("check", "my")
    assert (status, messages) == (2, "zonesim: my: 3 problems; mend the files and check again\n")
    assert "3 things: to be mended" in output and "can be run" not in output
    plain = " ".join(output.split())
    assert plain.index("row 3, column students: got '六百'") < plain.index("row 4, column zone: got '西去'")
    assert "row 4, column zone: got '西去', zones.csv has no such zone; add it there, or correct the name" in plain
    assert all(cell_len(line) <= 80 for line in output.splitlines())


def test_warnings_do_not_fail(place, zonesim):
    write(place / "my", schools=swap("300,yes", "300,no"))
    status, output, _ = zonesim("check", "my")
    assert status == 0 and "1 thing: unusual, or not read" in output
    assert all(cell_len(line) <= 80 for line in output.splitlines() if "indicator" not in line)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "check needs one folder: zonesim check DIR; got none"),
        (["my", "other"], "check needs one folder: zonesim check DIR; got my other"),
        (["nowhere"], "check nowhere: no such folder; zonesim template nowhere writes an example"),
        (["my/schools.csv"], "check my/schools.csv: is a file, not a folder"),
        (["my", "standard=best"], "standard=best: no such standard; known: jiben_junheng, youzhi_junheng"),
        (
            ["my", "standrd=jiben_junheng"],
            "standrd: no such setting; known: standard, hash_ids; did you mean 'standard'?",
        ),
        (["my", "hash_ids=1"], "hash_ids must be true or false, got 1"),
    ],
)
def test_what_is_typed_wrong_is_told(place, zonesim, words, told):
    write(place / "my")
    status, _, messages = zonesim("check", *words)
    assert status == 2 and told in messages


def test_figures_are_those_of_the_tables(tmp_path):
    found = figures(load_district(str(write(tmp_path / "my", schools=column(*COMPLETE)))))
    assert found["students (public)"] == (2200, 1000) and found["teachers"] == (123, 75)
    assert found["classes"] == (None, None) and found["students a class"] == (None, None)
    assert found["CV backbone"][0] == pytest.approx(weighted_cv([13, 6, 2], [1200, 600, 400]))
    assert "private schools" not in found


def test_a_figure_that_some_schools_lack_is_not_known(tmp_path):
    text = column(*COMPLETE).replace("33,30,6,6", "33,30,,6")
    place = load_district(str(write(tmp_path / "my", schools=text)))
    assert figures(place)["CV backbone"][0] is None and figures(place)["CV backbone"][1] is not None
    told = list(filled_in(place))
    assert "district backbone teachers of 1 of 5 schools, from backbone_* and backbone_cv_*" in told
    assert any(line.startswith("backbone_primary = 0.89 (generic_county: observed_cvs.csv") for line in told)
    assert not any(line.startswith(("backbone_junior", "norm_", "equipment_")) for line in told)
    assert "margins are those of generic_county; this district gives students, private_share_primary" in told[-1]
    lacking = {row["id"] + row["level"]: how for row, how in assessed(place, STANDARD).addable}
    assert lacking["backboneprimary"] == "column backbone (骨干教师) of schools is empty for 乙小学"


def test_the_assessment_is_the_national_one(tmp_path):
    place = load_district(str(write(tmp_path / "my", schools=column(*COMPLETE))))
    found = assessed(place, STANDARD)
    met = {(row["id"], row["level"]): row["met"] for row in found.known}
    assert met["schools", "primary"] is False and "丙小学 (primary)" in found.failing
    assert met["backbone", "primary"] is True and met["sports_area", "junior"] is True
    assert met["4", "primary"] is True  # no school above 2000
    asked = {how for _, how in found.addable}
    assert "state catchment_enforcement under margins in district.yaml" in asked
    assert "add grade_1 ... and classes_1 ... to schools" in asked


def test_a_class_size_is_judged_where_grades_and_classes_are_given(tmp_path):
    names = ",".join([*(f"grade_{grade}" for grade in range(1, 7)), *(f"classes_{grade}" for grade in range(1, 7))])
    cells = [
        "200,200,200,200,200,200,5,5,5,5,5,4",
        "100,100,100,100,100,100,3,3,3,3,3,3",
        "60,60,70,70,70,70,2,2,2,2,2,2",
    ]
    text = "".join(SCHOOLS.splitlines(keepends=True)[:4])
    place = load_district(str(write(tmp_path / "my", schools=column(names, *cells, table=text))))
    (row,) = [row for row in assessed(place, STANDARD).known if row["id"] == "5"]
    assert (row["value"], row["met"]) == (pytest.approx(2 / 3), False)  # 50 in a class of 甲小学


def test_numbers_of_persons_are_hashed_if_it_is_typed(place, zonesim):
    write(place / "my", teachers="school,id\n甲小学,420106198001011234\n甲小学,420106198001011234\n")
    assert "4201061980" in zonesim("check", "my")[1]
    assert "4201061980" not in zonesim("check", "my", "hash_ids=true")[1]


def test_what_a_district_states_of_itself_answers_too(tmp_path):
    text = "margins: {catchment_enforcement: {value: 1, source: the bureau}}\n"
    place = load_district(str(write(tmp_path / "my", **{"district.yaml": text})))
    met = {(row["id"], row["level"]): row["met"] for row in assessed(place, STANDARD).known}
    assert met["13", "primary"] is True


def test_help_of_the_verbs(zonesim):
    for verb in ("check", "template"):
        status, output, _ = zonesim(verb, "--help")
        assert status == 0 and output.startswith(f"zonesim {verb} DIR")
        assert max(map(len, output.splitlines())) <= 120
