"""What tells severity without colour, and what tells that a figure may no longer be true."""

from firmware.core.canvas import STALE

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Box, Face
    from firmware.core.tile import Paint
    from firmware.core.view import Tile

WARN, CRITICAL = 1, 2  # Tile.severity


def draw_mark(pen: "Pen", face: "Face", tile: "Tile", paint: "Paint") -> None:
    """A mark on the left edge: the full height for critical, the middle half for warn.

    A critical queue bears its name on a plate, a warned one never, not even in its second phase. Once somebody has
    acknowledged, the mark is broken into short pieces and the plate is gone.
    """
    if not tile.acked and paint.plate != paint.ground:
        label = face.label
        left = 0 if label.x - face.mark <= 4 else label.x - 2
        pen.rect(left, 0, face.w - left, label.y + label.h, paint.plate)
    top, height = (0, face.h) if tile.severity == CRITICAL else (face.h // 4, face.h // 2)
    if tile.acked:
        for piece in range(top, top + height, 4):
            pen.rect(0, piece + 1, face.mark, 2, paint.mark)
    else:
        pen.rect(0, top, face.mark, height, paint.mark)


def strike(pen: "Pen", box: "Box", wide: int, right: bool = False) -> None:
    """Strike out the text of `wide` columns at the left or right end of `box`."""
    left = box.x + (box.w - wide if right else 0)
    pen.rect(left - 1, box.y + box.h // 2, wide + 2, 1, STALE)
