"""A font that shows Chinese, for pictures that are not SVG.

In SVG texts stay texts, and whatever shows the picture brings its own fonts.
"""

import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from matplotlib import font_manager, rcParams
from matplotlib.ft2font import FT2Font

from sim.report.words import Words

PREFERRED = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
)
"""The second is what the file of all Noto Sans CJK calls itself; it has the simplified characters too."""
SAMPLE = "学区制改革骨干教师差异系数义务教育优质均衡初中镇乡轮岗"
"""Simplified characters that a Japanese or Korean font lacks some of."""
UNASSIGNED = 0x378
"""A code point without a character: a font that has a glyph for it, as matplotlib's last resort, shows boxes."""
EXTRA = ("mplfonts", "fonts", "NotoSansCJKsc-Regular.otf")
"""Where the extra `zonesim[chinese]` has its font."""


def words_for(language: str) -> Words:
    """Texts for a picture that may be saved in any format: English with a warning where no font shows Chinese."""
    if chinese_font() is not None:
        return Words(language)
    if Words(language).language == "zh":
        warnings.warn(
            "no installed font shows Chinese, so the picture is in English and names are numbers; install one such as "
            "Noto Sans CJK SC, or pip install 'zonesim[chinese]'",
            stacklevel=2,
        )
    return Words("en", plain_names=True)


@cache
def chinese_font() -> str | None:
    """Family of a font that shows Chinese: a preferred one, else any installed one, else that of the extra."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in font_manager.findSystemFonts():
        if path not in known and shows_chinese(path):  # installed since matplotlib last looked
            font_manager.fontManager.addfont(path)
    rank = {family: place for place, family in enumerate(PREFERRED)}
    files = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    for family in sorted(files, key=lambda family: (rank.get(family, len(rank)), family)):
        if shows_chinese(files[family]):
            return family
    extra = find_spec(EXTRA[0])
    shipped = Path(extra.origin).parent.joinpath(*EXTRA[1:]) if extra and extra.origin else None
    if shipped is None or not shipped.is_file():
        return None
    font_manager.fontManager.addfont(shipped)
    return font_manager.FontProperties(fname=shipped).get_name()


def shows_chinese(path: str) -> bool:
    """Whether a font file has the characters of `SAMPLE`."""
    try:
        font = FT2Font(path)
        return not font.get_char_index(UNASSIGNED) and all(map(font.get_char_index, map(ord, SAMPLE)))
    except (OSError, RuntimeError):  # a file that has gone, or is none
        return False


def families() -> list[str]:
    """Font families of a picture, the one for Chinese last."""
    found = chinese_font()
    return [*rcParams["font.family"], *([found] if found else [])]
