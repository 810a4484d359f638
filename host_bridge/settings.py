"""bridge.yaml: where the PBX and the broker are, and which thresholds hold.

settings = load(Path("bridge.yaml"))                  # raises ConfigError with all mistakes, secrets read
settings = load(Path("bridge.yaml"), secrets=False)   # to check the file alone, away from the bridge's machine
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.connect import (
    FILE,
    SECRET_FIELDS,
    Address,
    Host,
    contradictions,
    mqtt_fields,
    read_secret,
    tls_context,
    two_secrets,
)
from config.later import NotCarriedOut
from config.yaml_file import Problem, YamlFile
from config.yaml_file import load as load_yaml
from firmware.core.check import Bool, Either, Field, Int, ListOf, OneOf, Record, Text, read
from host_bridge.mqtt_link import MqttSettings
from host_bridge.pbx.ami_link import AmiSettings

AMI_PORT = 5038
AMI_TLS_PORT = 5039
MQTT_PORT = 1883
LOOPBACK = "127.0.0.1"

_TLS = Record((Field("ca_file", FILE, required=True, doc="PEM file of the authority of the PBX's certificate"),))
_PBX = Record(
    (
        Field("type", OneOf(("asterisk",)), default="asterisk"),
        Field("host", Host(), required=True, doc="name or address of the PBX"),
        Field("port", Int(1, 65535), doc="of its AMI: 5038, or 5039 with tls"),
        Field("username", Text(200), required=True, doc="the AMI user of manager.conf"),
        *SECRET_FIELDS,
        Field("tls", Either(Bool(), _TLS), default=False, doc="yes, or {ca_file: FILE}"),
        Field("queues", ListOf(Text(128), least=1), doc="which to read; all when absent"),
        Field("queue_log", NotCarriedOut()),
        Field("silent_after", NotCarriedOut()),
    )
)
_MQTT = Record((*mqtt_fields(embedded=True), Field("port", Int(1, 65535), doc="of the embedded broker")))

SCHEMA = Record(
    (
        Field("site", Text(64, without="/+#% @"), required=True, doc="the site's name in the MQTT topics"),
        Field("pbx", _PBX, required=True),
        Field("mqtt", _MQTT, required=True),
        Field("thresholds", FILE, required=True, doc="the supervisors' file"),
        Field("journal", NotCarriedOut()),
        Field("keep_days", NotCarriedOut()),
    )
)


@dataclass(frozen=True)
class BridgeSettings:
    """The whole file. `embedded_port`: of the broker to start, None when it is another's."""

    site: str
    ami: AmiSettings
    mqtt: MqttSettings
    embedded_port: int | None
    thresholds: Path


def load(path: Path, name: str | None = None, *, secrets: bool = True) -> BridgeSettings:
    """Read and check the file. Raises ConfigError with all its mistakes; `name` stands in them.

    Without `secrets` no other file (password, certificates) is opened, and no environment variable looked up.
    """
    return build(load_yaml(path, name), path.parent, secrets=secrets)


def build(file: YamlFile, folder: Path, *, secrets: bool = True) -> BridgeSettings:
    """The settings of a file that is read already; the names of other files are relative to `folder`."""
    clean, problems = read(SCHEMA, file.data)
    if problems:
        file.refuse(problems)
    file.refuse(found := _contradictions(clean))
    pbx, mqtt = clean["pbx"], clean["mqtt"]
    address: Address = mqtt["url"]
    secret = password = tls = pbx_tls = None
    if secrets:
        secret = read_secret(pbx, ("pbx",), folder, found)
        password = read_secret(mqtt, ("mqtt",), folder, found)
        tls = tls_context(mqtt, ("mqtt",), folder, found) if address.tls else None
        pbx_tls = _pbx_tls(pbx, folder, found)
        file.refuse(found)
    return BridgeSettings(
        site=clean["site"],
        ami=AmiSettings(
            host=pbx["host"],
            port=pbx["port"] or (AMI_TLS_PORT if pbx["tls"] else AMI_PORT),
            username=pbx["username"],
            secret=secret or "",
            tls=pbx_tls,
            queues=frozenset(pbx["queues"]) if pbx["queues"] else None,
        ),
        mqtt=MqttSettings(
            host=address.host or LOOPBACK,
            port=address.port or mqtt["port"] or MQTT_PORT,
            # One id a site: a bridge that comes back takes its own half-open connection over, will and all.
            client_id=f"wallboard-bridge-{clean['site']}",
            username=mqtt["username"],
            password=password,
            tls=tls,
        ),
        embedded_port=None if address.host else mqtt["port"] or MQTT_PORT,
        thresholds=folder / clean["thresholds"],
    )


def _contradictions(clean: dict[str, Any]) -> list[Problem]:
    """What each key alone cannot tell."""
    found: list[Problem] = []
    pbx, mqtt = clean["pbx"], clean["mqtt"]
    if not (pbx["password_file"] or pbx["password_env"]):
        found.append((("pbx", "password_file"), "missing, expected the name of a file whose first line is the secret"))
    found += two_secrets(pbx, ("pbx",)) + contradictions(mqtt)
    if mqtt["url"].host:
        if mqtt["port"]:
            found.append((("mqtt", "port"), "belongs to the embedded broker, expected mqtt://HOST:PORT in mqtt.url"))
    else:
        found.extend(
            (("mqtt", key), "the embedded broker listens on loopback alone and needs none: remove it")
            for key in ("username", "password_file", "password_env")
            if mqtt[key]
        )
    return found


def _pbx_tls(pbx: dict[str, Any], folder: Path, found: list[Problem]) -> ssl.SSLContext | None:
    if not pbx["tls"]:
        return None
    section = pbx["tls"] if isinstance(pbx["tls"], dict) else {}
    return tls_context(section, ("pbx", "tls"), folder, found)
