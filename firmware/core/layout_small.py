"""A panel of 64×32: one queue at a time."""

from firmware.core.layout import Box, Face, Layout, Page

_F16 = (("figures16", 2), ("figures16", 1), ("figures12", 1))
_LETTERS = (("letters10", 2), ("letters10", 1), ("letters8", 1))
SMALL = Face(  # the whole panel: the service level as a bar; as a number where nobody waits
    64, 32, 2,
    Box(4, 0, 59, 10), _LETTERS,
    Box(4, 11, 26, 18), (("figures18", 2), ("figures18", 1), ("figures12", 1)),
    Box(16, 13, 47, 16), _F16,
    None, _F16,
    Box(34, 30, 29, 2),
    Box(4, 30, 26, 2),
    _LETTERS,
    ("letters8", "icons8"),
)  # fmt: skip


def make() -> Layout:
    """The layout of 64×32."""
    return Layout(64, 32, (Page(None, (), ((0, 0, SMALL),), (), None),), _stale)


def _stale(index: int) -> Page:
    from firmware.core.layout_stale import stale_face

    return Page(Box(0, 0, 64, 10), (("letters8", 1),), ((0, 10, stale_face(64, 22)),), (), None)
