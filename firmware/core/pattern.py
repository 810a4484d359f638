"""Blinking and sounds as functions of time. Blinking follows the bridge's clock: in step over all tiles and boards."""

# Every sound that a rule may name, and its ms on, off, on, …; None: for as long as it may.
_SOUNDS = (
    ("none", ()),
    ("short", (200,)),
    ("double", (200, 150, 200)),
    ("triple", (200, 150, 200, 150, 200)),
    ("long", (1500,)),
    ("continuous", None),
)
SOUNDS = tuple([name for name, _ in _SOUNDS])


def phase(mhz: int, bridge_ms: int) -> int:
    """0 in the first half of each blink, 1 in the second, at `mhz` blinks a thousand seconds."""
    return _half(mhz, bridge_ms) & 1


def phase_changes_ms(mhz: int, bridge_ms: int) -> int:
    """The next moment of the bridge's clock at which phase() changes."""
    return -(-(_half(mhz, bridge_ms) + 1) * 1_000_000 // (2 * mhz))


def sound(name: str, longest_ms: int) -> "tuple[int, ...]":
    """ms from its start at which a sound goes on, off, on, …, off: at most `longest_ms` in all."""
    lengths = _SOUNDS[SOUNDS.index(name)][1]
    if lengths is None:
        lengths = (longest_ms,)
    if longest_ms <= 0 or not lengths:
        return ()
    edges = [0]
    for length in lengths:
        if edges[-1] + length >= longest_ms:
            # cut while it is on: off at the limit; cut in a pause: it has ended before
            return tuple(edges + [longest_ms] if len(edges) % 2 else edges)
        edges.append(edges[-1] + length)
    return tuple(edges)


def _half(mhz: int, bridge_ms: int) -> int:
    return bridge_ms * 2 * mhz // 1_000_000
