"""What bridge.yaml may hold: its keys, their kinds, and what belongs to which type of PBX and of broker."""

from __future__ import annotations

from config.connect import (
    EMBEDDED,
    FILE,
    OWN_CERTIFICATE,
    SECRETS,
    TWO_SECRETS,
    Host,
    Login,
    Mqtt,
    secret_fields,
)
from config.described import Choices, Described, Distinct, Schema, SchemaOf
from config.json_parts import given, when, without
from config.json_schema import record
from firmware.core.check import Bool, Duration, Either, Field, Int, Record, Text

AMI_PORT = 5038
AMI_TLS_PORT = 5039
MQTT_PORT = 1883
ASTERISK, QUEUE_LOG = "asterisk", "queue_log"
KEEP_DAYS = 35
DAY_MS = 86_400_000
SITE = Text(64, without="/+#% @")  # it is a part of topics
OF_AMI = ("host", "port", "username", *SECRETS, "tls")
NO_LOGIN = ("username", *SECRETS)
BELONGS_TO_AMI = f"belongs to type {ASTERISK}: queue_log alone is read here, remove it"
BELONGS_TO_LOG = f"belongs to type {QUEUE_LOG}: AMI is pinged every 2 s, remove it"
NEEDS_NO_LOGIN = "the embedded broker listens on loopback alone and needs none: remove it"
NO_PORT = "belongs to the embedded broker, expected mqtt://HOST:PORT in mqtt.url"

_TLS = Record(
    (
        Described(
            "ca_file",
            FILE,
            required=True,
            doc="the PEM file of the authority that signed the PBX's certificate, if it is your own",
            example="pbx-ca.pem",
        ),
    )
)


class Pbx(Record):
    """The section `pbx`."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """What _pbx_by_type() tells, so far as a schema can."""
        log_alone = given("type", {"const": QUEUE_LOG})
        of_ami = [key for key in OF_AMI if key != "tls"]  # `tls: no` is right
        with_ami = {"required": ["host", "username"], "anyOf": [given(name) for name in SECRETS]}
        rules = [
            when(log_alone, given("queue_log"), with_ami),
            when(log_alone, without(of_ami, BELONGS_TO_AMI), without(("silent_after",), BELONGS_TO_LOG)),
            when(given(SECRETS[0]), without(SECRETS[1:], TWO_SECRETS)),
        ]
        return record(self, schema_of) | {"allOf": rules}


class BridgeMqtt(Mqtt):
    """The section `mqtt`, whose broker may be the bridge's own."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        made = super().json_schema(schema_of)
        embedded = given("url", {"const": EMBEDDED})
        made["allOf"].append(when(embedded, without(NO_LOGIN, NEEDS_NO_LOGIN), without(("port",), NO_PORT)))
        return made


class Bridge(Record):
    """The whole file."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """What _journal() tells, so far as a schema can."""
        return record(self, schema_of) | {"dependencies": {"keep_days": ["journal"]}}


_PBX = Pbx(
    (
        Field(
            "type",
            Choices(
                {
                    ASTERISK: "Asterisk and what is built on it, by the events of its manager interface (AMI).",
                    QUEUE_LOG: "The file queue_log alone, without AMI: whole seconds, and no agents.",
                }
            ),
            default=ASTERISK,
            doc="what is read",
        ),
        Described("host", Host(), doc="the PBX; 127.0.0.1 when the bridge runs on it", example="192.0.2.10"),
        Described(
            "port",
            Int(1, 65535),
            doc=f"the port of its AMI; when absent {AMI_PORT}, and {AMI_TLS_PORT} with tls",
            example=AMI_PORT,
        ),
        Described("username", Text(200), doc="the AMI user of manager.conf", example="wallboard"),
        *secret_fields("ami.secret"),
        Field("tls", Either(Bool(), _TLS), default=False, doc="whether AMI is encrypted: yes, or {ca_file: FILE}"),
        Described(
            "queues",
            Distinct(Text(128), least=1),
            doc="which to read, by the PBX's names; all when absent",
            example=["support", "sales"],
        ),
        Described(
            "queue_log",
            FILE,
            doc="the PBX's queue_log, where the bridge can read it: tells what ended while nobody heard the events",
            example="/var/log/asterisk/queue_log",
        ),
        Described(
            "silent_after",
            Duration(60_000, DAY_MS),
            doc="with type queue_log: so long without a line inside opening hours is an outage; none when absent",
            example="30m",
        ),
    )
)
_MQTT = BridgeMqtt(
    Described(
        "port",
        Int(1, 65535),
        doc=f"with url embedded: the port of that broker; {MQTT_PORT} when absent",
        example=MQTT_PORT,
    ),
    embedded=True,
)

_WALLBOARDCTL = Login(
    (
        Described("username", Text(200), doc="the user's name, if the broker wants one", example="wallboardctl"),
        *secret_fields("wallboardctl.secret"),
        *OWN_CERTIFICATE,
    )
)

SCHEMA = Bridge(
    (
        Described(
            "site",
            SITE,
            required=True,
            doc="the site's name in the MQTT topics, wallboard/main/…; boards name the same",
            example="main",
        ),
        Field("pbx", _PBX, required=True, doc="the PBX that is read"),
        Field("mqtt", _MQTT, required=True, doc="the broker that the boards read"),
        Field(
            "wallboardctl", _WALLBOARDCTL, doc="its own login at that broker, where the bridge's may not order boards"
        ),
        Described("thresholds", FILE, required=True, doc="the supervisors' file", example="thresholds.yaml"),
        Described(
            "journal",
            FILE,
            doc="the file that keeps what was counted over a restart; without it, counters begin anew",
            example="bridge.journal",
        ),
        Described("keep_days", Int(1, 3_650), doc="how many days the journal keeps", absent=KEEP_DAYS),
    )
)
