"""The figures of this minute, asked of a site's broker: what a board would show that hangs there already."""

from __future__ import annotations

import argparse
import time

from firmware.core import wire
from host_bridge import settings, thresholds
from host_bridge.ctl.pictures.moment import Moment, Wish, state_moment
from host_bridge.ctl.pictures.wire import from_lines
from host_bridge.ctl.site.args import config_path, of_file
from host_bridge.ctl.site.command import hear_bridge, now_ms
from host_bridge.ctl.site.link import LinkError, SiteLink
from host_bridge.ctl.site.state import SiteState

_FILTERS = (("bridge", "state"), ("queue", "+"))


def moment(args: argparse.Namespace, wish: Wish) -> Moment:
    """By the thresholds of the options, else those of bridge.yaml. Raises UsageError, ConfigError, and LinkError."""
    path = config_path(args)
    limits = thresholds.load(args.thresholds or settings.load(path, secrets=False).thresholds)
    place = of_file(args)
    state, found = SiteState(), dict[str, bytes]()

    def take(parts: tuple[str, ...], payload: bytes, retained: bool) -> None:
        if parts[0] == "queue":
            found[wire.topic(place.site, *parts)] = payload
        else:
            state.take(parts, payload, retained, now_ms())

    with SiteLink(place, _FILTERS, take) as link:
        link.settle()
        live = hear_bridge(link, state)
    _must_be_well(state, live, place.broker)
    if not any(found.values()):
        raise LinkError(f"{place.broker}: the bridge is online and tells of no queue yet: has the PBX any?")
    lines = b"".join(topic.encode() + b" " + payload + b"\n" for topic, payload in found.items())
    figures = from_lines(lines, place.broker, limits)
    return state_moment(figures, limits, time.time_ns() // 1_000_000, wish)


def _must_be_well(state: SiteState, live: bool, broker: str) -> None:
    """LinkError where the figures are not of this minute: what the broker keeps may be of yesterday."""
    if not live:
        raise LinkError(f"{broker}: no bridge is alive there: systemctl status wallboard-bridge; wallboardctl doctor")
    assert state.bridge is not None  # it has spoken
    if state.bridge["pbx"] != "up":
        why = f" ({state.bridge['problem']})" if state.bridge.get("problem") else ""
        raise LinkError(f"the bridge has lost the PBX{why}: wallboardctl doctor tells more")
