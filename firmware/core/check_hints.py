"""What a wrong value or key of a settings file was probably meant to be: of files alone, so no small board loads it."""

from firmware.core.spelling import nearest, one_line, shown
from firmware.core.units import decimal, digits, duration, duration_text, scaled

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from firmware.core.check_kinds import Kind

# How the words begin by which people call the units, in English and in Hebrew.
_TIMES = (("se", "s"), ("mi", "m"), ("ho", "h"), ("hr", "h"), ("שנ", "s"), ("דק", "m"), ("שע", "h"))


def refusal(value: "Any", kind: "Kind", hint: str = "") -> str:
    """The usual message: what was found, what is expected, the nearest right spelling."""
    if hint or not value:
        return "%s, expected %s%s" % (shown(value), kind.expected(), hint)
    if isinstance(value, list):
        meant = _section(value) if hasattr(kind, "item") and kind.shape == "map" else ""
        if kind.shape == "map" and isinstance(value[0], dict):
            hint = "; leave out the '-' before each"
    elif isinstance(value, str) and kind.shape == "list" and value.startswith("-"):
        meant, hint = "", "; a space belongs behind each '-'"
    else:
        meant = _around(one_line(value, 40), kind) if isinstance(value, str) else ""
    if meant:
        hint = "; did you mean '%s'?" % meant
    expected = "a section" if meant and kind.shape == "map" else kind.expected()
    return "%s, expected %s%s" % (shown(value), expected, hint)


def _section(names: "list[Any]") -> str:
    """A list of names as a section of them; "" when they are no names."""
    if [name for name in names if not isinstance(name, str)]:
        return ""
    return one_line("{%s}" % ", ".join(["%s: {}" % name for name in names[:3]]), 60) if len(names) <= 3 else ""


def _around(text: str, kind: "Any") -> str:
    """What people mean by a value that stands where a section, a list or a plain number is expected, or ""."""
    if kind.shape == "list":
        return "[%s]" % text
    if kind.shape == "map":
        fields = [field for field in getattr(kind, "fields", ()) if field.required or field.name == "label"]
        if len(fields) == 1 or (fields and fields[0].name == "label"):
            inner = "[%s]" if fields[0].kind.shape == "list" else "%s"
            return "{%s: %s}" % (fields[0].name, inner % text)
    if hasattr(kind, "lo"):
        meant = of_int(text, kind.lo, kind.hi)
        return meant if meant and kind.parse(meant) is not None else ""
    return ""


def unknown(key: str, names: "Sequence[str]", more: str = "") -> str:
    """The message for a key that is none of `names`: the likely one first. `more`: what else may stand there."""
    if "password" in key.lower() or key.lower() in ("secret", "passwd"):
        for name in names:
            if name == "password_file":
                return "unknown key: a password never stands here: write it into a file, named by password_file"
    found = nearest(key, names)
    if found is None:
        return "unknown key, expected one of: %s%s" % (", ".join(names), more)
    others = ", ".join([name for name in names if name != found])
    return "unknown key; did you mean '%s'?%s" % (found, " Others here: %s%s" % (others, more) if others else "")


def did_you_mean(text: str) -> str:
    """`; did you mean '80%'?`, and nothing when there is no text."""
    return "; did you mean '%s'?" % text if text else ""


def of_duration(text: str, lo: int, hi: int) -> str:
    """`30` → `30s`, `2 minutes` → `2m`, `1:30` → `1m30s`, `1.5m` → `1m30s`; "" for none from `lo` to `hi` ms."""
    number, rest = _parted(text)
    if ":" in text:
        minutes, _, seconds = text.partition(":")
        found = "%sm%ss" % (minutes, seconds) if digits(seconds) is not None else ""
    elif digits(text) is not None:
        for unit in ("s", "m", "h"):  # the first of them that would not be refused in its turn
            if lo <= (duration(text + unit) or 0) <= hi:
                return text + unit
        return ""
    else:
        found = number + rest
        for word, unit in _TIMES:
            if rest.startswith(word):
                found = number + unit
    ms = duration(found)
    if ms is None and "." in number:
        tenths, size = decimal(number, 1), duration("1" + found[len(number) :])
        if tenths is not None and size is not None:
            ms = tenths * size // 10
            found = duration_text(ms)
    return found if ms is not None and lo <= ms <= hi else ""


def of_share(text: str, lo: int, hi: int) -> str:
    """`80`, `%80`, `80 percent` → `80%`, `0.8` → `80%`, `92,5%` → `92.5%`; "" for none from `lo` to `hi` permille."""
    number, rest = _parted(text.replace(",", ".").replace("%", "").strip())
    permille = None
    if not rest or rest.startswith("per") or rest.startswith("אח"):
        permille = decimal(number, 1)
        if "%" not in text and not rest and number.startswith("0."):
            permille = decimal(number, 3)
    return scaled(permille, 10) + "%" if permille is not None and lo <= permille <= hi else ""


def of_frequency(text: str, lo: int, hi: int) -> str:
    """`1` → `1hz`; "" for none from `lo` to `hi` mHz."""
    mhz = decimal(text.replace(",", "."), 3)
    return scaled(mhz, 1000) + "hz" if mhz is not None and lo <= mhz <= hi else ""


def of_int(text: str, lo: int, hi: int) -> str:
    """`3s`, `3%`, `3 callers`, `+3` → `3`; "" for none from `lo` to `hi`."""
    number, rest = _parted(text[1:] if text.startswith("+") else text)
    found = digits(number)
    return number if found is not None and lo <= found <= hi and (rest or text != number) else ""


def _parted(text: str) -> "tuple[str, str]":
    """(the number that a text begins with, what follows it, in small letters)."""
    end = 0
    while end < len(text) and ("0" <= text[end] <= "9" or text[end] == "."):
        end += 1
    return text[:end], text[end:].strip().lower()
