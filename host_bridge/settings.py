"""bridge.yaml: where the PBX and the broker are, and which thresholds hold.

settings = load(Path("bridge.yaml"))                  # raises ConfigError with all mistakes, secrets read
settings = load(Path("bridge.yaml"), secrets=False)   # to check the file alone, away from the bridge's machine
"""

from __future__ import annotations

from dataclasses import dataclass
from os.path import normpath
from pathlib import Path

from config.connect import (
    Address,
    Host,
    contradictions,
    login_contradictions,
    two_secrets,
)
from config.credentials import loose, own_client_id, read_secret, tls_context
from config.kinds import refuse_other
from config.mistakes import Mistake
from config.section import Section, given_twice
from config.yaml_file import Problem, YamlFile
from config.yaml_file import load as load_yaml
from firmware.core.check import read
from host_bridge.mqtt.link import MqttSettings
from host_bridge.pbx.ami_link import AmiSettings
from host_bridge.settings_schema import (
    AMI_PORT,
    AMI_TLS_PORT,
    ASTERISK,
    BELONGS_TO_AMI,
    BELONGS_TO_LOG,
    KEEP_DAYS,
    MQTT_PORT,
    NEEDS_NO_LOGIN,
    NO_LOGIN,
    NO_PORT,
    OF_AMI,
    QUEUE_LOG,
    SCHEMA,
)

LOOPBACK = "127.0.0.1"
_SWITCHES = ("yes", "no", "on", "off", "true", "false")
_OTHER_FILES = (
    ("thresholds",), ("pbx", "queue_log"), ("pbx", "password_file"), ("mqtt", "password_file"),
    ("mqtt", "ca_file"), ("mqtt", "cert_file"), ("mqtt", "key_file"),
    ("wallboardctl", "password_file"), ("wallboardctl", "cert_file"), ("wallboardctl", "key_file"),
)  # fmt: skip


@dataclass(frozen=True)
class BridgeSettings:
    """The whole file. `embedded_port`: of the broker to start, None when it is another's.

    `ami` is None where queue_log alone is read; `silent_after_ms` is for that. `journal` None: there is none.
    `loose`: warnings of secrets that others may read.
    """

    site: str
    ami: AmiSettings | None
    queues: frozenset[str] | None
    queue_log: Path | None
    silent_after_ms: int | None
    mqtt: MqttSettings
    embedded_port: int | None
    thresholds: Path
    journal: Path | None
    keep_days: int
    loose: tuple[Mistake, ...] = ()


def load(path: Path, name: str | None = None, *, secrets: bool = True) -> BridgeSettings:
    """Read and check the file. Raises ConfigError with all its mistakes; `name` stands in them.

    Without `secrets` no other file (password, certificates) is opened, and no environment variable looked up.
    """
    return build(load_yaml(path, name), path.parent, secrets=secrets)


def load_broker(path: Path) -> tuple[str, MqttSettings]:
    """The site's name and its broker, with wallboardctl's own login where there is one.

    For who has no business with the PBX and may not read its secret, nor the bridge's key.

    Raises ConfigError with all the mistakes of the file.
    """
    file = load_yaml(path)
    refuse_other(file, "bridge")
    clean, found = read(SCHEMA, file.data)
    whole = Section(file.data, clean)
    found += _contradictions(whole)
    own = whole.section("wallboardctl") if whole["wallboardctl"] else None
    broker = _mqtt(whole, path.parent, found, secrets=True, own=own)
    file.refuse(found)
    assert broker is not None
    return clean["site"], broker


def build(file: YamlFile, folder: Path, *, secrets: bool = True) -> BridgeSettings:
    """The settings of a file that is read already; the names of other files are relative to `folder`."""
    refuse_other(file, "bridge")
    clean, found = read(SCHEMA, file.data)
    whole = Section(file.data, clean)
    pbx = whole.section("pbx")
    found += _contradictions(whole) + given_twice(file, "pbx", "queues")
    secret = pbx_tls = None
    if secrets:
        secret = read_secret(pbx, folder, found)
        pbx_tls = tls_context(pbx.section("tls"), folder, found) if pbx["tls"] else None
    broker = _mqtt(whole, folder, found, secrets=secrets)
    file.refuse(found)
    assert broker is not None
    mqtt = whole.section("mqtt")
    queues = frozenset(pbx["queues"]) if pbx["queues"] else None
    return BridgeSettings(
        site=clean["site"],
        ami=None
        if pbx["type"] == QUEUE_LOG
        else AmiSettings(
            host=pbx["host"],
            port=pbx["port"] or (AMI_TLS_PORT if pbx["tls"] else AMI_PORT),
            username=pbx["username"],
            secret=secret or "",
            tls=pbx_tls,
            queues=queues,
        ),
        queues=queues,
        queue_log=folder / pbx["queue_log"] if pbx["queue_log"] else None,
        silent_after_ms=pbx["silent_after"],
        mqtt=broker,
        embedded_port=None if mqtt["url"].host else mqtt["port"] or MQTT_PORT,
        thresholds=folder / clean["thresholds"],
        journal=folder / clean["journal"] if clean["journal"] else None,
        keep_days=clean["keep_days"] or KEEP_DAYS,
        loose=tuple(file.warnings(loose([pbx, mqtt, whole.section("wallboardctl")], folder))) if secrets else (),
    )


