"""What a bridge would say to the boards about a state that stands: its real messages, with figures from a person.

The bridge's clock (`ms`) is a made-up one, as it is of any bridge that was never started: at the moment that is shown
it is a multiple of all turns and of all blinking, so that a preview begins with the first page and its first phase.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from host_bridge.announce.messages import Messages
from host_bridge.clock import Now
from host_bridge.ctl.pictures.state import Figures, State
from host_bridge.thresholds import Thresholds
from host_bridge.truth.windows import ALL

SITE = "main"
BEAT_MS = 2_000  # DESIGN 5
ROUND_MS = 6_000 * 720_720 * 100  # a multiple of every round of 1 to 16 turns, and of a blink of any whole mHz
_RARE_MS = 5_000
_STOOD_MS = 10_000  # for how long a state has stood at least, beside what the rules ask for
UP, DOWN = "up", "down"


class Told(NamedTuple):
    """One message of a bridge, at a moment of its clock."""

    at_ms: int
    topic: str
    payload: bytes


_Say = Callable[[str, Figures, int], Told]  # name, figures, at_ms


class Fault(NamedTuple):
    """Who is lost, `PBX`, `BRIDGE` or `LINK`, since this moment of the bridge's clock."""

    who: str
    since_ms: int


class Speaker:
    """The messages of one made-up bridge, whose clock is `utc_shift_ms` behind the wall clock."""

    def __init__(self, thresholds: Thresholds, queues: Iterable[str], started: int, utc_shift_ms: int) -> None:
        """`queues`: those that the PBX has."""
        self.queues = tuple(queues)
        self.started = started
        self.messages = Messages(SITE, started, "", thresholds)
        self._thresholds = thresholds
        self._utc_shift_ms = utc_shift_ms

    def settings(self, at_ms: int) -> Iterator[Told]:
        """All rules, and the site, which lists the queues."""
        messages = self.messages
        yield from self._rules(self.queues, at_ms)
        for name in dict.fromkeys((ALL, *self._thresholds.groups)):
            yield Told(at_ms, messages.group_rules_topic(name), messages.group_rules(name))
        yield Told(at_ms, messages.site_topic, messages.site(self.queues))

    def meet(self, queues: tuple[str, ...], at_ms: int) -> Iterator[Told]:
        """`queues` is what the PBX has from now on: the rules of those that are new, and the site."""
        known = frozenset(self.queues)
        self.queues = queues
        yield from self._rules((queue for queue in queues if queue not in known), at_ms)
        yield Told(at_ms, self.messages.site_topic, self.messages.site(queues))

    def _rules(self, queues: Iterable[str], at_ms: int) -> Iterator[Told]:
        for queue in queues:
            yield Told(at_ms, self.messages.rules_topic(queue), self.messages.rules(queue))

    def queue(self, name: str, figures: Figures, at_ms: int) -> Told:
        """A queue's snapshot."""
        return Told(at_ms, self.messages.queue_topic(name), self.messages.queue(name, figures, self.now(at_ms)))

    def group(self, name: str, figures: Figures, at_ms: int, queues: tuple[str, ...] | None = None) -> Told:
        """A group's, or the whole centre's; `queues`: those that the PBX had then, if they are not those of now."""
        payload = self.messages.group(name, figures, self.queues if queues is None else queues, self.now(at_ms))
        return Told(at_ms, self.messages.group_topic(name), payload)

    def beat(self, at_ms: int, pbx: str = UP) -> Told:
        """A heartbeat."""
        return Told(at_ms, self.messages.state_topic, self.messages.state(self.now(at_ms), pbx, ""))

    def changes_ms(self, at_ms: int) -> int | None:
        """When something opens, closes or falls quiet next."""
        change_ms = self._thresholds.next_change_ms(at_ms + self._utc_shift_ms)
        return None if change_ms is None else change_ms - self._utc_shift_ms

    def now(self, at_ms: int) -> Now:
        """The moment on both clocks."""
        return Now(at_ms, at_ms + self._utc_shift_ms)


def clock_ms(utc_ms: int) -> int:
    """What the bridge's clock shows at the moment of a state, so that turns and blinking begin there."""
    return utc_ms // ROUND_MS * ROUND_MS


