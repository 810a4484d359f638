"""One queue as the board knows it: its snapshot, how far that is proven, its alarms and their acknowledgements."""

from firmware.core.alarm import Alarm
from firmware.core.messages import SEVERITIES
from firmware.core.pattern import phase_changes_ms
from firmware.core.rules import Figures, compile_rules
from firmware.core.view import Tile

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    from firmware.core.freshness import Freshness

LIVE, AGEING, DASHES, NO_DATA = 0, 1, 2, 3  # Tile.life
DASHES_MS = 15_000  # a figure that was last proven so long ago is not shown
_MOST_ACKS = 64


class Ack:
    """An acknowledgement: at_ms and until_ms (None: no end) in the board's ms, once the bridge's clock is known."""

    def __init__(self, at: int, until: "int | None", received_ms: int) -> None:
        self._at = at
        self._until = until
        self._received_ms = received_ms
        self._times: "tuple[int, int | None] | None" = None

    def times(self, freshness: "Freshness") -> "tuple[int, int | None]":
        """(at_ms, until_ms), converted once: they stand when the bridge gets a new clock. Never in the future."""
        if self._times is None:
            until = None if self._until is None else freshness.board_ms(self._until)
            self._times = (min(freshness.board_ms(self._at), self._received_ms), until)
        return self._times


