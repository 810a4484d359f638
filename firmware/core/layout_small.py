"""A tile of 64×32: on a panel of that size alone, and one of many on a larger one."""

from firmware.core.layout import Box, Face, Layout, Page

LETTERS = (("letters10", 2), ("letters10", 1), ("letters8", 1))
F12 = (("figures12", 2), ("figures12", 1))
_F16 = (("figures16", 2), ("figures16", 1))


def tile(wait_fonts: "tuple[tuple[str, int], ...]") -> Face:
    """The service level is a bar; where nobody waits it is a number too, as large as the wait would be."""
    return Face(
        64, 32, 2,
        Box(4, 1, 58, 11), LETTERS,
        Box(4, 13, 28, 16), _F16 + F12,
        Box(16, 13, 46, 16), wait_fonts,
        None, wait_fonts, None,
        Box(34, 30, 28, 2),
        Box(4, 30, 26, 2), None,
        LETTERS,
        ("letters8", "icons8"),
    )  # fmt: skip


def make() -> Layout:
    """The layout of a panel of 64×32: one queue at a time."""
    return Layout(64, 32, (Page(None, (), ((0, 0, tile(_F16 + F12)),), ()),), _stale)


def _stale(index: int) -> Page:
    from firmware.core.layout_stale import stale_page

    return stale_page(64, 32, ((0, 0, 64, 32),))
