"""Which figure of a queue its alarms are about: loaded when the first one fires."""

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.watch import Watch

_FIGURES = ("waiting", "oldest_ms", "sla", "agents_free", "next_breach_ms")  # of Tile.why


def why(watch: "Watch") -> "tuple[int, ...]":
    """The highest severity of the alarms that fire on each figure."""
    found = [0] * len(_FIGURES)
    for alarm in watch.alarms:
        for level in alarm.rule.levels:
            if level.severity == alarm.severity:
                for condition in level.all:
                    if condition.metric in _FIGURES:
                        place = _FIGURES.index(condition.metric)
                        found[place] = max(found[place], alarm.severity)
    return tuple(found)
