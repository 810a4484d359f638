"""Tiles under a fault's band: loaded when the first fault is shown."""

from firmware.core.layout import Box, Face


def stale_face(w: int, h: int) -> Face:
    """A tile under a fault's band: no service level, no agents, no sign, nothing that could pass for live."""
    letters: "tuple[tuple[str, int], ...]"
    large: "tuple[tuple[str, int], ...]"
    if h >= 48:
        large = (("figures24", 3), ("figures16", 2), ("figures16", 1), ("figures12", 1))
        letters = (("letters14", 2), ("letters10", 2), ("letters10", 1), ("letters8", 1))
        left = w * 2 // 5
        label, count = Box(8, 3, w - 12, 14), Box(8, 23, left - 8, 24)
        wait = Box(left, 23, w - left - 4, 24)
    else:
        large = (("figures12", 2), ("figures12", 1))
        letters = (("letters10", 2), ("letters10", 1), ("letters8", 1)) if h >= 26 else (("letters8", 1),)
        top = 10 if h >= 26 else 8
        label, count = Box(4, 0, w - 8, top), Box(4, top + 2, 24, 12)
        wait = Box(26, top + 2, w - 30, 12)
    return Face(w, h, 0, label, letters, count, large, wait, large, None, large, None, None, letters, None)
