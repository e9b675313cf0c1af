"""Finding and reading configuration, and the messages for what is wrong."""

import math
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.userinput import (
    UserError,
    closest,
    config_root,
    find,
    no_such,
    number,
    parse_override,
    read_yaml,
    shown,
)


def write(path, text="a: 1\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class TestFind:
    def test_a_shipped_name_is_found_from_any_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert find("effects", "evidence") == config_root() / "effects" / "evidence.yaml"

    def test_the_users_own_come_from_configs_and_the_given_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        write(tmp_path / "configs/policy/mine.yaml")
        other = write(tmp_path / "other/policy/theirs.yaml")
        assert find("policy", "mine").samefile(tmp_path / "configs/policy/mine.yaml")
        assert find("policy", "theirs", [tmp_path / "other"]) == other

    def test_a_shipped_name_cannot_be_shadowed(self, tmp_path):
        write(tmp_path / "effects/evidence.yaml")
        with pytest.raises(UserError, match="effects=evidence stands at .* and at .*: rename yours"):
            find("effects", "evidence", [tmp_path])

    def test_the_same_folder_twice_is_no_shadow(self, monkeypatch):
        monkeypatch.chdir(config_root().parent)
        assert find("effects", "means", [config_root()]).name == "means.yaml"

    def test_an_installed_zonesim_runs_in_its_own_checkout(self, tmp_path, monkeypatch):
        shutil.copytree(config_root(), tmp_path / "configs")
        monkeypatch.chdir(tmp_path)
        assert find("effects", "means") == config_root() / "effects" / "means.yaml"
        (tmp_path / "configs/effects/means.yaml").write_text("draw: true", encoding="utf-8")
        with pytest.raises(UserError, match="rename yours"):
            find("effects", "means")

    def test_a_folder_is_a_copy_only_with_all_its_tables(self, tmp_path):
        first = write(tmp_path / "one/district/there/district.yaml")
        write(tmp_path / "two/district/there/district.yaml")
        roots = [tmp_path / "one", tmp_path / "two"]
        assert find("district", "there", roots) == first
        write(tmp_path / "two/district/there/schools.csv", "school\n")
        with pytest.raises(UserError, match="rename yours"):
            find("district", "there", roots)

    def test_an_unknown_name_is_answered_with_the_closest(self):
        with pytest.raises(UserError) as refused:
            find("effects", "mean")
        assert (
            str(refused.value)
            == "effects=mean: no such effects; known: evidence, means; did you mean 'means'?"
        )

    def test_a_message_calls_the_setting_by_its_key(self):
        for name, message in (("nowhere", "counterfactual=nowhere: no such"), (3, "counterfactual must be a name")):
            with pytest.raises(UserError, match=message):
                find("policy", name, key="counterfactual")

    @pytest.mark.parametrize("name", ["../effects/means", "", None, 3, ["means"]])
    def test_what_is_no_name_is_refused(self, name):
        with pytest.raises(UserError):
            find("policy", name)

    def test_a_district_may_be_a_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        own = write(tmp_path / "我的 区=1/district.yaml")
        assert find("district", "我的 区=1").samefile(own)
        assert find("district", str(own.parent)) == own
        with pytest.raises(UserError):
            find("policy", str(own.parent))

    def test_a_district_name_comes_before_a_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        write(tmp_path / "here/district.yaml")
        named = write(tmp_path / "configs/district/here.yaml")
        assert find("district", "here").samefile(named)

    def test_a_named_district_may_be_a_folder_of_the_configuration(self, tmp_path):
        named = write(tmp_path / "district/tables/district.yaml")
        assert find("district", "tables", [tmp_path]) == named

    def test_a_folder_without_district_yaml_is_refused(self, tmp_path):
        with pytest.raises(UserError, match="has no district.yaml"):
            find("district", str(tmp_path))


class TestReadYaml:
    def test_reads_utf8_with_and_without_bom(self, tmp_path):
        path = tmp_path / "a.yaml"
        path.write_bytes("\ufeff名: 武汉\n".encode())
        assert read_yaml(path) == {"名": "武汉"}

    def test_an_empty_file_is_an_empty_mapping(self, tmp_path):
        assert read_yaml(write(tmp_path / "a.yaml", "# nothing\n")) == {}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a: 1\nb: [1\n", "line 3: not valid YAML"),
            ("a: 1\nb:\n  c: 1\n  c: 2\n", "line 4: not valid YAML: c is given twice"),
            ("- 1\n", "must hold names and values"),
            ("1: 2\n", "must hold names and values"),
            ("a: !!python/object/apply:os.getcwd []\n", "not valid YAML"),
            ("a: 2021-02-30\n", "not valid YAML"),
        ],
    )
    def test_bad_yaml_is_one_message_with_the_line(self, tmp_path, text, message):
        path = write(tmp_path / "a.yaml", text)
        with pytest.raises(UserError) as refused:
            read_yaml(path)
        assert str(refused.value).startswith(str(path)) and message in str(refused.value)
        assert "\n" not in str(refused.value)

    def test_what_cannot_be_read_says_so(self, tmp_path):
        (tmp_path / "gb.yaml").write_bytes("名: 武汉".encode("gb18030"))
        for path, message in (
            (tmp_path / "gb.yaml", "UTF-8"),
            (tmp_path, "directory"),
            (tmp_path / "no", "No such"),
        ):
            with pytest.raises(UserError, match=message):
                read_yaml(path)


