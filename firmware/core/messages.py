"""The schemas of the messages that a board reads, version 1 (payload.read reads by them); others are in reports.py,
and those that few boards ever hear in messages_rare.py.

`now`, `at`, `until`, `started` and `ts` are ms of the bridge's steady clock. Queue ids are those of wire.encode_id.
"""

from firmware.core.check_kinds import Bool, Int, OneOf, Problems, Text
from firmware.core.check_records import Field, ListOf, Record
from firmware.core.pattern import SOUNDS

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    from firmware.core.check_kinds import Path

MAX_FLASH_MHZ = 3000  # WCAG 2.3.1: at most three flashes a second
PBX_STATES = ("up", "down", "syncing")
OPS = (">=", "<=", ">", "<")
SEVERITIES = ("warn", "critical")  # the lowest first
MS = Int()
COUNT = Int(0, 10**9)
_PERMILLE = Int(0, 1000)
_DAY_MS = Int(0, 26 * 3_600_000)  # the day that summer time ends on has 25 hours
ID = Text(256, without="/+#\0")
_LABEL = Text(200, least=0)


V = Field("v", Int(1, 1), required=True)
STARTED = Field("started", MS, required=True)  # names the bridge's clock: its ms at the bridge's start

# bridge/state. The last will says online: false and has neither now nor seq.
BRIDGE = Record(
    (
        V,
        STARTED,
        Field("online", Bool(), required=True),
        Field("pbx", OneOf(PBX_STATES)),
        Field("now", MS),
        Field("seq", MS),  # rises by one with each heartbeat of one `started`
        Field("version", Text(64, least=0)),
        Field("local", _DAY_MS),  # ms since local midnight
        Field("date", Text(10, least=0)),
        Field("quiet", Bool(), default=False),  # no buzzer now
        Field("problem", Text(2000, least=0)),
    )
)

# Those that a board shows or judges by. The others are for other people's programs: a small heap keeps none of them.
_FIGURES = (
    (COUNT, ("waiting", "offered", "answered", "abandoned", "agents_in", "agents_free")),
    (MS, ("oldest_ms", "avg_wait_ms", "next_breach_ms")),
    (_PERMILLE, ("sla", "sla_target", "over_limit")),
)


class _Snapshot(Record):
    """A record that also has figures, each of which may be absent."""

    def read(self, value: "Any", path: "Path", problems: Problems) -> "dict[str, Any] | None":
        clean = Record.read(self, value, path, problems)
        if clean is not None:
            for kind, names in _FIGURES:
                for name in names:
                    figure = value.get(name)
                    clean[name] = None if figure is None else kind.read(figure, path + (name,), problems)
            approx = value.get("approx")  # a gap was filled by estimate
            if approx not in (None, 0, 1):
                problems.add(path + ("approx",), "expected true, or to be absent")
            clean["approx"] = approx in (True, 1)
        return clean


# queue/<queue>: the snapshot
QUEUE = _Snapshot(
    (
        V,
        STARTED,
        Field("ts", MS, required=True),
        Field("open", Bool(), default=True),  # inside its hours
        Field("label", _LABEL),
        Field("label_visual", _LABEL),
        Field("rtl", Bool(), default=False),
    )
)


def site() -> Record:
    """`site`: what holds for every board.

    It and the two below come a few times a day: they are made when they are needed, and take no memory in between.
    """
    queue = Record(
        (
            Field("id", ID, required=True),
            Field("label", _LABEL),
            Field("label_visual", _LABEL),  # the label in display order
            Field("rtl", Bool(), default=False),
        )
    )
    flash = Int(1, MAX_FLASH_MHZ)
    return Record(
        (
            V,
            STARTED,
            Field("queues", ListOf(queue, most=2000), required=True),
            Field("blink", Record((Field("warn", flash, default=500), Field("critical", flash, default=1000)))),
            Field("repeat_ms", Int(1000), default=60_000),  # between two sounds of a critical alarm
            Field("longest_ms", Int(0, 60_000), default=5000),  # longest sound of the buzzer
            Field("wait_limit_ms", MS),
            Field("offer_at_ms", MS),
        )
    )


def rules() -> Record:
    """`rules/<queue>`: what raises which alarm."""
    condition = Record(
        (
            Field("metric", Text(64), required=True),  # a figure of the snapshot, or abandoned_permille
            Field("op", OneOf(OPS), required=True),
            Field("value", Int(-(10**12), 10**12), required=True),
        )
    )
    conditions = ListOf(condition, least=1, most=8)
    level = Record(
        (
            Field("severity", OneOf(SEVERITIES), required=True),
            Field("all", conditions, required=True),
            Field("clear", conditions),  # the level lets go when one no longer holds; like `all` if absent
        )
    )
    name = OneOf(SOUNDS)
    rule = Record(
        (
            Field("id", ID, required=True),
            Field("for_ms", Int(0, 86_400_000), default=0),
            Field("hold_ms", Int(0, 86_400_000), default=5000),
            Field(
                "sound",
                Record((Field("warn", name, default="none"), Field("critical", name, default="none"))),
                default={"warn": "none", "critical": "none"},
            ),
            Field("levels", ListOf(level, least=1, most=2), required=True),  # the lowest severity first
        )
    )
    return Record((V, STARTED, Field("rules", ListOf(rule, most=64), required=True)))


def ack() -> Record:
    """`ack/<queue>/<rule>`: an acknowledgement."""
    return Record((V, Field("at", MS, required=True), Field("until", MS), Field("by", Text(200, least=0))))
