"""How bright the panel is at a time of day, and when it may be dark."""

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Iterable

    Spans = Iterable["tuple[int, int, int]"]  # from, until (minutes since local midnight), percent

_DAY_MIN = 1440


def scheduled(spans: "Spans", day: int, local_min: "int | None") -> int:
    """Percent at `local_min`, minutes since local midnight: the first span's that it is in, else `day`.

    A span whose end is not after its begin goes on into the next day. A board that has never heard what time it is
    shows the day's.
    """
    if local_min is not None:
        for start, end, percent in spans:
            length = (end - start) % _DAY_MIN or _DAY_MIN
            if (local_min - start) % _DAY_MIN < length:
                return percent
    return day


def lowest(spans: "Spans", day: int) -> int:
    """The least percent at which there is light: of a dark panel that must be seen all the same."""
    return min([day] + [percent for _, _, percent in spans if percent > 0])