class TestParseOverride:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("policy.rotation.rate=0.15", ("policy.rotation.rate", 0.15)),
            (
                "policy.rotation.rate={2021: 0.05, 2023: 0.1}",
                ("policy.rotation.rate", {2021: 0.05, 2023: 0.1}),
            ),
            ("policy.rotation.rate={2021:0.05,2023:.1}", ("policy.rotation.rate", {2021: 0.05, 2023: 0.1})),
            ("a=2021:05", ("a", "2021:05")),
            ("policy.funding.zone_fund=1.5e6", ("policy.funding.zone_fund", 1.5e6)),
            ("a=1e-3", ("a", 0.001)),
            ("a=null", ("a", None)),
            ("a=b=c", ("a", "b=c")),
            ("district=经开区", ("district", "经开区")),
        ],
    )
    def test_key_and_yaml_value(self, text, expected):
        assert parse_override(text) == expected

    @pytest.mark.parametrize(
        "text", ["a", "=1", "+a=1", "++a=1", "~a=1", "a..b=1", "a b=1", "a=[1", "a={1: 1, 1: 2}"]
    )
    def test_others_are_refused(self, text):
        with pytest.raises(UserError):
            parse_override(text)


class TestNumber:
    @given(st.floats(0, 1))
    def test_a_number_within_its_bounds_is_itself(self, value):
        assert number(value, "x", 0, 1) == value

    def test_whole_and_numpy_numbers_are_taken(self):
        taken = [number(1, "x"), number(np.float32(0.5), "x"), number(np.int64(3), "x", whole=True)]
        assert taken == [1.0, 0.5, 3]
        assert [type(value) for value in taken] == [float, float, int]

    @pytest.mark.parametrize(
        "value", [True, None, "1", math.nan, math.inf, -math.inf, 10**400, [1], 1j, np.bool_(True)]
    )
    def test_what_is_no_number_is_refused(self, value):
        with pytest.raises(UserError, match="x must be a number, got"):
            number(value, "x")

    @pytest.mark.parametrize(
        ("value", "low", "high", "message"),
        [
            (1.5, 0, 1, "x must be within 0 ... 1, got 1.5"),
            (-1, 0, None, "x must be at least 0, got -1"),
            (9, None, 8, "x must be at most 8, got 9"),
            ("1", 0, None, "x must be a number (at least 0), got '1'"),
        ],
    )
    def test_the_message_says_what_is_allowed(self, value, low, high, message):
        with pytest.raises(UserError) as refused:
            number(value, "x", low, high)
        assert str(refused.value) == message


class TestWords:
    def test_closest(self):
        assert closest("rotaton", ["research", "rotation"]) == "; did you mean 'rotation'?"
        assert closest("zzz", ["rotation"]) == ""

    def test_a_long_list_of_names_is_cut(self):
        message = str(no_such("x.kapa", "thing", "kapa", [f"name{i}" for i in range(50)] + ["kappa"]))
        assert "51 are known, such as kappa" in message and len(message) < 120
        assert str(no_such("x.y", "thing", "y", [])) == "x.y: no such thing; known: none"

    def test_values_are_quoted_as_in_yaml_and_cut(self):
        assert [shown(v) for v in (None, True, 1.5, "a", {2021: 1})] == [
            "null",
            "true",
            "1.5",
            "'a'",
            "{2021: 1}",
        ]
        assert len(shown("a" * 500)) == 60
