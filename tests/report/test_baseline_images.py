"""The main pictures look as they did: drawn of made-up numbers and compared with the images kept here.

After a change that is meant, look at the new ones and keep them:
`PYTHONPATH=docs python tests/report/test_baseline_images.py`.
"""

from pathlib import Path

import made_up
import pytest
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images

from sim.report.words import Words

KEPT = Path(__file__).parent / "baseline"
WORDS = Words("en")
DPI, TOLERANCE = 60, 4.0
"""Of the images; and root mean square of the difference, of 255, which other versions of a font renderer stay below."""


def save(name, path):
    picture, data = made_up.TABLES[name](WORDS)
    figure = picture.draw(*data, WORDS).get_figure(root=True)
    figure.savefig(path, dpi=DPI, metadata={"Software": None})


@pytest.mark.parametrize("name", made_up.TABLES)
def test_a_picture_looks_as_it_did(name, tmp_path):
    save(name, tmp_path / f"{name}.png")
    assert compare_images(str(KEPT / f"{name}.png"), str(tmp_path / f"{name}.png"), TOLERANCE) is None


def test_every_kept_image_is_of_a_picture():
    assert {path.stem for path in KEPT.glob("*.png")} == made_up.TABLES.keys()


def test_another_picture_is_seen(tmp_path):
    figure = Figure(figsize=(5.2, 3.2))
    figure.savefig(tmp_path / "course.png", dpi=DPI)
    assert compare_images(str(KEPT / "course.png"), str(tmp_path / "course.png"), TOLERANCE) is not None


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    for each in made_up.TABLES:
        save(each, KEPT / f"{each}.png")
