"""The bridge's messages: what is true, put into the payloads of DESIGN section 5. Pure: no clock, no socket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from firmware.core import wire
from host_bridge.announce.bidi import visual
from host_bridge.clock import Now
from host_bridge.thresholds import QueueThresholds, Thresholds
from host_bridge.thresholds.names import shown_name

MAX_PROBLEM = 1_000  # characters: bridge/state goes out every 2 s


class Messages:
    """Makes the payloads of one bridge: one site, one `started`, and the thresholds that hold at present."""

    def __init__(self, site: str, started: int, version: str, thresholds: Thresholds) -> None:
        self._site = site
        self._version = version
        self._thresholds = thresholds
        self._head = {"v": wire.VERSION, "started": started}
        self._labels: dict[str, dict[str, Any]] = {}
        self._group_labels: dict[str, dict[str, Any]] = {}
        self._seq = 0
        self.state_topic = wire.topic(site, "bridge", "state")
        self.boards_topic = wire.topic(site, "bridge", "boards")
        self.site_topic = wire.topic(site, "site")
        self.notice_topic = wire.topic(site, "notice")
        self.notice_set_topic = wire.topic(site, "notice", "set")

    def change(self, thresholds: Thresholds) -> None:
        """Other thresholds hold from now on, in the same run of the bridge."""
        self._thresholds = thresholds
        # To put a label in display order takes longer than all else of a message: those that stay are kept.
        queues, groups = thresholds.queue, thresholds.groups
        self._labels = {
            name: label for name, label in self._labels.items() if label["label"] == shown_name(queues(name), name)
        }
        self._group_labels = {
            name: label
            for name, label in self._group_labels.items()
            if name in groups and label["label"] == shown_name(groups[name], name)
        }

    def queue_topic(self, queue: str) -> str:
        """Where a queue's snapshot goes."""
        return wire.topic(self._site, "queue", wire.encode_id(queue))

    def rules_topic(self, queue: str) -> str:
        """Where a queue's rules go."""
        return wire.topic(self._site, "rules", wire.encode_id(queue))

    def group_topic(self, name: str) -> str:
        """Where the snapshot of a group goes, or of "all", the whole centre."""
        return wire.topic(self._site, "queue", group_id(name))

    def group_rules_topic(self, name: str) -> str:
        """Where a group's rules go."""
        return wire.topic(self._site, "rules", group_id(name))

    def offline(self) -> bytes:
        """The last will, and the last word of a bridge that is stopped."""
        return wire.dumps({**self._head, "online": False})

    def state(self, now: Now, pbx: str, problem: str, rules: Mapping[str, str | int] | None = None) -> bytes:
        """A heartbeat; each has a `seq` of its own. `rules`: which version of thresholds.yaml is in force."""
        self._seq += 1
        calendar = self._thresholds.calendar
        message = {
            **self._head,
            "online": True,
            "pbx": pbx,
            "now": now.ms,
            "seq": self._seq,
            "version": self._version,
            "local": calendar.local_ms(now.utc_ms),
            "date": calendar.date(now.utc_ms),
            "quiet": self._thresholds.is_quiet(now.utc_ms),
        }
        if rules is not None:
            message["rules"] = rules
        if problem:
            message["problem"] = problem[:MAX_PROBLEM]
        return wire.dumps(message)

    def site(self, queues: Iterable[str]) -> bytes:
        """What holds for every board; `queues` as the PBX has them, told in the order of thresholds.yaml.

        The groups of the file follow them; boards show the whole centre only when the file names it.
        """
        rank = {queue: number for number, queue in enumerate(self._thresholds.queues)}
        ordered = sorted(queues, key=lambda queue: rank.get(queue, len(rank)))
        listed = [{"id": wire.encode_id(queue), **self.label(queue)} for queue in ordered]
        listed += [{"id": group_id(name), **self.group_label(name)} for name in self._thresholds.groups]
        return wire.dumps({**self._head, "queues": listed, **self._thresholds.site})

    def rules(self, queue: str) -> bytes:
        """The rules of one queue."""
        return self._rules(self._thresholds.queue(queue))

    def group_rules(self, name: str) -> bytes:
        """The rules of one group."""
        return self._rules(self._thresholds.group(name))

    def queue(self, queue: str, figures: dict[str, int], now: Now) -> bytes:
        """The snapshot of one queue; `figures` as Truth has them."""
        is_open = self._thresholds.is_open(queue, now.utc_ms)
        return wire.dumps({**self._head, "ts": now.ms, "open": is_open, **self.label(queue), **figures})

    def group(self, name: str, figures: dict[str, int], queues: Iterable[str], now: Now) -> bytes:
        """The snapshot of one group, or of "all"; `queues` as the PBX has them."""
        is_open = self._thresholds.is_group_open(name, queues, now.utc_ms)
        return wire.dumps({**self._head, "ts": now.ms, "open": is_open, **self.group_label(name), **figures})

    def boards(self, listed: list[dict[str, Any]]) -> bytes:
        """The boards of the site as the bridge sees them, for people's programs."""
        return wire.dumps({**self._head, "boards": listed})

    def notice(self, text: str, until_ms: int | None, said: int | None = None) -> bytes:
        """A text for every board, of printable characters, until that moment or until it is taken back.

        `said`: only so many of its first characters are somebody's, the rest the bridge says; None: all are.
        """
        text_visual, rtl = visual(text)
        message = {**self._head, "text": text, "text_visual": text_visual, "rtl": rtl}
        if until_ms is not None:
            message["until"] = until_ms
        if said is not None:
            message["said"] = said
        return wire.dumps(message)

    def _rules(self, thresholds: QueueThresholds) -> bytes:
        return wire.dumps({**self._head, "rules": list(thresholds.rules)})

    def label(self, queue: str) -> dict[str, Any]:
        """What a queue is called: `label`, `label_visual` (in display order), `rtl`."""
        if queue not in self._labels:
            self._labels[queue] = _label(self._thresholds.queue(queue), queue)
        return self._labels[queue]

    def group_label(self, name: str) -> dict[str, Any]:
        """The same of a group."""
        if name not in self._group_labels:
            self._group_labels[name] = _label(self._thresholds.group(name), name)
        return self._group_labels[name]


def group_id(name: str) -> str:
    """A group's id on the wire. No queue has it: the @ of a queue's name is percent-encoded."""
    return "@" + wire.encode_id(name)


def _label(thresholds: QueueThresholds, name: str) -> dict[str, Any]:
    label = shown_name(thresholds, name)
    label_visual, rtl = visual(label)
    return {"label": label, "label_visual": label_visual, "rtl": rtl}
