"""What of all that the board knows is on the panel now: which page, how bright, and when that changes by time alone."""

from firmware.core import showing
from firmware.core.freshness import BRIDGE
from firmware.core.rules import CRITICAL
from firmware.core.turns import SCROLL_MS, Turns
from firmware.core.view import CENTRE, CLOCK, DARK, QUEUES, SELF_TEST, View

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.board import Setup
    from firmware.core.knowledge import Knowledge
    from firmware.core.service import Service
    from firmware.core.turns import Look
    from firmware.core.watch import Watch


_WARN_MHZ, _CRITICAL_MHZ = 500, 1000  # unless the site says otherwise
_VISIBLE = 10  # percent: at 1 % red is two steps of 255 above black


class Picture:
    """A board's view of what it knows. `service`: what people have asked of this board; None while nobody has."""

    def __init__(self, setup: "Setup", screen: "Look", known: "Knowledge") -> None:
        self.setup = setup
        self.service: "Service | None" = None
        self.lit: int = setup.brightness  # percent of the last view
        self._turns = Turns(setup, screen, known)
        self._known = known

    def view(self, now_ms: int) -> View:
        """What to show now."""
        known = self._known
        known.look(now_ms)
        kind, watches, page, count, past_ms, _ = self.page(now_ms)
        on_page = self._turns.shown_by(kind, watches)
        fault = known.fault
        if [watch for watch in on_page if watch.orphaned(known.freshness, now_ms)]:
            fault = BRIDGE
        brightness = self.brightness(now_ms, fault)
        self.lit = brightness
        if self.service is not None and self.service.kind is not None and not self._urgent(now_ms):
            self.lit = brightness or self.setup.brightness
            return self._service_view(self.service, now_ms, self.lit)
        if brightness == 0:
            return View(DARK, (), None, 0, 1, None, None, None, None, None, 0, False, 0, "", False, ())
        tiles = []
        centre = None
        notice = self._turns.notice(now_ms) if kind == CLOCK else None
        for watch in on_page:
            if kind == CENTRE:
                limit_ms = known.settings["wait_limit_ms"]
                from firmware.core import showing_centre

                centre = showing_centre.centre(watch, known.freshness, now_ms, self._blink_mhz(watch), limit_ms)
            else:
                near_ms = showing.near_ms(known.settings)
                tiles.append(showing.tile(watch, known.freshness, now_ms, self._blink_mhz(watch), near_ms))
        local_ms = self._local_ms(now_ms)
        beat = known.freshness.beat
        return View(
            kind,
            tuple(tiles),
            centre,
            page,
            count,
            fault,
            self._fault_min(now_ms) if fault is not None else None,
            None if local_ms is None else local_ms // 60_000 % 1440,
            None if beat is None else beat["date"],
            notice,
            past_ms // SCROLL_MS if notice is not None and self._turns.scroll_px(notice) else 0,
            self.service is not None and self.service.muted_until_ms is not None,
            brightness,
            "",
            showing.reads_rtl(known.inventory.shown()),
            self._turns.away(page) if kind == QUEUES and count > 1 else (),
        )

    def times_ms(self, now_ms: int) -> "list[int | None]":
        """Moments at which the view may change by time alone."""
        known = self._known
        freshness = known.freshness
        kind, watches, _, count, past_ms, left_ms = self.page(now_ms)
        near_ms = None if kind == CENTRE else showing.near_ms(known.settings)
        times: "list[int | None]" = []
        for watch in self._turns.shown_by(kind, watches):
            times.append(showing.changes_ms(watch, freshness, now_ms, self._blink_mhz(watch), near_ms))
        bridge_ms = freshness.bridge_ms(now_ms)
        if count > 1 or kind == CLOCK:
            times.append(freshness.board_ms(bridge_ms + left_ms))
        notice = self._turns.notice(now_ms)
        if kind == CLOCK and notice is not None and self._turns.scroll_px(notice):
            times.append(freshness.board_ms(bridge_ms + SCROLL_MS - past_ms % SCROLL_MS))
        if notice is not None and known.notice is not None and known.notice["until"] is not None:
            times.append(freshness.board_ms(known.notice["until"]))
        local_ms = self._local_ms(now_ms)
        if local_ms is not None:
            times.append(freshness.board_ms(bridge_ms + 60_000 - local_ms % 60_000))
        if known.fault is not None and freshness.beat is not None:
            times.append(now_ms + 60_000 - max(now_ms - freshness.proved_ms(), 0) % 60_000)
        if self.service is not None:
            times.append(self.service.step_ms(now_ms))
        return times

    def page(self, now_ms: int) -> "tuple[int, list[Watch], int, int, int, int]":
        """See Turns.page()."""
        return self._turns.page(now_ms, None if self.service is None else self.service.page)

    def brightness(self, now_ms: int, fault: "str | None") -> int:
        """Percent; 0 at night when nothing must be seen: no alarm, and no fault while a queue is open.

        What must be seen is, whatever the schedule or a person says.
        """
        percent: int = self.setup.brightness
        if self.setup.night:
            from firmware.core import night  # a small board may have no nights
        if self.service is not None and self.service.brightness is not None:
            percent = self.service.brightness
        elif self.setup.night:
            local_ms = self._local_ms(now_ms)
            local_min = None if local_ms is None else local_ms // 60_000 % 1440
            percent = night.scheduled(self.setup.night, percent, local_min)
        if percent < _VISIBLE:
            for watch in self._known.inventory.watched():
                if watch.severity or (fault is not None and watch.values is not None and watch.values["open"]):
                    if percent == 0:  # the night's
                        percent = night.lowest(self.setup.night, self.setup.brightness)
                    percent = max(percent, min(_VISIBLE, self.setup.brightness))
                    break
        return percent

    def _urgent(self, now_ms: int) -> bool:
        """A critical alarm that nobody has acknowledged: what people ask of a board never hides it."""
        for watch in self._known.inventory.watched():
            if watch.severity == CRITICAL and not watch.acked and watch.live(self._known.freshness, now_ms):
                return True
        return False

    def _service_view(self, service: "Service", now_ms: int, brightness: int) -> View:
        text = self.setup.board
        step = service.step(now_ms)
        if service.kind == SELF_TEST:
            text = (text + " " + self.setup.version).strip()
        return View(
            service.kind, (), None, step, 1, None, None, None, None, None, 0, False, brightness, text, False, ()
        )

    def _fault_min(self, now_ms: int) -> "int | None":
        """Whole minutes since the bridge last proved what is shown."""
        freshness = self._known.freshness
        return None if freshness.beat is None else max(now_ms - freshness.proved_ms(), 0) // 60_000

    def _blink_mhz(self, watch: "Watch") -> int:
        blink = self._known.settings["blink"]
        if watch.severity == CRITICAL:
            return blink["critical"] if blink else _CRITICAL_MHZ
        return blink["warn"] if blink else _WARN_MHZ

    def _local_ms(self, now_ms: int) -> "int | None":
        """ms since local midnight, as the bridge says; it may be past the day's end until the next heartbeat."""
        beat = self._known.freshness.beat
        if beat is None or beat["local"] is None:
            return None
        local: int = beat["local"] + self._known.freshness.bridge_ms(now_ms) - beat["now"]
        return local
