"""What is shown of the whole centre: loaded when its page has its first turn."""

from collections import namedtuple

from firmware.core.showing import DASHES, NO_DATA, tile

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.freshness import Freshness
    from firmware.core.watch import Watch

# The whole centre: its tile (next_breach_s always while somebody waits), and of today: offered, answered, abandoned,
# over_limit (permille of callers who waited longer than the limit); limit_s: the wait limit. None: not known.
Centre = namedtuple("Centre", "tile offered answered abandoned over_limit limit_s")


def centre(watch: "Watch", freshness: "Freshness", now_ms: int, blink_mhz: int, limit_ms: "int | None") -> Centre:
    """The whole centre, with its caller's clock at all times."""
    shown = tile(watch, freshness, now_ms, blink_mhz, None)
    values = watch.values
    limit_s = None if limit_ms is None else limit_ms // 1000
    if values is None or shown.life in (DASHES, NO_DATA):
        return Centre(shown, None, None, None, None, limit_s)
    return Centre(shown, values["offered"], values["answered"], values["abandoned"], values["over_limit"], limit_s)
