"""Real days, replayed at full speed: from each moment at which anything can change to the next one.

Such a moment is a second with lines in the log, a deadline of the truth (a rolling window loses a call), the beginning
of a day, an opening or closing hour, and what an alarm waits for. At each of them all is taken in that there is to take
in, then the figures that changed are told, and the alarms judge once: what a live board does, but for the fractions of
a second that a queue_log does not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from firmware.core.units import duration_text
from host_bridge.backtest.result import Result
from host_bridge.backtest.site import Site
from host_bridge.backtest.span import Chosen
from host_bridge.pbx.queue_log_lines import LogLine
from host_bridge.pbx.queue_log_set import LogSet, SourceError, no_line
from host_bridge.thresholds import Thresholds

_LATE_S = 10  # lines of a second or two may be written in any order
_LINES_A_LOOK = 2_000  # between two calls of `progress`


def backtest(
    paths: Sequence[Path],
    thresholds: Thresholds,
    *,
    from_day: str | None = None,
    until_day: str | None = None,
    series: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Result:
    """Replay queue_log files, in whatever order they are named. Raises SourceError.

    `from_day`, `until_day`: the first and the last day ("2026-11-22") that the result tells of, all when None;
    ValueError when they are none. `series` adds what timelines are drawn from. `progress` is told the share that is
    read, now and then.
    """
    log = LogSet(paths)
    chosen = Chosen.of(thresholds, from_day, until_day)
    site: Site | None = None
    first_ms = last_ms = 0
    for at_ms, lines in seconds(_noted(log, progress)):
        first_ms, last_ms = first_ms or at_ms, at_ms
        if at_ms < chosen.warm_ms:
            continue
        if at_ms >= chosen.until_ms:
            if site is None and first_ms < chosen.from_ms:  # days without a line, within the log
                site = Site(thresholds, chosen, chosen.warm_ms, series=series)
            if site is not None:
                site.goes_on()
            break
        if site is None:
            site = Site(thresholds, chosen, at_ms, series=series)
        site.lines(at_ms, lines)
    if not last_ms:
        raise no_line(log)
    if site is None or max(last_ms, site.covers_ms) < chosen.from_ms:
        raise SourceError(_other_days(log, thresholds, first_ms, last_ms))
    if progress is not None:
        progress(1.0)
    return site.result(log.dropped, first_ms, _order(log))


def _order(log: LogSet) -> tuple[str, ...]:
    """What to say of lines that are not in the order of time."""
    if log.late_s < _LATE_S:
        return ()
    back = duration_text(log.late_s * 1000)
    return (f"the log goes back in time, by {back} at most: {log.late} lines are taken for as late as the one before",)


def _other_days(log: LogSet, thresholds: Thresholds, first_ms: int, last_ms: int) -> str:
    """What to say when none of the days asked for is in the log. Of one that begins after them no end was read."""
    calendar = thresholds.calendar
    first, last = (calendar.date(calendar.day_start_ms(at_ms)) for at_ms in (first_ms, last_ms))
    told = f"it begins on {first}" if first == last else f"its days are {first} to {last}"
    return f"{log.names}: none of these days is in it: {told}"


def _noted(log: LogSet, progress: Callable[[float], None] | None) -> Iterator[LogLine]:
    for count, line in enumerate(log.lines()):
        if progress is not None and count % _LINES_A_LOOK == 0:
            progress(log.read_bytes / max(log.all_bytes, 1))
        yield line


def seconds(lines: Iterable[LogLine]) -> Iterator[tuple[int, list[LogLine]]]:
    """The lines of each second, with the ms at which it begins; a line that is late with the newest second before."""
    now_s = 0
    found: list[LogLine] = []
    for line in lines:
        if line.at_s > now_s and found:
            yield now_s * 1000, found
            found = []
        now_s = max(now_s, line.at_s)
        found.append(line)
    if found:
        yield now_s * 1000, found
