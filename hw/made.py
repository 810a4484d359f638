"""What is made from the data in hw/, and kept beside it: `make wiring` writes it anew, a test holds it to date."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from config.mistakes import ConfigError
from hw import parts, viewing, wiring_text
from hw.drawing.sheet import draw
from hw.pins import wiring

HW = Path(__file__).parent


def everything() -> dict[Path, str]:
    """File → what belongs into it."""
    known = wiring()
    made = {HW / f"wiring-{name}.svg": draw(known, sheet) for name, sheet in known.sheets.items()}
    made[HW / "WIRING.md"] = wiring_text.page(known)
    made[HW / "PARTS.md"] = parts.page()
    mounting = (HW / "MOUNTING.md").read_text("utf-8")
    tables = {"distances": viewing.distances(), "sizes": viewing.outer_sizes()}
    made[HW / "MOUNTING.md"] = filled(mounting, tables)
    return made


def filled(page: str, tables: dict[str, str]) -> str:
    """A page that people write, with tables between `<!-- made: NAME -->` and `<!-- end -->`."""
    for name, text in tables.items():
        parts_of_page = re.split(
            rf"(?<=<!-- made: {name} -->\n)(?:(?!<!-- made).)*(?=<!-- end -->)", page, flags=re.DOTALL
        )
        if len(parts_of_page) != 2:
            raise ValueError(f"the page must have one place for the table {name!r}, and has {len(parts_of_page) - 1}")
        page = text.join(parts_of_page)
    return page


def main() -> None:
    """Write all that has changed, and say so."""
    try:
        files = everything()
    except ConfigError as error:
        sys.exit("\n".join(error.errors))
    for path, text in files.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(path)


if __name__ == "__main__":
    main()
