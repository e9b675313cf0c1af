"""A district folder is written whole or not at all, and never over another."""

import pytest

from experiments.importers.folder import write_folder
from sim.userinput import UserError

ROWS = [{"school": "一小", "lead": True, "students": 9.0, "x": None}, {"school": "a, b", "lead": False, "x": 0.5}]


def test_cells_are_written_as_people_write_them(tmp_path):
    write_folder(tmp_path / "place", "from here\nand there", {"title": "某县"}, {"schools": ROWS})
    assert (tmp_path / "place" / "schools.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    text = (tmp_path / "place" / "schools.csv").read_text(encoding="utf-8-sig")
    assert text == 'school,lead,students,x\n一小,yes,9,\n"a, b",no,,0.5\n'
    assert (tmp_path / "place" / "district.yaml").read_text("utf-8") == "# from here\n# and there\n\ntitle: 某县\n"


def test_an_empty_folder_is_filled_and_one_with_files_is_left_alone(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    write_folder(empty, "", {}, {"schools": ROWS})
    with pytest.raises(UserError, match="is there already"):
        write_folder(empty, "", {"title": "other"}, {"schools": ROWS})
    assert "other" not in (empty / "district.yaml").read_text("utf-8")


def test_what_fails_half_way_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="students"):
        write_folder(tmp_path / "place", "", {}, {"schools": ROWS, "zones": [{"zone": "a"}, {"students": 1}]})
    assert list(tmp_path.iterdir()) == []
