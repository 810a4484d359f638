"""One queue as the board knows it: its snapshot, how far that is proven, its alarms and their acknowledgements."""

from firmware.core.alarm import Alarm
from firmware.core.freshness import AHEAD_MS
from firmware.core.messages import SEVERITIES
from firmware.core.payload import WireError
from firmware.core.rules import Figures, compile_rules

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    from firmware.core.freshness import Freshness

_MOST_ACKS = 64


class Ack:
    """An acknowledgement, as received: `at` and `until` (None: no end) on the bridge's clock.

    `before`: the times() of the one that it replaces, None when there is none.
    """

    def __init__(
        self, at: int, until: "int | None", received_ms: int, before: "tuple[int, int | None] | None" = None
    ) -> None:
        self.said = (at, until)
        self.known: "tuple[int, int | None] | None" = None  # times(), once the bridge's clock was known
        self._received_ms = received_ms
        self._before = before

    def times(self, freshness: "Freshness") -> "tuple[int, int | None]":
        """(at_ms, until_ms) on the board's clock, converted once: they stand when the bridge gets a new clock.

        An acknowledgement is never of the future, or it would silence what has not happened yet; one of far ahead was
        made by another clock of the bridge's, and is for nothing. One that a later one has overtaken changes nothing.
        """
        if self.known is None:
            at_ms = freshness.board_ms(self.said[0])
            until_ms = None if self.said[1] is None else freshness.board_ms(self.said[1])
            if at_ms > self._received_ms + AHEAD_MS:
                until_ms = self._received_ms
            self.known = (min(at_ms, self._received_ms), until_ms)
            if self._before is not None and self._before[0] > self.known[0]:
                self.known = self._before
        return self.known


