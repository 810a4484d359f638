"""The schema of what boards say of themselves."""

from firmware.core.check_kinds import Bool, Int, OneOf, Text
from firmware.core.check_records import Field, ListOf, Record
from firmware.core.messages import COUNT, ID, MS, SEVERITIES, V

_ALARM = Record(
    (
        Field("queue", ID, required=True),
        Field("rule", ID, required=True),
        Field("severity", OneOf(SEVERITIES), required=True),
        Field("acked", Bool(), required=True),
        Field("at", MS, doc="when it rose to this severity; absent while the bridge's clock is not known"),
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
        Field("frames", MS),
        Field("uptime_ms", MS),
        Field("temp", Int(-100, 200), doc="degrees Celsius"),
        Field("rssi", Int(-200, 100), doc="dBm"),
    )
)
