"""Whose turn it is on the panel: the queues in pages, the whole centre, the clock with a notice."""

from firmware.core import pages
from firmware.core.view import CENTRE, CLOCK, QUEUES, Notice

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Protocol

    from firmware.core.board import Setup
    from firmware.core.knowledge import Knowledge
    from firmware.core.watch import Watch

    class Look(Protocol):
        """What the board asks of its Screen."""

        def slots(self, n_queues: int) -> int: ...

        def scroll_px(self, text: str, rtl: bool) -> int: ...


SCROLL_MS = 40  # a notice moves by one LED
SLICE_MS = 10_000  # of a notice that runs, while somebody waits: figures are not away for longer


class Turns:
    """The turns of one board, in step with the bridge's clock. `screen` is asked for what fits."""

    def __init__(self, setup: "Setup", screen: "Look", known: "Knowledge") -> None:
        self._wanted: "tuple[str, ...]" = setup.pages
        self._screen = screen
        self._known = known

    def page(self, now_ms: int, asked: "int | None" = None) -> "tuple[int, list[Watch], int, int, int, int]":
        """(kind, queues of the page, page, pages, ms since its turn began, ms until it, or a piece of it, ends).

        `asked`: the turn that somebody wants to see; an alarm goes before.
        """
        known = self._known
        shown, severities, chunks = self._divided()
        turns = [QUEUES] * len(chunks)
        lost = [watch for watch in shown if watch.orphaned(known.freshness, now_ms)]
        if known.fault is None and shown and not lost:  # else nothing may look calm, and no sum stands for its parts
            centre = known.inventory.centre() if len(shown) > 1 or "queues" not in self._wanted else None
            waiting = [watch for watch in shown if watch.values is None or watch.values["waiting"]]
            alarm = (max(severities) > 0, centre is not None and centre.severity > 0)
            idle = (not waiting, self.notice(now_ms) is not None)
            wanted = [name for name in self._wanted if name != "centre" or centre is not None]
            turns = pages.kinds(tuple(wanted), len(chunks), alarm, idle)
        clock_ms = known.freshness.bridge_ms(now_ms)
        busy = [watch for watch in shown if watch.values is not None and watch.values["waiting"]]
        lengths = [self._turn_ms(kind, now_ms, SLICE_MS if busy else None) for kind in turns]
        index, past_ms, left_ms = pages.turn_at(lengths, clock_ms)
        if asked is not None and max(severities or [0]) == 0 and index != asked % len(turns):
            index = asked % len(turns)
            past_ms = clock_ms % lengths[index]
            left_ms = lengths[index] - past_ms
        kind = turns[index]
        whole_ms = self._turn_ms(kind, now_ms)
        if whole_ms > lengths[index]:  # it goes on where it was in the round before
            past_ms += lengths[index] * (clock_ms // sum(lengths) % -(-whole_ms // lengths[index]))
        return kind, [shown[place] for place in chunks[index % len(chunks)]], index, len(turns), past_ms, left_ms

    def away(self, index: int) -> "tuple[int, ...]":
        """View.away, for the page that stands at `index` of those of the queues."""
        shown, _, chunks = self._divided()
        return pages.away([0 if watch.acked else watch.severity for watch in shown], chunks, index % len(chunks))

    def notice(self, now_ms: int) -> "Notice | None":
        """The notice of the moment."""
        message = self._known.notice
        if message is None:
            return None
        until = message["until"]
        if until is not None and self._known.freshness.bridge_ms(now_ms) >= until:
            return None
        return Notice(message["text_visual"] or message["text"], message["rtl"])

    def scroll_px(self, notice: "Notice") -> int:
        """LEDs that it moves until it has run through once; 0 when it stands still."""
        return self._screen.scroll_px(notice.text, notice.rtl)

    def shown_by(self, kind: int, watches: "list[Watch]") -> "list[Watch]":
        """Those whose figures the page shows."""
        if kind == QUEUES:
            return watches
        centre = self._known.inventory.centre()
        return [centre] if kind == CENTRE and centre is not None else []

    def _divided(self) -> "tuple[list[Watch], list[int], list[list[int]]]":
        """The queues, the severity of each, and the pages of their places."""
        shown = self._known.inventory.shown()
        severities = [watch.severity for watch in shown]
        return shown, severities, pages.queue_pages(severities, self._screen.slots(len(shown)))

    def _turn_ms(self, kind: int, now_ms: int, most_ms: "int | None" = None) -> int:
        """A notice that runs has the time to run through once, if need be in pieces of `most_ms`."""
        notice = self.notice(now_ms) if kind == CLOCK else None
        length_ms = max(pages.TURN_MS, self.scroll_px(notice) * SCROLL_MS) if notice else pages.TURN_MS
        return length_ms if most_ms is None else min(length_ms, most_ms)
