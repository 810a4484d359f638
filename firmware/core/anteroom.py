"""Messages about queues that the site does not list, or not yet: they wait here for a minute, unread.

A bridge sends a new queue's rules before the list that names it, and after a connection a broker sends what it kept in
any order. What nobody lists in that minute is somebody's mistake, or malice: it goes as it came, and is counted.
"""

from firmware.core.inventory import ALL
from firmware.core.printable import one_line

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Callable

    Held = tuple[int, str, str, bytes]  # when it came (the board's ms), queue, topic, payload

WAIT_MS = 60_000
MOST_BYTES = 4 << 20  # figures and rules of some 2,000 queues
SMALL_BYTES = 8 << 10  # on a small board
EACH_BYTES = 128  # that a message takes besides its payload


class Anteroom:
    """What waits, the oldest first. put() and expire() tell of each that is given up, a line each: for want of room, or
    as it has waited for too long. Not of the whole centre's: those go to every board, whether it shows them or not.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._held: "list[Held]" = []
        self._bytes = 0

    def put(self, queue: str, topic: str, payload: bytes, now_ms: int) -> "list[str]":
        """Keep a message; the oldest give way to it. An empty one takes back what was said under its topic."""
        if not payload:
            self._keep([held for held in self._held if held[2] != topic])
            return []
        self._held.append((now_ms, queue, topic, payload))
        self._bytes += len(payload) + EACH_BYTES
        lines: "list[str]" = []
        while self._bytes > self._most_bytes:
            self._drop(lines)
        return lines

    def expire(self, now_ms: int) -> "list[str]":
        """Give up what has waited for too long."""
        lines: "list[str]" = []
        while self._held and now_ms - self._held[0][0] >= WAIT_MS:
            self._drop(lines)
        return lines

    def take(self, listed: "Callable[[str], bool]") -> "list[tuple[str, bytes]]":
        """(topic, payload) of all that wait for queues that are `listed` now, in the order in which they came."""
        taken = [(held[2], held[3]) for held in self._held if listed(held[1])]
        self._keep([held for held in self._held if not listed(held[1])])
        return taken

    def _drop(self, lines: "list[str]") -> None:
        _, queue, topic, payload = self._held.pop(0)
        self._bytes -= len(payload) + EACH_BYTES
        if queue != ALL:
            lines.append("%s: a queue that the site does not list" % one_line(topic, 100))

    def _keep(self, held: "list[Held]") -> None:
        self._held = held
        self._bytes = sum([len(each[3]) + EACH_BYTES for each in held])
