"""The schemas of messages that no board reads: what boards say of themselves, and what people ask of the bridge."""

from firmware.core.check_kinds import Bool, Int, OneOf, Text
from firmware.core.check_records import Field, ListOf, Record
from firmware.core.messages import COUNT, ID, MS, SEVERITIES, V
from firmware.core.messages_rare import MAX_NOTICE

DOING = ("identify", "test")

_ALARM = Record(
    (
        Field("queue", ID, required=True),
        Field("rule", ID, required=True),
        Field("severity", OneOf(SEVERITIES), required=True),
        Field("acked", Bool(), required=True),
        Field("at", MS, doc="when it rose to this severity; absent while the bridge's clock is not known"),
    )
)

# What the installer's self-test has found since the board's start; what only a person can see it cannot tell.
_SELF_TEST = Record(
    (
        Field("state", OneOf(("running", "done", "cut")), required=True, doc="cut: ended by two seconds on the button"),
        Field("seen", COUNT, doc="pictures that were shown to their end"),
        Field("steps", COUNT, doc="of so many"),
        Field(
            "button",
            OneOf(("pressed", "silent", "stuck", "dead", "none")),
            doc="dead: no GPIO; none: not in board.yaml",
        ),
        Field("buzzer", OneOf(("played", "dead", "none"))),
        Field("supply", OneOf(("fine", "low")), doc="absent where the machine does not tell"),
        Field("link", Text(20), doc="fine, or the first of the way to the PBX that does not hold"),
    )
)

# board/<id>/state. The last will says online: false and no more.
BOARD = Record(
    (
        V,
        Field("online", Bool(), required=True),
        Field("version", Text(64, least=0)),
        Field("alarms", ListOf(_ALARM)),
        Field("fault", OneOf(("PBX", "BRIDGE", "LINK"))),
        Field("page", COUNT),
        Field("muted", Bool(), doc="its buzzer, by a person"),
        Field("brightness", Int(0, 100), doc="percent; 0 is dark"),
        Field("problems", COUNT, doc="messages, or parts of them, that it could not use"),
        Field("frames", MS, doc="that the panel has shown"),
        Field("held", COUNT, doc="of those, delayed so that nothing flashes more than three times a second"),
        Field("restarts", COUNT, doc="of the panel's driver, which had died or hung"),
        Field("uptime_ms", MS),
        Field("temp", Int(-100, 200), doc="degrees Celsius"),
        Field("rssi", Int(-200, 100), doc="dBm"),
        # Which machine it is: two that bear one board's name are told apart by these.
        Field("host", Text(64, least=0), doc="its host name"),
        Field("address", Text(64, least=0), doc="its own address, on the side of the broker"),
        Field("serial", Text(64, least=0), doc="of a Raspberry Pi's processor"),
        Field(
            "problem",
            Text(1000, least=0),
            doc="why its panel is dark, and what to do, for people; absent when it is lit",
        ),
        Field("self_test", _SELF_TEST),
        Field("doing", OneOf(DOING), doc="what somebody has asked for; absent while it shows what it always does"),
    )
)

# notice/set: a text for every board. The bridge answers with `notice`.
NOTICE_SET = Record(
    (
        V,
        Field("text", Text(MAX_NOTICE, least=0), required=True, doc="empty: takes the notice back"),
        Field("until", MS, doc="ms of the bridge's clock, as `now` in bridge/state"),
        Field("for_ms", Int(1000, 366 * 86_400_000), doc="instead of until: how long, from when the bridge hears it"),
    )
)
