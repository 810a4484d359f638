"""When `today` begins, and each queue's line at its closing time: the day's figures, for the log and for the journal.

Days are those of the PBX's clock, as queue_log's are, so that the board's `today` and a report's agree to the call.
"""

from __future__ import annotations

import logging

from host_bridge.journal import Journal
from host_bridge.thresholds import Thresholds
from host_bridge.thresholds.names import printable
from host_bridge.truth.truth import Truth

# Figures of this instant say nothing of a day.
_OF_NOW = ("waiting", "oldest_ms", "next_breach_ms", "agents_in", "agents_free", "agents_busy", "agents_paused")


class Days:
    """Rolls the truth's `today`, and tells the days that are over."""

    def __init__(self, thresholds: Thresholds, truth: Truth, journal: Journal | None, log: logging.Logger) -> None:
        self._thresholds = thresholds
        self._truth = truth
        self._journal = journal
        self._log = log
        self.day = ""
        """Today's date, YYYY-MM-DD; "" before the first `roll`."""
        self._told: set[tuple[str, str]] = set()  # day and queue whose line was logged
        self.began_ms = self.ends_ms = 0
        """When today began and when it ends, in ms of the bridge's clock; 0 before the first `roll`."""

    def told(self, day: str, queue: str) -> None:
        """An earlier run of the bridge logged this line already."""
        self._told.add((day, queue))

    def roll(self, now_ms: int, shift_ms: int) -> None:
        """Let `today` begin anew when it has; the day that ended is told first. `shift_ms`: to the PBX's clock."""
        pbx_ms = now_ms + shift_ms
        before = self.day
        self._set(pbx_ms, shift_ms)
        if before not in ("", self.day):
            self._tell_all(before, now_ms, pbx_ms)
        self._truth.roll(self.began_ms, now_ms)

    def change(self, thresholds: Thresholds, now_ms: int, shift_ms: int) -> int | None:
        """These thresholds hold from now on; call it before the truth's own `change`, which may need what this gives.

        That is when today began, if by another time zone or day_start than before, else None. A day that is over by
        the new calendar is told as it stands.
        """
        is_same = thresholds.calendar == self._thresholds.calendar
        before, self._thresholds = self.day, thresholds
        if is_same or not before:
            return None
        pbx_ms = now_ms + shift_ms
        self._set(pbx_ms, shift_ms)
        if self.day > before:
            self._tell_all(before, now_ms, pbx_ms)
        return self.began_ms

    def close(self, now_ms: int, shift_ms: int) -> None:
        """Tell the queues that have closed for today."""
        pbx_ms = now_ms + shift_ms
        for queue in self._truth.queues:
            if (self.day, queue) not in self._told and self._thresholds.has_closed(queue, pbx_ms):
                self._tell(self.day, queue, now_ms, pbx_ms)

    def _set(self, pbx_ms: int, shift_ms: int) -> None:
        calendar = self._thresholds.calendar
        start_ms = calendar.day_start_ms(pbx_ms)
        self.day = calendar.date(start_ms)
        self.began_ms, self.ends_ms = start_ms - shift_ms, calendar.next_day_ms(pbx_ms) - shift_ms

    def _tell_all(self, day: str, now_ms: int, pbx_ms: int) -> None:
        """The lines of a day that is over."""
        self._truth.settle(now_ms)
        for queue in self._truth.queues:
            self._tell(day, queue, now_ms, pbx_ms)
        self._told = {told for told in self._told if told[0] >= self.day}

    def _tell(self, day: str, queue: str, now_ms: int, pbx_ms: int) -> None:
        """Keep the line, and log it once: a call that ends after closing time changes the kept one at the day's end."""
        figures = {name: value for name, value in self._truth.figures(queue, now_ms).items() if name not in _OF_NOW}
        if self._journal is not None:
            self._journal.put_day(day, queue, figures, pbx_ms)
        if (day, queue) not in self._told:
            self._told.add((day, queue))
            self._log.info("%s", day_line(day, printable(queue), figures))


def day_line(day: str, queue: str, figures: dict[str, int]) -> str:
    """A queue's day in one line for people; what is not known is left out."""
    parts = [f"{figures['offered']} offered", f"{figures['answered']} answered"]
    short = f" ({figures['short_abandoned']} short)" if figures["short_abandoned"] else ""
    parts.append(f"{figures['abandoned']} abandoned{short}")
    rarer = ("overflowed", "exited", "removed", "unresolved", "rejected", "transferred")
    parts += [f"{figures[name]} {name}" for name in rarer if figures[name]]
    if "sla" in figures:
        target = figures["sla_target"] / 10
        parts.append(f"service level {figures['sla'] / 10:.1f}% of {figures['sla_of']} (target {target:g}%)")
    for name, what in (("avg_wait_ms", "ASA"), ("longest_ms", "longest wait"), ("aht_ms", "AHT")):
        if name in figures:
            parts.append(f"{what} {_clock(figures[name])}")
    if "over_limit" in figures:
        parts.append(f"{figures['over_limit'] / 10:.1f}% over the wait limit")
    if "approx" in figures:
        parts.append("partly estimated")
    return f"day {day} of {queue}: {', '.join(parts)}"


def _clock(ms: int) -> str:
    """m:ss, and h:mm:ss from an hour on."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