def stood_ms(thresholds: Thresholds) -> int:
    """For how long a state has stood when it is shown: no rule waits for its `for` any more."""
    sections = (*thresholds.queues.values(), *thresholds.groups.values(), thresholds.others)
    return max((rule["for_ms"] for section in sections for rule in section.rules), default=0) + _STOOD_MS


def of_state(state: State, speaker: Speaker, from_ms: int, at_ms: int) -> Iterator[Told]:
    """The settings, and all snapshots of a state that has stood since `from_ms` and is as it says at `at_ms`.

    A wait grows, so the first caller came at a moment of his own: before that, it is not known who was the first.
    """
    yield from speaker.settings(from_ms)
    sayings: list[tuple[str, Figures, _Say]] = [
        (name, figures, speaker.queue) for name, figures in state.queues.items()
    ]
    sayings += [(name, figures, speaker.group) for name, figures in state.groups.items()]
    changes: list[tuple[int, int, str, Figures, _Say]] = []
    for name, figures, say in sayings:
        for since_ms, then in _history(figures, from_ms, at_ms):
            changes.append((since_ms, len(changes), name, then, say))
    heapq.heapify(changes)
    held: dict[str, tuple[int, str, Figures, _Say]] = {}
    now_ms = from_ms
    while True:
        while changes and changes[0][0] <= now_ms:
            since_ms, _, name, figures, say = heapq.heappop(changes)
            told = say(name, figures, since_ms)
            held[told.topic] = since_ms, name, figures, say
            yield told
        opens_ms = speaker.changes_ms(now_ms)
        times = [at for at in (opens_ms, changes[0][0] if changes else None) if at is not None]
        if not times:
            return
        now_ms = min(times)
        if now_ms == opens_ms:  # what opens or closes then is told anew
            for since_ms, name, figures, say in held.values():
                yield say(name, _aged(figures, now_ms - since_ms), now_ms)


def with_beats(
    told: Iterable[Told], speaker: Speaker, from_ms: int, fault: Fault | None, near_ms: int = 0
) -> Iterator[Told]:
    """The messages, and a heartbeat every 2 s between them; what a fault keeps from coming is left out.

    Before `near_ms` it beats every 5 s, often enough for a board; so a day is played in half the time.

    Without end: the reader stops. A broker that has the bridge's last will gives it at the fault's beginning; of a link
    that is lost nobody tells.
    """
    beat_ms = from_ms
    since_ms = None if fault is None else fault.since_ms
    rest = iter(told)
    next_told = next(rest, None)
    while True:
        changes_ms = speaker.changes_ms(beat_ms)  # quiet hours are told at once, too
        if next_told is not None and next_told.at_ms <= beat_ms:
            if since_ms is None or next_told.at_ms < since_ms:
                yield next_told
            next_told = next(rest, None)
            continue
        if since_ms is not None and beat_ms >= since_ms:
            assert fault is not None
            if fault.who == "BRIDGE":
                yield Told(since_ms, speaker.messages.state_topic, speaker.messages.offline())
            if fault.who != "PBX":
                return
            yield speaker.beat(beat_ms, DOWN)
        else:
            yield speaker.beat(beat_ms)
        coming = [
            beat_ms + (BEAT_MS if beat_ms >= near_ms else _RARE_MS),
            *([changes_ms] if changes_ms is not None else []),
        ]
        if since_ms is not None and since_ms > beat_ms:
            coming.append(since_ms)
        beat_ms = min(coming)


def _history(figures: Figures, from_ms: int, at_ms: int) -> list[tuple[int, Figures]]:
    """(since when, figures then) of a state, whose waits are those of `at_ms`."""
    stood = at_ms - from_ms
    wait_ms = figures.get("oldest_ms", stood)
    moving = {"oldest_ms": -1, "next_breach_ms": 1}
    if wait_ms >= stood:
        return [(from_ms, {name: value + moving.get(name, 0) * stood for name, value in figures.items()})]
    still = {name: value for name, value in figures.items() if name not in moving}
    came = {name: value + moving.get(name, 0) * wait_ms for name, value in figures.items()}
    return [(from_ms, still), (at_ms - wait_ms, came)]


def _aged(figures: Figures, ms: int) -> Figures:
    """The figures that much later."""
    aged = dict(figures)
    if "oldest_ms" in aged:
        aged["oldest_ms"] += ms
    if "next_breach_ms" in aged:
        aged["next_breach_ms"] = max(aged["next_breach_ms"] - ms, 0)
    return aged
