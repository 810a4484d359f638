"""What the broker brings: is the bridge alive, are rules there, may we read it all, and how fast is the way."""

from __future__ import annotations

import math
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from config.version import version
from host_bridge.ctl.health.finding import Finding, ok, problem, unknown, warning
from host_bridge.ctl.health.sites import Own
from host_bridge.ctl.site.args import Place
from host_bridge.ctl.site.boards_text import machine as machine_of
from host_bridge.ctl.site.link import Echo, SiteLink
from host_bridge.ctl.site.state import SiteState

BRIDGE, RULES, RIGHTS, LATENCY = "bridge", "rules", "rights", "latency"
ECHOES = 40
ECHOES_S = 2.5
HEARTBEAT_S = 4.0  # a bridge that lives speaks every 2 s
NAGLE_MS = 25.0  # a delayed ACK of Linux takes 40 ms: measured with mosquitto 2.0, 43 ms without set_tcp_nodelay
SLOW_MS, SLOW_P99_MS = 50.0, 250.0

_READ = [("bridge", "state"), ("site",), ("rules", "+"), ("queue", "+"), ("notice",), ("ack", "+", "+")]
FILTERS = {"board": _READ, "bridge": [*_READ, ("board", "+", "state"), ("bridge", "boards")]}


@dataclass
class Listened:
    """What came of a site's topics. `kinds`: topics by their first part; `beat_ms`: until the bridge spoke live."""

    state: SiteState
    kinds: Counter[str] = field(default_factory=Counter)
    topics: set[tuple[str, ...]] = field(default_factory=set)
    retained: set[tuple[str, ...]] = field(default_factory=set)
    echoes: list[Echo] = field(default_factory=list)
    beat_ms: int | None = None


def listen(place: Place, kind: str = "board") -> Listened:
    """Log in, take what is kept, time the way, and wait for the bridge's heart to beat. Raises LinkError."""
    heard = Listened(SiteState())

    def now_ms() -> int:
        return time.monotonic_ns() // 1_000_000

    def take(parts: tuple[str, ...], payload: bytes, retained: bool) -> None:
        heard.state.take(parts, payload, retained, now_ms())
        if payload and parts not in heard.topics:
            heard.topics.add(parts)
            heard.kinds["/".join(parts) if parts[0] == "bridge" else parts[0]] += 1
        if payload and retained:
            heard.retained.add(parts)

    with SiteLink(place, FILTERS[kind], take) as link:
        link.settle()
        quiet = next((each for each in (("site",), ("bridge", "state")) if each in heard.retained), None)
        end = time.monotonic() + ECHOES_S
        while quiet and len(heard.echoes) < ECHOES and time.monotonic() < end:
            echo = link.echo(quiet, 2.0)
            if echo is None:
                break
            heard.echoes.append(echo)
        if heard.state.bridge is not None and heard.state.bridge.get("online"):
            began = now_ms()
            if link.wait(lambda: heard.state.live(now_ms()), HEARTBEAT_S):
                heard.beat_ms = now_ms() - began
        elif heard.state.bridge is None:
            link.wait(lambda: heard.state.bridge, HEARTBEAT_S)  # one that starts just now
    return heard


def judge(heard: Listened, own: Own) -> Iterator[Finding]:
    """What that means for this board or bridge."""
    yield from _bridge(heard)
    yield from _rights(heard, own)
    yield from _rules(heard)
    if own.board is not None:
        yield from _twins(heard, own.board.board)
    yield from latency(heard.echoes)


def _bridge(heard: Listened) -> Iterator[Finding]:
    state = heard.state
    if state.bridge is None:
        return  # _rights() says what that may mean
    do = "on the bridge's host: sudo wallboardctl doctor"
    said = state.bridge.get("version")
    if not state.bridge["online"]:
        yield problem(BRIDGE, "it is offline: the broker saw it go", do)
        return
    if heard.beat_ms is None:
        what = f"it said nothing for {HEARTBEAT_S:.0f} s, and speaks every 2 s when it lives"
        yield problem(BRIDGE, what, do)
        return
    text = state.bridge.get("problem")
    pbx = state.bridge.get("pbx", "unknown")
    if pbx != "up":
        yield problem(BRIDGE, f"it lives, and its PBX is {pbx}{f': {text}' if text else ''}", do)
    elif text:
        yield warning(BRIDGE, f"it lives, and says: {text}")
    else:
        yield ok(BRIDGE, "it lives, and its PBX is up")
    if said and said != version() and "0" not in (said, version()):
        yield warning(BRIDGE, f"it is of version {said}, this is {version()}", "install the same version on both")


