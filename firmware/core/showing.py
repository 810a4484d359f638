"""What is shown of a queue: its tile at a moment, and when the tile changes by time alone."""

from firmware.core.pattern import phase, phase_changes_ms
from firmware.core.view import Tile

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    from firmware.core.freshness import Freshness
    from firmware.core.watch import Watch

LIVE, AGEING, DASHES, NO_DATA = 0, 1, 2, 3  # Tile.life
NEAR_MS = 120_000  # of the wait limit, when the site does not say when the caller is offered a call-back
_FIGURES = ("waiting", "oldest_ms", "sla", "agents_free", "next_breach_ms")  # of Tile.why
_NOTHING: "tuple[int, ...]" = (0, 0, 0, 0, 0)
DASHES_MS = 15_000  # a figure that was last proven so long ago is not shown


def tile(watch: "Watch", freshness: "Freshness", now_ms: int, blink_mhz: int, near_ms: "int | None" = NEAR_MS) -> Tile:
    """The tile of a queue; `blink_mhz` is the frequency for its severity. No stale figure leaves after DASHES_MS.

    `near_ms`: the caller's clock is shown from so much before the limit; None: always.
    """
    values = watch.values
    text, rtl = _label(watch)
    life = life_of(watch, freshness, now_ms)
    if values is None or life in (DASHES, NO_DATA):
        return Tile(
            watch.queue, text, rtl, None, None, None, None, None, None, 0, False, 0, life, None, False, True, _NOTHING
        )  # fmt: skip
    oldest_ms = _oldest_ms(watch, freshness, now_ms)
    return Tile(
        watch.queue,
        text,
        rtl,
        values["waiting"],
        None if oldest_ms is None else max(oldest_ms, 0) // 1000,
        values["sla"],
        values["sla_target"],
        values["agents_free"],
        values["agents_in"],
        watch.severity if life == LIVE else 0,
        watch.acked and life == LIVE,
        phase(blink_mhz, freshness.bridge_ms(now_ms)) if _blinks(watch, life) else 0,
        life,
        _next_breach_s(watch, freshness, now_ms, near_ms),
        bool(values["approx"]),
        values["open"],
        _why(watch) if watch.severity and life == LIVE else _NOTHING,
    )


def near_ms(settings: "dict[str, Any]") -> int:
    """How long before the wait limit a tile begins to show the caller's clock: when the call-back is to be offered."""
    limit_ms, offer_ms = settings["wait_limit_ms"], settings["offer_at_ms"]
    near: int = NEAR_MS if limit_ms is None or offer_ms is None else max(limit_ms - offer_ms, 0)
    return near


def changes_ms(
    watch: "Watch", freshness: "Freshness", now_ms: int, blink_mhz: int, near_ms: "int | None" = NEAR_MS
) -> "int | None":
    """When the tile changes by time alone: a second of the wait, a phase, or the end of a stale figure."""
    life = life_of(watch, freshness, now_ms)
    if life == AGEING and watch.proved_ms is not None:
        return watch.proved_ms + DASHES_MS
    if life != LIVE:
        return None
    times = []
    bridge_ms = freshness.bridge_ms(now_ms)
    oldest_ms = _oldest_ms(watch, freshness, now_ms)
    if oldest_ms is not None:
        times.append(bridge_ms + 1000 - (oldest_ms % 1000 if oldest_ms > 0 else oldest_ms))
    left_ms = _breach_ms(watch, freshness, now_ms)
    if left_ms is not None and left_ms > 0:
        if near_ms is not None and left_ms > near_ms:
            times.append(bridge_ms + left_ms - near_ms)
        else:
            times.append(bridge_ms + (left_ms - 1) % 1000 + 1)
    if _blinks(watch, life):
        times.append(phase_changes_ms(blink_mhz, bridge_ms))
    return freshness.board_ms(min(times)) if times else None


def life_of(watch: "Watch", freshness: "Freshness", now_ms: int) -> int:
    """LIVE, AGEING, DASHES or NO_DATA."""
    if watch.live(freshness, now_ms):
        return LIVE
    if watch.values is None or watch.proved_ms is None:
        return NO_DATA
    return AGEING if now_ms - watch.proved_ms < DASHES_MS else DASHES


def _why(watch: "Watch") -> "tuple[int, ...]":
    """The highest severity of the alarms that fire on each figure."""
    found = [0, 0, 0, 0, 0]
    for alarm in watch.alarms:
        for level in alarm.rule.levels:
            if level.severity == alarm.severity:
                for condition in level.all:
                    if condition.metric in _FIGURES:
                        place = _FIGURES.index(condition.metric)
                        found[place] = max(found[place], alarm.severity)
    return tuple(found)


def reads_rtl(watches: "list[Watch]") -> bool:
    """The site reads from right to left: its first queue's label does."""
    return bool(watches) and _label(watches[0])[1]


def _blinks(watch: "Watch", life: int) -> bool:
    return life == LIVE and watch.severity > 0 and not watch.acked


def _oldest_ms(watch: "Watch", freshness: "Freshness", now_ms: int) -> "int | None":
    """The longest wait: it goes on by itself while the figures are live, and stands when they are not."""
    values = watch.values
    if values is None or values["oldest_ms"] is None or not values["waiting"]:
        return None
    age_ms = freshness.bridge_ms(now_ms) - values["ts"] if watch.live(freshness, now_ms) else watch.age_ms
    oldest_ms: int = values["oldest_ms"] + age_ms
    return oldest_ms


def _breach_ms(watch: "Watch", freshness: "Freshness", now_ms: int) -> "int | None":
    """ms until the first waiting caller passes the wait limit; negative when they have."""
    values = watch.values
    if values is None or values["next_breach_ms"] is None or not values["waiting"]:
        return None
    age_ms = freshness.bridge_ms(now_ms) - values["ts"] if watch.live(freshness, now_ms) else watch.age_ms
    left_ms: int = values["next_breach_ms"] - age_ms
    return left_ms


def _next_breach_s(watch: "Watch", freshness: "Freshness", now_ms: int, near_ms: "int | None") -> "int | None":
    """Whole seconds, rounded up: 0 means that the limit is passed."""
    left_ms = _breach_ms(watch, freshness, now_ms)
    if left_ms is None or (near_ms is not None and left_ms > near_ms):
        return None
    return (max(left_ms, 0) + 999) // 1000


def _label(watch: "Watch") -> "tuple[str, bool]":
    """(label in display order, right to left): the snapshot's, else the site's, else the queue's id."""
    for source in (watch.values, watch.site):
        if source:
            text = source["label_visual"] or source["label"]
            if text:
                return text, bool(source["rtl"])
    return watch.queue, False