def _mqtt(
    whole: Section, folder: Path, found: list[Problem], *, secrets: bool, own: Section | None = None
) -> MqttSettings | None:
    """The broker, None when nobody can tell where it is; its password and certificates with `secrets` alone.

    `own`: the section of who logs in, where it is not the bridge.
    """
    mqtt = whole.section("mqtt")
    own = mqtt if own is None else own
    password = read_secret(own, folder, found) if secrets else None
    address: Address | None = mqtt["url"]
    if address is None:
        return None
    client = f"wallboard-bridge-{whole['site']}"
    return MqttSettings(
        host=address.host or LOOPBACK,
        port=address.port or mqtt["port"] or MQTT_PORT,
        # One id a site: a bridge that comes back takes its own half-open connection over, will and all.
        client_id=own_client_id(client, own, folder, password) if secrets else client,
        username=own["username"],
        password=password,
        tls=tls_context(mqtt, folder, found, own) if secrets and address.tls else None,
    )


def _contradictions(whole: Section) -> list[Problem]:
    """What each key alone cannot tell."""
    pbx, mqtt = whole.section("pbx"), whole.section("mqtt")
    found = contradictions(mqtt) + _journal(whole, pbx)
    if isinstance(whole["pbx"], dict):
        found += _pbx_by_type(pbx) + two_secrets(pbx)
    address: Address | None = mqtt["url"]
    if address and address.host and mqtt["port"]:
        found.append((mqtt.at("port"), NO_PORT))
    own = whole.section("wallboardctl")
    found += login_contradictions(own, address)
    if address and not address.host:
        found.extend((each.at(key), NEEDS_NO_LOGIN) for each in (mqtt, own) for key in NO_LOGIN if each[key])
    return found


def _pbx_by_type(pbx: Section) -> list[Problem]:
    """What each type of PBX must have, and what it has no use for."""
    if pbx["type"] == QUEUE_LOG:
        found: list[Problem] = [(pbx.at(key), BELONGS_TO_AMI) for key in OF_AMI if pbx[key]]
        if not pbx.given("queue_log"):
            found.append((pbx.at("queue_log"), "missing, expected the file's name, mostly /var/log/asterisk/queue_log"))
        return found
    if pbx["type"] != ASTERISK:
        return []
    found = [
        (pbx.at(key), f"missing, expected {what}")
        for key, what in (("host", Host().expected()), ("username", "the AMI user of manager.conf"))
        if not pbx.given(key)
    ]
    # Who wrote the password itself here is told so, and need not hear that a file's name is missing too.
    if not any(pbx.given(key) for key in ("password_file", "password_env", "password", "secret")):
        found.append((pbx.at("password_file"), "missing, expected the name of a file whose first line is the secret"))
    if pbx["silent_after"]:
        found.append((pbx.at("silent_after"), BELONGS_TO_LOG))
    return found


def _journal(whole: Section, pbx: Section) -> list[Problem]:
    """What is no file of its own: a journal that is another's would be set aside as damaged, the PBX's log too."""
    found: list[Problem] = [
        (section.at(key), f"{section[key]!r}, expected a file's name; leave {key} out to have none")
        for section, key in ((whole, "journal"), (pbx, "queue_log"))
        if section[key] and section[key].lower() in _SWITCHES
    ]
    if whole["keep_days"] and not whole.given("journal"):
        found.append((whole.at("keep_days"), "belongs to journal, expected journal: the name of a file too"))
    for names in _OTHER_FILES:
        *above, key = names
        other = (whole.section(above[0]) if above else whole)[key]
        if other and whole["journal"] and normpath(other) == normpath(whole["journal"]):
            found.append((whole.at("journal"), f"{other!r} is {'.'.join(names)} too, expected a file of its own"))
    return found
