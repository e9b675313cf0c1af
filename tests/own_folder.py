"""A small district's own folder, for tests that change one thing in it."""

from pathlib import Path

ZONES = "zone\n东区\n西区\n"
SCHOOLS = """school,zone,level,students,lead
甲小学,东区,primary,"1,200",yes
乙小学,东区,primary,600,no
丙小学,西区,primary,400,yes
丁中学,东区,junior,700,yes
戊中学,西区,junior,300,yes
"""
YAML = "title: 样区\n"


def write(folder: Path, **files: str | bytes | None) -> Path:
    """The folder with these files (`schools` is schools.csv) in the place of its own; None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"district.yaml": YAML, "zones": ZONES, "schools": SCHOOLS} | files
    for name, content in tables.items():
        if content is not None:
            path = folder / (name if "." in name else f"{name}.csv")
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def swap(old: str, new: str, table: str = SCHOOLS) -> str:
    """The table with one text in the place of another."""
    assert old in table
    return table.replace(old, new)


def column(name: str, *cells: object, table: str = SCHOOLS) -> str:
    """The table with a column more."""
    lines = table.splitlines()
    added = [name, *cells, *[""] * (len(lines) - 1 - len(cells))]
    return "".join(f"{line},{cell}\n" for line, cell in zip(lines, added, strict=True))
