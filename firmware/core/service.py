"""What people ask of one board: its button, and the commands that are sent to it.

A board that nobody touches never imports this.
"""

from firmware.core.button import LONG, SHORT, Button
from firmware.core.view import IDENTIFY, SELF_TEST

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

MUTE_MS = 3_600_000
IDENTIFY_MS = 30_000
MOST_IDENTIFY_MS = 600_000  # a board that tells its name tells nothing else
PAGE_MS = 60_000
STEP_MS = 3000  # of the self-test: red, green, blue, white, a grid, and for longer the board's name
STEPS = 6
TEST_MS = STEP_MS * (STEPS + 3)


class Service:
    """Times are the board's ms; None where nothing of the kind goes on."""

    def __init__(self) -> None:
        self.button = Button()
        self.restart_asked = False
        self.beep = False  # to be sounded once
        self.brightness: "int | None" = None  # percent, instead of the schedule's
        self.muted_until_ms: "int | None" = None
        self.page: "int | None" = None  # the turn that somebody wants to see
        self._page_until_ms = 0
        self.kind: "int | None" = None  # IDENTIFY or SELF_TEST
        self._began_ms = 0
        self._until_ms = 0

    def tick(self, now_ms: int) -> bool:
        """Advance; True when everything that fires is to be acknowledged."""
        if self.muted_until_ms is not None and now_ms >= self.muted_until_ms:
            self.muted_until_ms = None
        if self.kind is not None and now_ms >= self._until_ms:
            self.kind = None
        if self.page is not None and now_ms >= self._page_until_ms:
            self.page = None
        pressed = self.button.take(now_ms)
        if pressed == LONG:
            self.mute(None if self.muted_until_ms is not None else now_ms + MUTE_MS)
        return pressed == SHORT

    def next_ms(self) -> "int | None":
        """When tick() or the page has something to do by time alone."""
        times = [self.button.next_ms(), self.muted_until_ms]
        if self.kind is not None:
            times.append(self._until_ms)
        if self.page is not None:
            times.append(self._page_until_ms)
        coming = [at for at in times if at is not None]
        return min(coming) if coming else None

    def step(self, now_ms: int) -> int:
        """The self-test's step."""
        return min((now_ms - self._began_ms) // STEP_MS, STEPS - 1) if self.kind == SELF_TEST else 0

    def step_ms(self, now_ms: int) -> "int | None":
        """When the self-test's next step comes."""
        if self.kind != SELF_TEST or now_ms >= self._began_ms + STEP_MS * (STEPS - 1):
            return None
        return now_ms + STEP_MS - (now_ms - self._began_ms) % STEP_MS

    def mute(self, until_ms: "int | None") -> None:
        """Silence the buzzer until then; None: it may sound again."""
        self.muted_until_ms = until_ms

    def show(self, kind: int, now_ms: int, length_ms: int) -> None:
        """Begin to identify or to test the board, with a short sound; asked again meanwhile, it just goes on."""
        if self.kind != kind:
            self.kind = kind
            self._began_ms = now_ms
            self._until_ms = 0
            self.beep = True
        if kind != SELF_TEST or not self._until_ms:
            self._until_ms = now_ms + length_ms

    def command(self, message: "dict[str, Any]", now_ms: int) -> None:
        """Carry out a command (by its schema)."""
        do, value, for_ms = message["do"], message["value"], message["for_ms"]
        if do == "identify":
            self.show(IDENTIFY, now_ms, min(for_ms or IDENTIFY_MS, MOST_IDENTIFY_MS))
        elif do == "test":
            self.show(SELF_TEST, now_ms, TEST_MS)
        elif do == "mute":
            self.mute(now_ms + (for_ms or MUTE_MS))
        elif do == "unmute":
            self.mute(None)
        elif do == "brightness":
            self.brightness = min(max(value, 1), 100) if value is not None else None
        elif do == "page":
            self.page = value
            self._page_until_ms = now_ms + (for_ms or PAGE_MS)
        elif do == "restart":
            self.restart_asked = True