def _rights(heard: Listened, own: Own) -> Iterator[Finding]:
    """A broker refuses a topic aloud (a LinkError), or takes the subscription and sends nothing, as mosquitto does."""
    site = own.built.site
    missing = [kind for kind in ("bridge/state", "site", "rules", "queue") if not heard.kinds[kind]]
    if not heard.kinds:
        do = (
            f"if the bridge runs, its bridge.yaml names another site than {site!r} or another broker, or the broker's "
            "ACL keeps this user from reading (wallboardctl pki writes one that fits)"
        )
        yield problem(
            RIGHTS, f"nothing of site {site!r} comes: no bridge has ever spoken here, or we may not read it", do
        )
    elif own.kind == "bridge" and missing == ["bridge/state"]:
        what = "whether it is heard: the bridge's own user may not read bridge/state"
        yield unknown(BRIDGE, what, "wallboardctl doctor on a board")
    elif missing and heard.state.bridge is not None and heard.state.bridge["online"]:
        what = f"of site {site!r} comes no {', no '.join(missing)}, though a bridge is there"
        yield problem(RIGHTS, what, f"let this user read wallboard/{site}/# at the broker: see its ACL")
    elif missing:
        do = "has the bridge run since the broker's start?"
        yield warning(RIGHTS, f"of site {site!r} comes no {', no '.join(missing)}", do)
    else:
        yield ok(RIGHTS, f"site {site!r} can be read: {len(heard.topics)} topics of {len(heard.kinds)} kinds")


def _rules(heard: Listened) -> Iterator[Finding]:
    queues = [each.id for each in heard.state.queues]
    without = [each for each in queues if not heard.state.rules.get(each)]
    if not queues or not heard.state.rules:
        return
    if len(without) == len(queues):
        yield warning(RULES, "no queue has a rule: no board will ever blink", "thresholds.yaml on the bridge's host")
    elif without:
        few = ", ".join(without[:5]) + (" …" if len(without) > 5 else "")
        yield ok(RULES, f"{len(queues) - len(without)} of {len(queues)} queues have rules; without: {few}")
    else:
        yield ok(RULES, f"all {len(queues)} queues have rules")


def _twins(heard: Listened, board: str) -> Iterator[Finding]:
    """Where we may see other boards: one of our name elsewhere is told by the bridge."""
    told = heard.state.boards.get(board)
    if told is not None and told.get("online"):
        yield ok(BRIDGE, f"it sees this board as {machine_of(told)}")


def latency(echoes: Sequence[Echo]) -> Iterator[Finding]:
    """Of some round trips with the broker: how long, and whether Nagle's algorithm holds them up."""
    if len(echoes) < 5:
        yield unknown(LATENCY, "the broker keeps nothing of the bridge that a round trip could be timed with")
        return
    answers = sorted(each.answer_s * 1000 for each in echoes)
    messages = sorted(each.message_s * 1000 for each in echoes)
    median, worst = statistics.median(messages), percentile(messages, 99)
    text = f"{ms(median)} to the broker and back (median of {len(echoes)}; p99 {ms(worst)})"
    if median - statistics.median(answers) >= NAGLE_MS:
        do = "set_tcp_nodelay true in mosquitto.conf (other brokers: TCP_NODELAY on), and restart it"
        yield warning(LATENCY, f"{text}: the broker waits before it sends its second packet (Nagle)", do)
    elif median >= SLOW_MS or worst >= SLOW_P99_MS:
        yield warning(LATENCY, text, "the network is slow: on Wi-Fi, see its strength and power saving")
    else:
        yield ok(LATENCY, text)


def percentile(ordered: Sequence[float], share: int) -> float:
    """The smallest value that so many percent of all are not above."""
    return ordered[math.ceil(len(ordered) * share / 100) - 1]


def ms(value: float) -> str:
    """Milliseconds as people read them."""
    return f"{value:.{2 if value < 1 else 1 if value < 10 else 0}f} ms"