class Watch:
    """A queue. `dirty`: its alarms have something new to look at; `due_ms`: or will have, by time alone."""

    def __init__(self, queue: str) -> None:
        self.queue = queue
        self.site: "dict[str, Any]" = {}  # its entry in `site`: label, label_visual, rtl
        self.values: "dict[str, Any] | None" = None
        self.rules: "dict[str, Any] | None" = None  # the message, to be stored
        self.alarms: "list[Alarm]" = []
        self.acks: "dict[str, Ack]" = {}
        self.severity = 0
        self.acked = False
        self.dirty = True
        self.due_ms: "int | None" = None
        self._session = 0  # of our connection in which the snapshot came
        self._age_ms = 0  # of the snapshot when it was last live
        self._proved_ms: "int | None" = None  # when the figures were last known to be true

    def take_snapshot(self, values: "dict[str, Any]", freshness: "Freshness", now_ms: int) -> None:
        """A new snapshot; an older one of the same clock, overtaken on its way, is ignored."""
        before = self.values
        if before is not None and before["started"] == values["started"] and values["ts"] < before["ts"]:
            return
        self.values = values
        self._session = freshness.session
        self._age_ms = max(freshness.bridge_ms(now_ms) - values["ts"], 0) if self._matches(freshness) else 0
        self.dirty = True
        self.prove(freshness, now_ms)

    def forget(self) -> None:
        """The queue is gone: no figures, and nothing that fires."""
        self.values = None
        self._proved_ms = None
        self.alarms = [Alarm(alarm.rule) for alarm in self.alarms]
        self.acks = {}
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
        """An acknowledgement of a rule, or None: it is withdrawn."""
        self.dirty = True
        if message is None:
            self.acks.pop(rule, None)
        elif rule in self.acks or len(self.acks) < _MOST_ACKS:
            self.acks[rule] = Ack(message["at"], message["until"], now_ms)

    def live(self, freshness: "Freshness", now_ms: int) -> bool:
        """The figures are true now."""
        return self._matches(freshness) and freshness.fault(now_ms) is None

    def orphaned(self, freshness: "Freshness", now_ms: int) -> bool:
        """All is well but for this queue: the bridge has started anew and not sent it again, or it did not come."""
        return self.values is not None and not self._matches(freshness) and freshness.fault(now_ms) is None

    def prove(self, freshness: "Freshness", now_ms: int) -> None:
        """The bridge lives: note that the figures were true at its last heartbeat."""
        if self.live(freshness, now_ms):
            self._proved_ms = freshness.proved_ms()

    def freeze(self, freshness: "Freshness", at_ms: int) -> None:
        """Keep the age that the figures had at `at_ms`, the last moment at which they were live."""
        if self.values is not None and self._matches(freshness):
            self._age_ms = freshness.bridge_ms(at_ms) - self.values["ts"]

    def step(self, freshness: "Freshness", now_ms: int) -> "list[Alarm]":
        """Advance the alarms; those that rose."""
        figures = self._figures(freshness, now_ms)
        rises = [alarm for alarm in self.alarms if alarm.step(now_ms, figures)]
        times = [alarm.next_ms(now_ms, figures) for alarm in self.alarms]
        self.severity = max([alarm.severity for alarm in self.alarms]) if self.alarms else 0
        self.acked = self.severity > 0
        for alarm in self.alarms:
            if alarm.severity:
                until = self._until_ms(alarm, freshness)
                times.append(until)
                if alarm.severity == self.severity and not self.is_acked(alarm, freshness, now_ms):
                    self.acked = False
        coming = [at for at in times if at is not None and at > now_ms]
        self.due_ms = min(coming) if coming else None
        self.dirty = False
        return rises

    def is_acked(self, alarm: Alarm, freshness: "Freshness", now_ms: int) -> bool:
        """Somebody has acknowledged this firing, at this severity, and for this long."""
        ack = self.acks.get(alarm.rule.id)
        if ack is None or not alarm.severity:
            return False
        at_ms, until_ms = ack.times(freshness)
        return at_ms >= alarm.rose_ms and (until_ms is None or now_ms < until_ms)

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

    def tile(self, freshness: "Freshness", now_ms: int, phase: int) -> Tile:
        """What is shown of the queue; `phase` of its blinking. No stale figure leaves here after DASHES_MS."""
        values = self.values
        label = self._label()
        life = self.life(freshness, now_ms)
        if values is None or life in (DASHES, NO_DATA):
            return Tile(self.queue, label[0], label[1], None, None, None, None, None, None, 0, False, 0, life)
        live = life == LIVE
        severity = self.severity if live else 0
        oldest_ms = self.oldest_ms(freshness, now_ms)
        return Tile(
            self.queue,
            label[0],
            label[1],
            values["waiting"],
            None if oldest_ms is None else oldest_ms // 1000,
            values["sla"],
            values["sla_target"],
            values["agents_free"],
            values["agents_in"],
            severity,
            self.acked and live,
            phase if self.blinks(life) else 0,
            life,
        )

    def life(self, freshness: "Freshness", now_ms: int) -> int:
        """LIVE, AGEING, DASHES or NO_DATA, as in view.Tile."""
        if self.live(freshness, now_ms):
            return LIVE
        if self.values is None or self._proved_ms is None:
            return NO_DATA
        return AGEING if now_ms - self._proved_ms < DASHES_MS else DASHES

    def blinks(self, life: int) -> bool:
        """The tile changes its phase now."""
        return life == LIVE and self.severity > 0 and not self.acked

    def oldest_ms(self, freshness: "Freshness", now_ms: int) -> "int | None":
        """The longest wait now: it goes on by itself while the figures are live, and stands when they are not."""
        values = self.values
        if values is None or values["oldest_ms"] is None or not values["waiting"]:
            return None
        age_ms = freshness.bridge_ms(now_ms) - values["ts"] if self.live(freshness, now_ms) else self._age_ms
        oldest_ms: int = values["oldest_ms"] + age_ms
        return max(oldest_ms, 0)

    def changes_ms(self, freshness: "Freshness", now_ms: int, blink_mhz: int) -> "int | None":
        """When the tile will change by time alone: a second of the wait, a phase, or the end of a stale figure."""
        life = self.life(freshness, now_ms)
        if life == AGEING and self._proved_ms is not None:
            return self._proved_ms + DASHES_MS
        times = []
        bridge_ms = freshness.bridge_ms(now_ms)
        values = self.values
        if life == LIVE and values is not None and values["oldest_ms"] is not None and values["waiting"]:
            oldest_ms = values["oldest_ms"] + bridge_ms - values["ts"]
            times.append(bridge_ms + 1000 - (oldest_ms % 1000 if oldest_ms > 0 else oldest_ms))
        if self.blinks(life):
            times.append(phase_changes_ms(blink_mhz, bridge_ms))
        return freshness.board_ms(min(times)) if times else None

    def _label(self) -> "tuple[str, bool]":
        """(label in display order, right to left): the snapshot's, else the site's, else the queue's id."""
        for source in (self.values, self.site):
            if source:
                text = source["label_visual"] or source["label"]
                if text:
                    return text, bool(source["rtl"])
        return self.queue, False

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

    def _until_ms(self, alarm: Alarm, freshness: "Freshness") -> "int | None":
        ack = self.acks.get(alarm.rule.id)
        return None if ack is None else ack.times(freshness)[1]