class Watch:
    """A queue. `dirty`: its alarms have something new to look at; `due_ms`: or will have, by time alone.

    severity: the highest of its alarms; acked: all of that severity are acknowledged; proved_ms: when the figures were
    last known to be true (None: never); age_ms: of the snapshot then.
    """

    def __init__(self, queue: str) -> None:
        self.queue = queue
        self.site: "dict[str, Any]" = {}  # its entry in `site`: label, label_visual, rtl
        self.values: "dict[str, Any] | None" = None
        self.rules: "dict[str, Any] | None" = None  # the message, to be stored
        self.alarms: "list[Alarm]" = []
        self.severity = 0
        self.acked = False
        self.dirty = True
        self.due_ms: "int | None" = None
        self.proved_ms: "int | None" = None
        self.age_ms = 0
        self._acks: "dict[str, Ack]" = {}
        self._session = 0  # of our connection in which the snapshot came
        self._other: "tuple[int, dict[str, Any]] | None" = None  # session and snapshot of another bridge's clock

    def take_snapshot(self, values: "dict[str, Any]", freshness: "Freshness", now_ms: int) -> None:
        """A new snapshot; an older one of the same clock, overtaken on its way, is ignored.

        While the figures are of the clock that counts, those of another wait for a heartbeat that makes it count:
        either a bridge has started anew, or they are late, or of somebody else's.
        """
        before = self.values
        if before is not None and self._session == freshness.session:
            if before["started"] == values["started"]:
                if values["ts"] < before["ts"] <= freshness.bridge_ms(now_ms) + AHEAD_MS:
                    return
            elif before["started"] == freshness.started:
                self._other = (freshness.session, values)
                return
        self.values = values
        self._session = freshness.session
        self.age_ms = max(freshness.bridge_ms(now_ms) - values["ts"], 0) if self._matches(freshness) else 0
        self.dirty = True
        if freshness.fault(now_ms) is None:
            self.prove(freshness, freshness.proved_ms())

    def follow(self, freshness: "Freshness", now_ms: int) -> None:
        """Another clock counts from now on: the snapshot that waited for it takes its turn."""
        before = self.values
        if self._other is not None and before is not None and before["started"] != freshness.started:
            session, values = self._other
            self._other = (self._session, before)
            if session == freshness.session and values["started"] == freshness.started:
                self.values = None
                self.take_snapshot(values, freshness, now_ms)

    def forget(self) -> None:
        """The queue is gone: no figures, and nothing that fires."""
        self.values = None
        self._other = None
        self.proved_ms = None
        self.alarms = [Alarm(alarm.rule) for alarm in self.alarms]
        self._acks = {}
        self.dirty = True

    def take_rules(self, message: "dict[str, Any] | None") -> "list[str]":
        """The rules from now on (None: none); what goes on firing keeps its state. Problems, a line each."""
        rules, problems = compile_rules(message) if message is not None else ((), [])
        before = self.alarms
        self.rules = message
        self.alarms = []
        for rule in rules:
            known = [alarm for alarm in before if alarm.rule.id == rule.id]
            alarm = known[0] if known else Alarm(rule)
            if alarm.rule != rule:
                alarm.change(rule)
            self.alarms.append(alarm)
        self.dirty = True
        return problems

    def take_ack(self, rule: str, message: "dict[str, Any] | None", now_ms: int) -> None:
        """An acknowledgement of a rule, or None: it is withdrawn. WireError when there are too many."""
        self.dirty = True
        if message is None:
            self._acks.pop(rule, None)
            return
        before = self._acks.get(rule)
        if before is not None and before.said == (message["at"], message["until"]):
            return  # delivered again: by the clock of the first time
        full = before is None and len(self._acks) >= _MOST_ACKS
        if not full or self._drop_ack():
            known = None if before is None else before.known
            self._acks[rule] = Ack(message["at"], message["until"], now_ms, known)
        if full:
            raise WireError("more than %d acknowledgements of one queue" % _MOST_ACKS, "many")

    def live(self, freshness: "Freshness", now_ms: int) -> bool:
        """The figures are true now."""
        return self._matches(freshness) and freshness.fault(now_ms) is None

    def orphaned(self, freshness: "Freshness", now_ms: int) -> bool:
        """All is well but for this queue: the bridge has started anew and not sent it again, or it did not come."""
        return self.values is not None and not self._matches(freshness) and freshness.fault(now_ms) is None

    def prove(self, freshness: "Freshness", proved_ms: int) -> None:
        """All is fresh: note that the figures, if they are this bridge's, were true at its last heartbeat."""
        if self._matches(freshness):
            self.proved_ms = proved_ms

    def freeze(self, freshness: "Freshness", bridge_ms: int) -> None:
        """Keep the age that the figures had at `bridge_ms`, the last moment of its clock at which they were live."""
        if self.values is not None and self._matches(freshness):
            self.age_ms = bridge_ms - self.values["ts"]

    def step(self, freshness: "Freshness", now_ms: int) -> "list[Alarm]":
        """Advance the alarms; those that rose."""
        figures = self._figures(freshness, now_ms)
        if figures is not None:
            for rule in self._acks:
                self._acks[rule].times(freshness)  # by the clock that they were made by
        rises = [alarm for alarm in self.alarms if alarm.step(now_ms, figures)]
        times = [alarm.next_ms(now_ms, figures) for alarm in self.alarms]
        self.severity = max([alarm.severity for alarm in self.alarms]) if self.alarms else 0
        self.acked = self.severity > 0
        for alarm in self.alarms:
            ack = self._acks.get(alarm.rule.id)
            if ack is not None and alarm.severity:
                times.append(ack.times(freshness)[1])
            if alarm.severity and alarm.severity == self.severity and not self.is_acked(alarm, freshness, now_ms):
                self.acked = False
        coming = [at for at in times if at is not None and at > now_ms]
        self.due_ms = min(coming) if coming else None
        self.dirty = False
        return rises

    def is_acked(self, alarm: Alarm, freshness: "Freshness", now_ms: int) -> bool:
        """Somebody has acknowledged this firing, at this severity, and for this long."""
        ack = self._acks.get(alarm.rule.id)
        if ack is None or not alarm.severity:
            return False
        at_ms, until_ms = ack.times(freshness)
        return at_ms >= alarm.rose_ms and (until_ms is None or now_ms < until_ms)

    def loud(self, freshness: "Freshness", now_ms: int) -> "list[Alarm]":
        """The alarms that fire on true figures and that nobody has acknowledged."""
        if not self.severity or not self.live(freshness, now_ms):
            return []
        return [alarm for alarm in self.alarms if alarm.severity and not self.is_acked(alarm, freshness, now_ms)]

    def report(self, freshness: "Freshness", now_ms: int) -> "list[dict[str, Any]]":
        """The alarms that fire, as in a board's state message; `at` on the bridge's clock."""
        return [
            {
                "queue": self.queue,
                "rule": alarm.rule.id,
                "severity": SEVERITIES[alarm.severity - 1],
                "acked": self.is_acked(alarm, freshness, now_ms),
                "at": max(alarm.rose_ms - freshness.board_ms(0), 0),
            }
            for alarm in self.alarms
            if alarm.severity
        ]

    def _drop_ack(self) -> bool:
        """Make room: of rules that a queue has not, anybody can acknowledge any number. False when there are none."""
        rules = [alarm.rule.id for alarm in self.alarms]
        for rule in self._acks:
            if rule not in rules:
                del self._acks[rule]
                return True
        return False

    def _matches(self, freshness: "Freshness") -> bool:
        """The snapshot is of the bridge's present clock, and came over our present connection."""
        values = self.values
        return values is not None and values["started"] == freshness.started and self._session == freshness.session

    def _figures(self, freshness: "Freshness", now_ms: int) -> "Figures | None":
        values = self.values
        if values is None or not self.live(freshness, now_ms):
            return None
        bridge_ms = freshness.bridge_ms(now_ms)
        return Figures(values, bridge_ms - values["ts"], freshness.board_ms(bridge_ms), values["open"])
