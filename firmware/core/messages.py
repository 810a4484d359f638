"""The schemas of all messages of version 1 (firmware.core.wire.read reads a payload by one of them).

`now`, `at`, `until`, `started` and `ts` are ms of the bridge's steady clock. Queue ids are those of wire.encode_id.
"""

from firmware.core.check_kinds import Bool, Int, OneOf, Problems, Text
from firmware.core.check_records import Either, Field, ListOf, Record

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    from firmware.core.check_kinds import Path

MAX_FLASH_MHZ = 3000  # WCAG 2.3.1: at most three flashes a second
PBX_STATES = ("up", "down", "syncing")
OPS = (">=", "<=", ">", "<")
SEVERITIES = ("warn", "critical")  # the lowest first
SOUNDS = ("none", "short", "double", "triple", "long", "continuous")
_MS = Int()
_COUNT = Int(0, 10**9)
_PERMILLE = Int(0, 1000)
_DAY_MS = Int(0, 26 * 3_600_000)  # the day that summer time ends on has 25 hours
_ID = Text(256, without="/+#\0")
_LABEL = Text(200, least=0)
_V = Field("v", Int(1, 1), required=True)
_STARTED = Field("started", _MS, required=True, doc="names the bridge's clock: its ms at the bridge's start")

# bridge/state. The last will says online: false and has neither now nor seq.
BRIDGE = Record(
    (
        _V,
        _STARTED,
        Field("online", Bool(), required=True),
        Field("pbx", OneOf(PBX_STATES)),
        Field("now", _MS),
        Field("seq", _MS, doc="rises by one with each heartbeat of one `started`"),
        Field("version", Text(64, least=0)),
        Field("local", _DAY_MS, doc="ms since local midnight"),
        Field("date", Text(10, least=0)),
        Field("quiet", Bool(), default=False, doc="no buzzer now"),
        Field("problem", Text(2000, least=0)),
    )
)

_SITE_QUEUE = Record(
    (
        Field("id", _ID, required=True),
        Field("label", _LABEL),
        Field("label_visual", _LABEL, doc="the label in display order"),
        Field("rtl", Bool(), default=False),
    )
)
_FLASH = Int(1, MAX_FLASH_MHZ)
_BLINK = Record((Field("warn", _FLASH, default=500), Field("critical", _FLASH, default=1000)))

# site: what holds for every board
SITE = Record(
    (
        _V,
        _STARTED,
        Field("queues", ListOf(_SITE_QUEUE, most=2000), required=True),
        Field("blink", _BLINK, doc="mHz"),
        Field("repeat_ms", Int(1000), default=60_000, doc="between two sounds of a critical alarm"),
        Field("longest_ms", Int(0, 60_000), default=5000, doc="longest sound of the buzzer"),
        Field("wait_limit_ms", _MS),
        Field("offer_at_ms", _MS),
    )
)

_CONDITION = Record(
    (
        Field("metric", Text(64), required=True, doc="a figure of the snapshot, or abandoned_permille"),
        Field("op", OneOf(OPS), required=True),
        Field("value", Int(-(10**12), 10**12), required=True),
    )
)
_CONDITIONS = ListOf(_CONDITION, least=1, most=8)
_LEVEL = Record(
    (
        Field("severity", OneOf(SEVERITIES), required=True),
        Field("all", _CONDITIONS, required=True),
        Field("clear", _CONDITIONS, doc="the level lets go when one no longer holds; like `all` if absent"),
    )
)
_SOUND = Record((Field("warn", OneOf(SOUNDS), default="none"), Field("critical", OneOf(SOUNDS), default="none")))
_RULE = Record(
    (
        Field("id", _ID, required=True),
        Field("for_ms", Int(0, 86_400_000), default=0),
        Field("hold_ms", Int(0, 86_400_000), default=5000),
        Field("sound", _SOUND, default={"warn": "none", "critical": "none"}),
        Field("levels", ListOf(_LEVEL, least=1, most=2), required=True, doc="the lowest severity first"),
    )
)

# rules/<queue>
RULES = Record((_V, _STARTED, Field("rules", ListOf(_RULE, most=64), required=True)))

_COUNTS = (
    "waiting sla_of offered answered abandoned short_abandoned overflowed exited removed unresolved rejected"
    " transferred agents_in agents_free agents_busy agents_paused"
)
_FIGURES = (
    (_COUNT, _COUNTS.split()),
    (_MS, "oldest_ms avg_wait_ms longest_ms aht_ms next_breach_ms".split()),
    (_PERMILLE, "sla sla_target over_limit".split()),
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
        return clean


# queue/<queue>: the snapshot
QUEUE = _Snapshot(
    (
        _V,
        _STARTED,
        Field("ts", _MS, required=True),
        Field("open", Bool(), default=True, doc="inside its hours"),
        Field("label", _LABEL),
        Field("label_visual", _LABEL),
        Field("rtl", Bool(), default=False),
        Field("approx", Either(Bool(), Int(0, 1)), default=False, doc="a gap was filled by estimate"),
    )
)

# ack/<queue>/<rule>
ACK = Record((_V, Field("at", _MS, required=True), Field("until", _MS), Field("by", Text(200, least=0))))

# notice
NOTICE = Record(
    (
        _V,
        _STARTED,
        Field("text", Text(500), required=True),
        Field("text_visual", Text(500)),
        Field("rtl", Bool(), default=False),
        Field("until", _MS),
    )
)

_ALARM = Record(
    (
        Field("queue", _ID, required=True),
        Field("rule", _ID, required=True),
        Field("severity", OneOf(SEVERITIES), required=True),
        Field("acked", Bool(), required=True),
        Field("at", _MS, doc="when it rose to this severity; absent while the bridge's clock is not known"),
    )
)

# board/<id>/state. The last will says online: false and no more.
BOARD = Record(
    (
        _V,
        Field("online", Bool(), required=True),
        Field("version", Text(64, least=0)),
        Field("alarms", ListOf(_ALARM)),
        Field("fault", OneOf(("PBX", "BRIDGE", "LINK"))),
        Field("page", _COUNT),
        Field("frames", _MS),
        Field("uptime_ms", _MS),
        Field("temp", Int(-100, 200), doc="degrees Celsius"),
        Field("rssi", Int(-200, 100), doc="dBm"),
    )
)
