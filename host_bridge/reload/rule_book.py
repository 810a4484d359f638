"""Which thresholds are in force: the newest save of thresholds.yaml that is right. A wrong one changes nothing.

What is wrong is told once, each mistake a line of the log, and stands in bridge/state until the file is right again.
Each version that is taken into use goes into the history, with a word on what changed. So a bridge that starts while
the file is wrong (saved in the evening, rebooted in the night) begins with the version that was in force last, and says
so; without a history it has nothing to begin with.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from host_bridge import thresholds as thresholds_file
from host_bridge.clock import Clock
from host_bridge.history import History, applied_rules, rules_text
from host_bridge.history.store import version_of
from host_bridge.journal import JournalError
from host_bridge.reload.rule_changes import changes
from host_bridge.reload.rules_file import HANGS_MS, RulesFile, Save, judge, look
from host_bridge.thresholds import Thresholds

MOST_LINES = 50  # of the log, for one wrong save: `wallboardctl check` prints them all
AT_THE_START = "as the bridge started"


class Begun(NamedTuple):
    """What a bridge begins with: `text` and what it says; `found`: what is on the disk, which may be something else.

    `since_utc_ms`: since when these thresholds are in force, None: since now; `note`: what changed with them.
    """

    text: bytes
    thresholds: Thresholds
    found: Save
    since_utc_ms: int | None
    note: str


def begin(path: Path, history: Path | None) -> Begun:
    """Read thresholds.yaml; if it is wrong, the version that was in force last. ConfigError when there is none."""
    found = look(path)
    since_utc_ms, kept = _kept(history)
    if found.text is not None and found.thresholds is not None:
        if kept is None or kept.thresholds is None:
            return Begun(found.text, found.thresholds, found, None, AT_THE_START)
        if kept.text == found.text:
            return Begun(found.text, found.thresholds, found, since_utc_ms, "")
        note = f"{changes(kept.thresholds, found.thresholds)} ({AT_THE_START})"
        return Begun(found.text, found.thresholds, found, None, note)
    if kept is not None and kept.text is not None and kept.thresholds is not None:
        return Begun(kept.text, kept.thresholds, found, since_utc_ms, "")
    thresholds_file.load(path)  # says it with the whole name of the file
    return begin(path, history)  # it has become right this moment


def _kept(history: Path | None) -> tuple[int | None, Save | None]:
    """Since when which version was in force last."""
    if history is None or not history.exists():
        return None, None
    try:
        newest = applied_rules(history)[-1]
        return newest.at_utc_ms, judge(rules_text(history, newest.version), "", "thresholds.yaml")
    except (JournalError, IndexError):  # what is wrong with it is told by those who write it
        return None, None


class RuleBook:
    """The thresholds in force. `problem`: why those on the disk are not, in one line; "" when they are."""

    def __init__(self, path: Path, begun: Begun, history: History | None, clock: Clock, log: logging.Logger) -> None:
        self._name = path.name
        self._history = history
        self._clock = clock
        self._log = log
        self._file = RulesFile(path, begun.found)
        self._saves: asyncio.Queue[Save] = asyncio.Queue()
        self._refused = ""
        self._is_hanging = False
        self.thresholds = begun.thresholds
        self._text, self._version = begun.text, version_of(begun.text)
        now = clock.now()
        self._since_utc_ms = now.utc_ms if begun.since_utc_ms is None else begun.since_utc_ms
        if history is not None and begun.since_utc_ms is None:
            history.rules_applied(begun.text, now.utc_ms, begun.note)
        if begun.found.thresholds is None:
            self._refuse(begun.found)

    @property
    def problem(self) -> str:
        """For bridge/state."""
        if self._is_hanging:
            return f"{self._name} cannot be read: no answer within {HANGS_MS // 1000} s; {self._stand()}"
        return self._refused

    @property
    def in_force(self) -> dict[str, str | int]:
        """For bridge/state: the version, as the history names it, and since when, in ms of the bridge's clock."""
        now = self._clock.now()
        return {"version": self._version, "since": self._since_utc_ms - now.utc_ms + now.ms}

    async def run(self, apply: Callable[[Thresholds], None], told: Callable[[], None]) -> None:
        """Watch the file until cancelled. `apply` takes thresholds into use; `told`: the problem is another one."""
        self._file.start(self._saves.put_nowait)
        try:
            while True:
                self._take(await self._saves.get(), apply)
                told()
        finally:
            self._file.stop()

    def beat(self) -> None:
        """With each heartbeat: a disk that hangs is told once, and its return."""
        hangs = self._file.hangs
        if hangs != self._is_hanging:
            self._is_hanging = hangs
            if hangs:
                self._log.error("%s", self.problem)
            else:
                self._log.info("%s can be read again", self._name)

    def _take(self, save: Save, apply: Callable[[Thresholds], None]) -> None:
        if save.text is None or save.thresholds is None:
            self._refuse(save)
            return
        if save.text == self._text:
            self._log.info("%s is as it was: %s", self._name, self._stand())
        else:
            note = changes(self.thresholds, save.thresholds)
            self.thresholds, self._text, self._version = save.thresholds, save.text, version_of(save.text)
            now = self._clock.now()
            self._since_utc_ms = now.utc_ms
            self._refused = ""
            apply(save.thresholds)
            self._log.info("%s: taken into use: %s", self._name, note)
            if self._history is not None:
                self._history.rules_applied(save.text, now.utc_ms, note)
        self._refused = ""

    def _refuse(self, save: Save) -> None:
        """Tell each mistake once; the watcher brings the same save but once."""
        first, *rest = save.errors
        more = f" (and {len(rest)} more)" if rest else ""
        if save.text is None:
            reason = first.removeprefix(f"{self._name}: ")
            self._refused = f"{self._name} {reason}; {self._stand()}"
            self._log.error("%s", self._refused)
            return
        self._refused = f"{self._name} is wrong, {self._stand()}: {first}{more}"
        for line in save.errors[:MOST_LINES]:
            self._log.error("%s", line)
        unsaid = len(save.errors) - MOST_LINES
        if unsaid > 0:
            self._log.error("%s: %d mistakes more: wallboardctl check tells them all", self._name, unsaid)
        self._log.error("%s is wrong: %s", self._name, self._stand())

    def _stand(self) -> str:
        """`the rules of 14:32 stay in force`, with the date when that was on another day."""
        calendar, now = self.thresholds.calendar, self._clock.now()
        minutes = calendar.local_ms(self._since_utc_ms) // 60_000
        date = calendar.date(self._since_utc_ms)
        day = "" if date == calendar.date(now.utc_ms) else f"{date} "
        return f"the rules of {day}{minutes // 60:02}:{minutes % 60:02} stay in force"
