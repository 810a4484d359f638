"""Rules of a queue: conditions over its figures, and when they change their truth by time alone.

Between two snapshots only ages move: `oldest_ms` rises by one each ms, `next_breach_ms` falls, all else stands. So the
moment at which a condition becomes true or false is known to the ms, and nobody has to poll for it.
"""

from collections import namedtuple

from firmware.core.messages import SEVERITIES

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    Conditions = tuple["Condition", ...]

WARN, CRITICAL = 1, 2

# Figures that rules may name → how they move by themselves, in ms a ms.
METRICS = {
    "oldest_ms": 1,
    "waiting": 0,
    "sla": 0,
    "avg_wait_ms": 0,
    "abandoned_permille": 0,
    "agents_free": 0,
    "next_breach_ms": -1,
}

Condition = namedtuple("Condition", "metric op value")
Level = namedtuple("Level", "severity all clear")  # severity: WARN or CRITICAL; all, clear: tuples of Condition
Rule = namedtuple(
    "Rule", "id for_ms hold_ms sounds levels"
)  # sounds: names for (WARN, CRITICAL); the lowest level first

# A queue at one moment. values: the snapshot (absent figures are None); age_ms: of the snapshot, at `at_ms` of the
# board's clock, which is now (or a few ms ahead while the bridge's clock is held back); open: inside its hours.
Figures = namedtuple("Figures", "values age_ms at_ms open")


def compile_rules(message: "dict[str, Any]") -> "tuple[tuple[Rule, ...], list[str]]":
    """(rules, problems) of a `rules/<queue>` message that has gone through its schema.

    A rule that cannot be carried out as it is meant is left out and told: a newer bridge may name figures that this
    board does not know, and the others still hold.
    """
    rules: "list[Rule]" = []
    problems = []
    for rule in message["rules"]:
        levels = []
        for level in rule["levels"]:
            needed = _conditions(level["all"])
            levels.append(
                Level(SEVERITIES.index(level["severity"]) + 1, needed, _conditions(level["clear"] or ()) or needed)
            )
        unknown = [each.metric for level in levels for each in level.all + level.clear if each.metric not in METRICS]
        if unknown:
            problems.append("rule %s: this version does not know the figure %s" % (rule["id"], unknown[0]))
        elif len(levels) == 2 and levels[0].severity >= levels[1].severity:
            problems.append("rule %s: expected the levels as warn, then critical" % rule["id"])
        elif rule["id"] in [known.id for known in rules]:
            problems.append("rule %s: given twice" % rule["id"])
        else:
            sounds = (rule["sound"]["warn"], rule["sound"]["critical"])
            rules.append(Rule(rule["id"], rule["for_ms"], rule["hold_ms"], sounds, tuple(levels)))
    return tuple(rules), problems


def holds(conditions: "Conditions", figures: Figures) -> bool:
    """Whether all of the conditions hold. One over a figure that is not known does not."""
    for condition in conditions:
        if not _holds(condition, figures):
            return False
    return True


def changes_ms(conditions: "Conditions", figures: Figures) -> "int | None":
    """When holds() will change by time alone, in ms of the board's clock; None when it will not."""
    ends: "list[int]" = []  # when those that hold end to
    begins: "list[int]" = []  # when those that do not hold begin to
    for condition in conditions:
        change = _changes_in(condition, figures)
        if _holds(condition, figures):
            if change is not None:
                ends.append(change)
        elif change is None:
            return None
        else:
            begins.append(change)
    if not begins:
        return figures.at_ms + min(ends) if ends else None
    last = max(begins)
    return figures.at_ms + last if not ends or min(ends) > last else None


def held_ms(conditions: "Conditions", figures: Figures) -> int:
    """For how long the conditions, which hold now, have held at least.

    A wait of 61 s was one of 60 s a second ago, whenever the snapshot was made; a count has held since the snapshot.
    """
    times = []
    for condition in conditions:
        slope = METRICS[condition.metric]
        if slope and _rising(condition, slope):
            times.append(_value(condition.metric, figures) * slope - _turn(condition, slope))
        else:
            times.append(max(figures.age_ms, 0))
    shortest: int = min(times)
    return shortest


def _conditions(items: "Any") -> "Conditions":
    return tuple([Condition(item["metric"], item["op"], item["value"]) for item in items])


def _value(metric: str, figures: Figures) -> "Any":
    """The figure at this moment, or None when it is not known."""
    values = figures.values
    if metric == "abandoned_permille":
        abandoned, offered = values["abandoned"], values["offered"]
        return abandoned * 1000 // offered if abandoned is not None and offered else None
    value = values[metric]
    return None if value is None else value + METRICS[metric] * figures.age_ms


def _holds(condition: Condition, figures: Figures) -> bool:
    value = _value(condition.metric, figures)
    if value is None:
        return False
    op, limit = condition.op, condition.value
    if op == ">=":
        return bool(value >= limit)
    if op == "<=":
        return bool(value <= limit)
    return bool(value > limit) if op == ">" else bool(value < limit)


def _rising(condition: Condition, slope: int) -> bool:
    """Whether time makes the condition true rather than false."""
    return (condition.op in (">=", ">")) == (slope > 0)


def _turn(condition: Condition, slope: int) -> int:
    """The first value (times the slope, so that it rises) at which the condition has its later truth."""
    turn: int = condition.value * slope
    return turn + 1 if (condition.op in (">", "<=")) == (slope > 0) else turn


def _changes_in(condition: Condition, figures: Figures) -> "int | None":
    """In how many ms the condition changes its truth by time alone: once at most, as its figure moves one way."""
    slope = METRICS[condition.metric]
    value = _value(condition.metric, figures)
    if not slope or value is None:
        return None
    left: int = _turn(condition, slope) - value * slope
    return left if left > 0 else None
