"""A state made whole: queues that are not given, and the groups whose figures follow from those of their queues.

Of a group only what is certain is summed: callers, the longest wait, calls. Nobody can tell its service level, as it is
no mean of means, nor its agents, as one agent may be in several queues; these are known when they are given.
"""

from __future__ import annotations

from collections.abc import Sequence

from host_bridge.ctl.pictures.state import Figures, State
from host_bridge.thresholds import Thresholds
from host_bridge.truth.windows import ALL

_SUMMED = ("waiting", "offered", "answered", "abandoned")


def queues_of(state: State, thresholds: Thresholds) -> tuple[str, ...]:
    """All queues that the PBX has: those of thresholds.yaml, and those of the state."""
    return tuple(dict.fromkeys((*thresholds.named_queues, *state.queues)))


def shown(state: State, thresholds: Thresholds) -> tuple[str, ...]:
    """What a board shows that is set to the state's queues and groups, and to the groups of which all is given.

    Names are those of board.yaml. The whole centre has a page of its own; it is a tile where nothing else is given.
    """
    rank = {queue: number for number, queue in enumerate(thresholds.queues)}
    queues = sorted(state.queues, key=lambda queue: rank.get(queue, len(rank)))
    groups = [
        name
        for name in dict.fromkeys((*thresholds.groups, *state.groups))
        if name in state.groups or _all_given(_members(name, state, thresholds), state)
    ]
    tiles = (*queues, *(f"@{name}" for name in groups if name != ALL))
    return tiles or (f"@{ALL}",)


def whole(state: State, thresholds: Thresholds) -> State:
    """All queues and groups of the site, and beside what is given the targets of thresholds.yaml."""
    queues = {
        name: {"sla_target": thresholds.queue(name).service_level.target_permille, **state.queues.get(name, {})}
        for name in queues_of(state, thresholds)
    }
    groups = {
        name: {
            "sla_target": thresholds.group(name).service_level.target_permille,
            **_sum(_members(name, state, thresholds), state),
            **state.groups.get(name, {}),
        }
        for name in dict.fromkeys((*thresholds.groups, ALL))
    }
    return State(queues, groups)


def _members(name: str, state: State, thresholds: Thresholds) -> Sequence[str]:
    return queues_of(state, thresholds) if name == ALL else thresholds.group(name).queues


def _all_given(queues: Sequence[str], state: State) -> bool:
    return all(queue in state.queues for queue in queues)


def _sum(queues: Sequence[str], state: State) -> Figures:
    """What is certain of these queues together; nothing when one of them is not given."""
    if not queues or not _all_given(queues, state):
        return {}
    given = [state.queues[queue] for queue in queues]
    found = {name: sum(each[name] for each in given) for name in _SUMMED if all(name in each for each in given)}
    if "waiting" not in found:
        return found
    busy = [each for each in given if each["waiting"]]
    for name, worst in (("oldest_ms", max), ("next_breach_ms", min)):
        if busy and all(name in each for each in busy):
            found[name] = worst(each[name] for each in busy)
    return found
