"""What is made from the data in hw/, and kept beside it: `make wiring` writes it anew, a test holds it to date."""

from __future__ import annotations

from pathlib import Path

from hw import wiring_text
from hw.drawing.sheet import draw
from hw.pins import wiring

HW = Path(__file__).parent


def everything() -> dict[Path, str]:
    """File → what belongs into it."""
    known = wiring()
    drawings = {HW / f"wiring-{name}.svg": draw(known, sheet) for name, sheet in known.sheets.items()}
    return {**drawings, HW / "WIRING.md": wiring_text.page(known)}


def main() -> None:
    """Write all that has changed, and say so."""
    for path, text in everything().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(path)


if __name__ == "__main__":
    main()
