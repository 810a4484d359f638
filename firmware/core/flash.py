"""A guard over what a panel really shows: no part of it flashes more than three times a second.

WCAG 2.3.1 (https://www.w3.org/TR/WCAG22/#three-flashes-or-below-threshold): a flash is a pair of opposing changes of
relative luminance by 10 % or more of the brightest, or of saturated red; more than three in any second can trigger
seizures. Its safe small area is left out: somebody may stand close to the wall. So settings alone are not trusted:
alarms, page turns, notices and a site's wrong clock all end in frames, and the frames are what is looked at.
"""

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Sequence

FLASHES = 3
WINDOW_MS = 1000
CHANGES = 2 * FLASHES  # a flash is there and back
BRIGHT_STEP = 25  # of 255: a tenth of the brightest, rounded down
RED_STEP = 15  # of 255: (R - G - B) x 320 changes by more than 20, which is a sixteenth


class _Part:
    """One figure of one cell: where it last turned, and when it took a turn of `step` or more."""

    def __init__(self, step: int) -> None:
        self._step = step
        self._level: "int | None" = None  # the last extreme
        self._up = False  # it came from below
        self._turns: "list[int]" = []  # ms of the last CHANGES turns

    def turns(self, level: int) -> bool:
        """Whether this level would be an opposing change."""
        if self._level is None:
            return False
        moved = level - self._level
        if not self._turns:
            return abs(moved) >= self._step
        return -moved >= self._step if self._up else moved >= self._step

    def wait_ms(self, level: int, now_ms: int) -> int:
        if len(self._turns) < CHANGES or not self.turns(level):
            return 0
        return max(self._turns[0] + WINDOW_MS - now_ms, 0)

    def take(self, level: int, now_ms: int) -> None:
        before = self._level
        if before is None:
            self._level = level
        elif self.turns(level):
            self._up = level > before
            self._level = level
            self._turns = self._turns[-(CHANGES - 1) :] + [now_ms]
        elif self._turns and (level > before) == self._up:
            self._level = level  # it goes on in its direction: one change, however many frames it takes


class FlashGuard:
    """Asked before each frame, and told of each that is shown.

    A frame is its `levels`: for each cell of the panel (some 32×16 LEDs) the mean of its relative luminance and that of
    its saturated red (red less green and blue, not below 0), 0 to 255 each, linear light, brightness applied.
    """

    def __init__(self, cells: int) -> None:
        self._parts = [_Part(step) for _ in range(cells) for step in (BRIGHT_STEP, RED_STEP)]

    def wait_ms(self, levels: "Sequence[int]", now_ms: int) -> int:
        """How long this frame must wait; 0: it may be shown now."""
        longest = 0
        for index, part in enumerate(self._parts):
            longest = max(longest, part.wait_ms(levels[index], now_ms))
        return longest

    def shown(self, levels: "Sequence[int]", now_ms: int) -> None:
        """The frame is on the panel."""
        for index, part in enumerate(self._parts):
            part.take(levels[index], now_ms)
