"""The board's one button: from raw edges to a short or a long press."""

DEBOUNCE_MS = 30  # a contact bounces for some ms
LONG_MS = 2000

SHORT, LONG = 1, 2


class Button:
    """edge() at each edge, take() at any time: what was pressed, once. Times are the board's ms."""

    def __init__(self) -> None:
        self._level = False  # as last heard
        self._level_ms = 0
        self._down = False  # debounced
        self._down_ms = 0
        self._long = False  # this press has been told as a long one
        self._over = 0  # SHORT or LONG: a press that has ended, and has not been told

    def edge(self, down: bool, now_ms: int) -> None:
        """The contact closed, or opened."""
        if down != self._level:
            self._settle(now_ms)  # a loop that comes late to take() has heard of both edges at once
            self._level = down
            self._level_ms = now_ms

    def take(self, now_ms: int) -> int:
        """SHORT when it was let go in time, LONG as soon as it has been held for so long, else 0."""
        self._settle(now_ms)
        if self._over:
            pressed, self._over = self._over, 0
            return pressed
        if self._down and not self._long and now_ms - self._down_ms >= LONG_MS:
            self._long = True
            return LONG
        return 0

    def next_ms(self) -> "int | None":
        """When take() has something to say by time alone."""
        if self._level != self._down:
            return self._level_ms + DEBOUNCE_MS
        return self._down_ms + LONG_MS if self._down and not self._long else None

    def _settle(self, now_ms: int) -> None:
        """Believe the level that has stood for long enough."""
        if self._level == self._down or now_ms - self._level_ms < DEBOUNCE_MS:
            return
        self._down = self._level
        if self._down:
            self._down_ms = self._level_ms
            self._long = False
        elif not self._long:
            self._over = SHORT if self._level_ms - self._down_ms < LONG_MS else LONG
