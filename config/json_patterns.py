"""Regular expressions of numbers with units, for editors: JSON Schema can bound a number, but of a text only its shape.

Each is what firmware/core/units.py reads, bounded as far as a regular expression can be: exactly for whole numbers,
shares and frequencies and for a duration of one unit, by the upper bound alone for one of several (`1h30m`). They are
written in what the dialects of JavaScript, Java and Python have in common, without anchors: see whole_text().
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from firmware.core.check_kinds import MAX_INT
from firmware.core.units import UNITS

SPACE = r"\s*"
DIGITS = "[0-9]{1,16}"


def whole_text(pattern: str) -> str:
    """The pattern of a text that is this and nothing else, but for the blanks around it."""
    return f"^{SPACE}(?:{pattern}){SPACE}$"


def either(patterns: Iterable[str]) -> str:
    """One of several patterns."""
    return "|".join(patterns)


def word(text: str, *, any_case: bool = False) -> str:
    """The pattern of a word. Only what has a meaning is escaped: JavaScript refuses any other escape."""
    if any_case:
        return "".join(f"[{each.upper()}{each.lower()}]" if each.isalpha() else word(each) for each in text)
    return re.sub(r"([\\^$.|?*+()\[\]{}/])", r"\\\1", text)


def whole(lo: int, hi: int) -> str:
    """Whole numbers from `lo`, at least 0, to `hi`, leading zeros or not."""
    if hi >= MAX_INT and lo <= 0:
        return DIGITS
    top = min(hi, 10**16 - 1)
    parts, full = [], []
    for width in range(len(str(lo)), len(str(top)) + 1):
        first, last = 10 ** (width - 1) if width > 1 else 0, 10**width - 1
        if lo <= max(first, 1) and last <= top:
            full.append(width)
            parts += ["0"] if lo == 0 == first else []
        else:
            parts += _range(f"{max(first, lo):0{width}}", f"{min(last, top):0{width}}")
    if full:
        parts.append("[1-9]" + (f"[0-9]{{{full[0] - 1},{full[-1] - 1}}}" if full[-1] > 1 else ""))
    return f"0*(?:{either(parts)})"


def decimal(lo: int, hi: int, places: int) -> str:
    """Numbers with at most `places` places, from `lo` to `hi`, which are in units of the last place: 995 is `99.5`."""
    unit = 10**places
    inner_lo, inner_hi = -(-lo // unit), (hi + 1) // unit - 1  # whole parts with which any fraction is in range
    parts = []
    if inner_lo <= inner_hi:
        parts.append(rf"{whole(inner_lo, inner_hi)}(?:\.[0-9]{{1,{places}}})?")
    for edge in sorted({lo // unit, hi // unit}):
        if inner_lo <= edge <= inner_hi:
            continue
        first, last = max(lo - edge * unit, 0), min(hi - edge * unit, unit - 1)
        fractions = []
        for width in range(1, places + 1):
            step = 10 ** (places - width)
            least, most = -(-first // step), last // step
            if least <= most:
                fractions += _range(f"{least:0{width}}", f"{most:0{width}}")
        also_whole = "?" if first == 0 else ""
        parts.append(rf"{whole(edge, edge)}(?:\.(?:{either(fractions)})){also_whole}")
    return f"(?:{either(parts)})"


def duration(lo: int, hi: int) -> str:
    """`90s`, `6m`, `1h30m` from `lo` to `hi` ms."""
    single, several = [], []
    for name, size in UNITS:
        unit = SPACE + word(name, any_case=True)
        least, most = -(-lo // size), hi // size
        if least <= most:
            single.append(whole(least, most) + unit)
        several.append(f"(?:{whole(0, most)}{unit}{SPACE})?")
    two = rf"(?={SPACE}[0-9]+{SPACE}[A-Za-z]+{SPACE}[0-9])"
    return either([*single, two + "".join(several)])


def _range(first: str, last: str) -> list[str]:
    """Numbers of one width, `017` to `354`, as patterns that match each of them once."""
    if first == last:
        return [first]
    head = 0
    while first[head] == last[head]:
        head += 1
    common, low, high = first[:head], first[head:], last[head:]
    rest = len(low) - 1
    if set(low[1:]) <= {"0"} and set(high[1:]) <= {"9"}:
        return [common + _digit(low[0], high[0]) + _any(rest)]
    parts = [common + each for each in _range(low, low[0] + "9" * rest)]
    if int(high[0]) - int(low[0]) > 1:
        parts.append(common + _digit(str(int(low[0]) + 1), str(int(high[0]) - 1)) + _any(rest))
    return parts + [common + each for each in _range(high[0] + "0" * rest, high)]


def _digit(low: str, high: str) -> str:
    return low if low == high else f"[{low}-{high}]"


def _any(count: int) -> str:
    return "" if count == 0 else "[0-9]" if count == 1 else f"[0-9]{{{count}}}"
