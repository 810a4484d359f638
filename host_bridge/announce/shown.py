"""What boards can show by itself: the queues that the PBX has, the groups of thresholds.yaml and the whole centre."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from host_bridge.announce.messages import Messages
from host_bridge.clock import Now
from host_bridge.thresholds import Thresholds
from host_bridge.truth.truth import Truth
from host_bridge.truth.windows import ALL


class Shown(NamedTuple):
    """A queue, a group of queues or the whole centre; all of it as it is when it is asked for."""

    topic: str
    rules_topic: str
    rules: Callable[[], bytes]
    label: Callable[[], dict[str, Any]]
    figures: Callable[[int], dict[str, int]]  # now_ms → figures; KeyError when it is gone
    is_open: Callable[[int], bool]  # utc_ms
    message: Callable[[dict[str, int], Now], bytes]

    @property
    def id(self) -> str:
        """As on the wire."""
        return self.topic.rpartition("/")[2]


class Catalogue:
    """All of them. `queues`: those that boards were told of, by name, in the PBX's order; `groups` by name."""

    def __init__(self, messages: Messages, thresholds: Thresholds, truth: Truth) -> None:
        self._messages = messages
        self._truth = truth
        self.queues: dict[str, Shown] = {}
        self.groups: dict[str, Shown] = {}
        self._groups_of: dict[str, list[str]] = {}
        self.change(thresholds)

    def change(self, thresholds: Thresholds) -> list[Shown]:
        """Other thresholds hold from now on; gives the groups that are no more."""
        self._thresholds = thresholds
        before = self.groups
        self.groups = {name: self._group(name) for name in (ALL, *thresholds.groups)}
        self._groups_of = {}
        for name, group in thresholds.groups.items():
            for queue in group.queues:
                self._groups_of.setdefault(queue, []).append(name)
        return [shown for name, shown in before.items() if name not in self.groups]

    def take_list(self, queues: Iterable[str]) -> None:
        """The PBX has these queues."""
        self.queues = {queue: self.queue(queue) for queue in queues}

    def all(self) -> list[Shown]:
        """Nothing before the PBX told its queues."""
        return [*self.queues.values(), *self.groups.values()] if self.queues else []

    def touched(self, queues: Iterable[str]) -> list[Shown]:
        """What may have other figures when those of these queues changed."""
        names = dict.fromkeys(name for queue in queues for name in self._groups_of.get(queue, ()))
        listed = [shown for queue in queues if (shown := self.queues.get(queue)) is not None]
        return listed + [self.groups[name] for name in dict.fromkeys((*names, ALL))]

    def queue(self, queue: str) -> Shown:
        """A queue, listed or not."""
        known = self.queues.get(queue)
        if known is not None:
            return known
        messages = self._messages
        return Shown(
            messages.queue_topic(queue),
            messages.rules_topic(queue),
            partial(messages.rules, queue),
            partial(messages.label, queue),
            partial(self._truth.figures, queue),
            lambda utc_ms: self._thresholds.is_open(queue, utc_ms),
            partial(messages.queue, queue),
        )

    def _group(self, name: str) -> Shown:
        messages = self._messages
        return Shown(
            messages.group_topic(name),
            messages.group_rules_topic(name),
            partial(messages.group_rules, name),
            partial(messages.group_label, name),
            partial(self._truth.group_figures, name),
            lambda utc_ms: self._thresholds.is_group_open(name, self.queues, utc_ms),
            lambda figures, now: messages.group(name, figures, self.queues, now),
        )
