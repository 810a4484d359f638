"""What a new version of thresholds.yaml changed, in a few words: for the log and for the list of versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from host_bridge.thresholds import QueueThresholds, Thresholds
from host_bridge.thresholds.names import printable

NOTHING = "nothing that boards show"  # a comment, the order of keys
MOST = 300  # characters
_SOUND = "sound"
_RULE = "rule "
_SITE = {
    "blink": "blink",
    "repeat_ms": "buzzer",
    "longest_ms": "buzzer",
    "wait_limit_ms": "wait_limit",
    "offer_at_ms": "wait_limit",
}


def changes(before: Thresholds, after: Thresholds) -> str:
    """Like `defaults: rules sla; support: label, rules wait; new: guard`; never longer than 300 characters."""
    text = "; ".join(_parts(before, after)) or NOTHING
    return text if len(text) <= MOST else text[: MOST - 2] + " …"


def _parts(before: Thresholds, after: Thresholds) -> Iterator[str]:
    site = list(_site(before, after))
    if site:
        yield ", ".join(dict.fromkeys(site))
    common = _of(before.others, after.others)
    if common:
        yield f"defaults: {_words(common)}"
    kinds = ((before.queues, after.queues, ""), (before.groups, after.groups, "group "))
    for old, new, kind in kinds:
        for name in (name for name in new if name in old):
            # what changed with the defaults is no change of each queue
            own = [each for each in _of(old[name], new[name]) if each not in common]
            if own:
                yield f"{kind}{printable(name)}: {_words(own)}"
    for word, names in (("new", _only_in(after, before)), ("gone", _only_in(before, after))):
        if names:
            yield f"{word}: {', '.join(names)}"
    if set(before.queues) == set(after.queues) and list(before.queues) != list(after.queues):
        yield "order of the queues"


def _site(before: Thresholds, after: Thresholds) -> Iterator[str]:
    if before.calendar.zone != after.calendar.zone:
        yield "timezone"
    if before.calendar.day_start_min != after.calendar.day_start_min:
        yield "day_start"
    if before.quiet != after.quiet:
        yield "quiet"
    sounds = _sounds(before), _sounds(after)
    if None not in sounds and sounds[0] != sounds[1]:
        yield "buzzer"
    for key, word in _SITE.items():
        if before.site.get(key) != after.site.get(key):
            yield word


def _of(before: QueueThresholds, after: QueueThresholds) -> list[str]:
    found = [name for name in ("label", "hours") if getattr(before, name) != getattr(after, name)]
    if before.service_level != after.service_level:
        found.append("service_level")
    if getattr(before, "queues", ()) != getattr(after, "queues", ()):
        found.append("queues")
    old, new = _rules(before), _rules(after)
    return found + [_RULE + name for name in dict.fromkeys((*new, *old)) if old.get(name) != new.get(name)]


def _words(found: Sequence[str]) -> str:
    rules = [each.removeprefix(_RULE) for each in found if each.startswith(_RULE)]
    others = [each for each in found if not each.startswith(_RULE)]
    return ", ".join(others + ([f"rules {' '.join(rules)}"] if rules else []))


def _rules(thresholds: QueueThresholds) -> dict[str, dict[str, Any]]:
    """By name. The sounds are the site's, and in each rule for the boards' sake."""
    return {rule["id"]: {key: rule[key] for key in rule if key != _SOUND} for rule in thresholds.rules}


def _sounds(thresholds: Thresholds) -> Any:
    each = (*thresholds.queues.values(), *thresholds.groups.values(), thresholds.others)
    return next((rule[_SOUND] for one in each for rule in one.rules), None)


def _only_in(one: Thresholds, other: Thresholds) -> list[str]:
    return [printable(name) for name in one.queues if name not in other.queues] + [
        f"group {printable(name)}" for name in one.groups if name not in other.groups
    ]
