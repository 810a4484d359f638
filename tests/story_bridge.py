"""The bridge of a story: its real messages and calendar, with figures that the story tells instead of a PBX.

Times are the story's ms. It never asks what time it is: each call that publishes is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firmware.core import wire
from host_bridge.announce.handover import Told, rules_first
from host_bridge.announce.messages import Messages, group_id
from host_bridge.clock import Now
from host_bridge.thresholds import Thresholds

SITE = "main"
BEAT_MS = 2_000
DAY_MS = 86_400_000


class Bridge:
    """`publish(topic, payload)` retains, as the bridge does. `up`: it runs; `hung`: it runs and says nothing."""

    def __init__(self, story: Any, publish: Callable[[str, bytes], None]) -> None:
        self.up = False
        self.hung = False
        self.pbx = "up"
        self._thresholds: Thresholds = story.thresholds
        self._utc_ms: int = story.utc_ms
        self._skew_ms = 0  # of its steady clock, beyond the wall's
        self._queues = list(story.queues)
        self._groups = list(story.groups)
        self._publish = publish
        self._figures: dict[str, dict[str, int]] = {name: {"waiting": 0} for name in (*story.queues, *story.groups)}
        self._since: dict[tuple[str, str], int] = {}  # of what grows or falls by itself: when it was, or will be, 0
        self._told_open: dict[str, bool] = {}
        self._said: dict[str, list[bytes]] = {}  # by topic: all of this run, the newest last
        self._said_before: dict[str, list[bytes]] = {}  # of the run before
        self._messages = self._made(0)

    @property
    def blink(self) -> dict[str, int]:
        """mHz of warn and critical."""
        blink: dict[str, int] = self._thresholds.site["blink"]
        return blink

    @property
    def longest_ms(self) -> int:
        """Of a sound."""
        longest_ms: int = self._thresholds.site["longest_ms"]
        return longest_ms

    def now_ms(self, at_ms: int) -> int:
        """Its steady clock, the one that its messages carry."""
        return self._utc_ms + at_ms + self._skew_ms

    def is_quiet(self, at_ms: int) -> bool:
        """By the supervisors' quiet hours."""
        return self._thresholds.is_quiet(self._utc_ms + at_ms)

    def is_open(self, name: str, at_ms: int) -> bool:
        """By the supervisors' opening hours."""
        utc_ms = self._utc_ms + at_ms
        if name in self._groups:
            return self._thresholds.is_group_open(name, self._queues, utc_ms)
        return self._thresholds.is_open(name, utc_ms)

    def topic(self, kind: str, name: str) -> str:
        """Of a queue's or a group's `queue`, `rules` or `ack`."""
        return wire.topic(SITE, kind, group_id(name) if name in self._groups else wire.encode_id(name))

    # its life

    def start(self, at_ms: int, skew_ms: int = 0) -> None:
        """A new run with a clock of its own; `skew_ms`: how much its clock is ahead of the one before."""
        self.up, self.hung = True, False
        self._skew_ms += skew_ms
        self._said_before, self._said = self._said, {}
        self._messages = self._made(self.now_ms(at_ms))

    def step_back(self, ms: int) -> None:
        """Its steady clock does what it never should."""
        self._skew_ms -= ms

    def change(self, thresholds: Thresholds, at_ms: int) -> None:
        """New thresholds, and every board is told, as the announcer does it."""
        before = {name: (self._rules(name), self._told(name, at_ms)) for name in (*self._queues, *self._groups)}
        self._thresholds = thresholds
        self._messages.change(thresholds)
        for name, (old_rules, old) in before.items():
            rules, new = self._rules(name), self._told(name, at_ms)
            steps = [lambda name=name: self.tell(name, at_ms), lambda name=name: self._tell_rules(name)]
            for step in reversed(steps) if rules != old_rules and rules_first(old, new) else steps:
                step()
        self._say(self._messages.site_topic, self._messages.site(self._queues))

    def will(self) -> tuple[str, bytes]:
        """(topic, payload) of its last will."""
        return self._messages.state_topic, self._messages.offline()

    # what it says

    def beat(self, at_ms: int) -> None:
        """A heartbeat, and what opened or closed since it was told."""
        for name, told in self._told_open.items():
            if told != self.is_open(name, at_ms):
                self.tell(name, at_ms)
        self._say(self._messages.state_topic, self._messages.state(self._now(at_ms), self.pbx, ""))

    def tell_all(self, at_ms: int) -> None:
        """Everything but the heartbeat, which follows."""
        for name in (*self._queues, *self._groups):
            self._tell_rules(name)
        self._say(self._messages.site_topic, self._messages.site(self._queues))
        for name in (*self._queues, *self._groups):
            self.tell(name, at_ms)

    def tell(self, name: str, at_ms: int) -> None:
        """The snapshot of a queue or a group."""
        self._told_open[name] = self.is_open(name, at_ms)
        figures = self._moving(name, at_ms)
        now = self._now(at_ms)
        if name in self._groups:
            payload = self._messages.group(name, figures, self._queues, now)
        else:
            payload = self._messages.queue(name, figures, now)
        self._say(self.topic("queue", name), payload)

    def forget(self, name: str) -> None:
        """The PBX has the queue no more."""
        self._queues.remove(name)
        self._told_open.pop(name, None)
        for kind in ("queue", "rules"):
            self._publish(self.topic(kind, name), b"")
        self._say(self._messages.site_topic, self._messages.site(self._queues))

    def have_again(self, name: str, at_ms: int) -> None:
        """The PBX has the queue again."""
        self._queues.append(name)
        self.tell_all(at_ms)

    def said(self, topic: str, age: int, *, before: bool = False) -> bytes | None:
        """What it said of a topic, `age` messages ago, in this run or the one before; None: so much it did not."""
        known = (self._said_before if before else self._said).get(topic, [])
        return known[-1 - age] if len(known) > age else None

    # what the story tells it

    def learn(self, name: str, figure: str, value: int | None, at_ms: int) -> None:
        """A figure from now on; None: not known. Waits go on growing, and the time to the breach goes on falling."""
        figures = self._figures[name]
        if figure == "oldest_ms":
            self._since[name, figure] = at_ms - (value or 0)
        elif figure == "next_breach_ms":
            self._since[name, figure] = at_ms + (value or 0)
        elif value is None:
            figures.pop(figure, None)
        else:
            figures[figure] = value
        if figure == "waiting" and not value:
            self._since.pop((name, "oldest_ms"), None)
            self._since.pop((name, "next_breach_ms"), None)
        elif figure == "waiting":
            self._since.setdefault((name, "oldest_ms"), at_ms)

    def _tell_rules(self, name: str) -> None:
        self._say(self.topic("rules", name), self._rules(name))

    def _rules(self, name: str) -> bytes:
        return self._messages.group_rules(name) if name in self._groups else self._messages.rules(name)

    def _told(self, name: str, at_ms: int) -> Told:
        return Told(self._rules(name), self._moving(name, at_ms), self.is_open(name, at_ms))

    def _moving(self, name: str, at_ms: int) -> dict[str, int]:
        figures = dict(self._figures[name])
        if (name, "oldest_ms") in self._since:
            figures["oldest_ms"] = at_ms - self._since[name, "oldest_ms"]
        if (name, "next_breach_ms") in self._since:
            figures["next_breach_ms"] = max(self._since[name, "next_breach_ms"] - at_ms, 0)
        return figures

    def _made(self, started: int) -> Messages:
        return Messages(SITE, started, "", self._thresholds)

    def _now(self, at_ms: int) -> Now:
        return Now(self.now_ms(at_ms), self._utc_ms + at_ms)

    def _say(self, topic: str, payload: bytes) -> None:
        self._said.setdefault(topic, []).append(payload)
        self._publish(topic, payload)
