"""What one settings file alone cannot tell: what the others say, and what the PBX has, as its bridge tells it.

A bridge keeps the list of the PBX's queues on its broker, so a look there shows a queue's name that is misspelt. Nobody
waits for it: where it cannot be had within moments, that is one line, and no mistake of the file.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from config.yaml_file import ConfigError, KeyPath, Problem, YamlFile
from config.yaml_file import load as load_yaml
from firmware.core.spelling import did_you_mean
from host_bridge import settings
from host_bridge.settings_schema import AMI_TLS_PORT
from host_bridge.thresholds import Thresholds

DEADLINE_S = 2.0  # for the whole look: name, connection, login, list


class Bridge(NamedTuple):
    """A bridge.yaml: where it is, and what it says."""

    path: Path
    settings: settings.BridgeSettings


def beside(path: Path) -> Bridge | None:
    """The bridge.yaml in the folder of a thresholds file, if it has no mistake.

    It need not name this very file: whoever tries a copy wants to know the same of it.
    """
    other = path.parent / "bridge.yaml"
    try:
        return Bridge(other, settings.build(load_yaml(other), other.parent, secrets=False))
    except (ConfigError, OSError, RuntimeError):  # none is there, it is wrong, or a link leads to itself
        return None


def queues_of(bridge: Bridge) -> tuple[frozenset[str], str]:
    """(the PBX's queues as the bridge last told its broker, ""), or (none, why they are not known)."""
    told: list[frozenset[str]] = []
    wrong: list[str] = []

    def look() -> None:
        try:
            told.append(_told(bridge.path))
        except (ConfigError, OSError) as error:
            wrong.append(str(error).splitlines()[0])

    # A thread, as the look-up of a name takes as long as the system likes.
    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(DEADLINE_S)
    if wrong:
        return frozenset(), wrong[0]
    if not told:
        return frozenset(), f"broker {bridge.settings.mqtt.host} gives no answer within {DEADLINE_S:.0f} s"
    return told[0], "" if told[0] else "no bridge has told its broker of any queue yet"


def _told(path: Path) -> frozenset[str]:
    """Raises ConfigError when the login cannot be read, OSError when the broker cannot be reached."""
    from host_bridge.ctl.site.args import Place  # noqa: PLC0415 - with them comes the client of the broker
    from host_bridge.ctl.site.link import SiteLink  # noqa: PLC0415
    from host_bridge.ctl.site.state import SiteState  # noqa: PLC0415

    site, login = settings.load_broker(path)
    state = SiteState()

    def take(parts: tuple[str, ...], payload: bytes, retained: bool) -> None:
        state.take(parts, payload, retained, 0)

    with SiteLink(Place(site, replace(login, client_id=""), path), [("site",)], take) as link:
        link.settle()
    return frozenset(queue.name for queue in state.queues)


def odd_in_thresholds(
    file: YamlFile, thresholds: Thresholds, bridge: Bridge | None, queues: frozenset[str]
) -> Iterator[Problem]:
    """Against a bridge's settings, and the PBX's queues; `queues` empty: not known."""
    read = bridge.settings.queues if bridge else None
    for path, queue in _named(thresholds):
        if bridge is not None and read is not None and queue not in read:
            hint = did_you_mean(queue, sorted(read))
            yield path, f"{queue!r} is not among pbx.queues of {bridge.path.name}, so it stays empty{hint}"
        elif queues and queue not in queues:
            yield path, f"the PBX has no queue {queue!r}{did_you_mean(queue, sorted(queues))}"
    if bridge is not None and bridge.settings.ami is None:
        why = f"never fires: {bridge.path.name} reads queue_log alone, which knows no agents"
        yield from ((path, why) for path in _agents(file))


def odd_in_bridge(file: YamlFile, read: settings.BridgeSettings, queues: frozenset[str]) -> Iterator[Problem]:
    """The settings of a bridge by themselves, and against the PBX's queues."""
    yield from odd_url(file, read.mqtt.port, read.embedded_port is not None)
    for index, queue in enumerate(_list(file, "pbx", "queues")):
        if queues and queue not in queues:
            yield ("pbx", "queues", index), f"the PBX has no queue {queue!r}{did_you_mean(queue, sorted(queues))}"
    plain = read.ami is not None and read.ami.tls is None and file.at("pbx", "tls") in (None, "no", "off", "false")
    if read.ami is not None and plain and read.ami.port == AMI_TLS_PORT:
        yield ("pbx", "port"), f"{read.ami.port} is mostly AMI with TLS, and tls is not set: tls: yes, or port 5038?"


def odd_url(file: YamlFile, port: int, embedded: bool = False) -> Iterator[Problem]:
    """A broker's port that is mostly for the other kind of connection."""
    secure = str(file.at("mqtt", "url")).lower().startswith("mqtts:")
    if not embedded and port == (1883 if secure else 8883):
        other = "mqtt" if secure else "mqtts"
        yield ("mqtt", "url"), f"port {port} is mostly {'without' if secure else 'with'} TLS, which is {other}://"


def odd_board_queues(file: YamlFile, queues: frozenset[str], bridge: Bridge | None) -> Iterator[Problem]:
    """The queues that a board is to show, against those of its site."""
    read = bridge.settings.queues if bridge else None
    known = queues or read
    for index, queue in enumerate(_list(file, "queues")):
        if known and queue not in known and not queue.startswith("@"):
            yield ("queues", index), f"the site has no queue {queue!r}{did_you_mean(queue, sorted(known))}"


def _named(thresholds: Thresholds) -> Iterator[tuple[KeyPath, str]]:
    for name in thresholds.queues:
        yield ("queues", name), name
    for name, group in thresholds.groups.items():
        yield from ((("groups", name, "queues", index), queue) for index, queue in enumerate(group.queues))


def _agents(file: YamlFile) -> Iterator[KeyPath]:
    """Where a rule looks at the agents."""
    sections: list[KeyPath] = [("defaults", "rules")]
    for kind in ("queues", "groups"):
        named = file.at(kind)
        sections += [(kind, name, "rules") for name in named] if isinstance(named, dict) else []
    for path in sections:
        rules = file.at(*path)
        for name, rule in rules.items() if isinstance(rules, dict) else ():
            conditions = [rule.get(key) for key in ("all", "when")] if isinstance(rule, dict) else []
            own = name == "agents_free" and isinstance(rule, dict) and "all" not in rule
            if own or any(isinstance(each, dict) and "agents_free" in each for each in conditions):
                yield (*path, name)


def _list(file: YamlFile, *path: str) -> list[str]:
    value: Any = file.at(*path)
    return value if isinstance(value, list) else []
