"""What a value with a wrong unit was probably meant to be: of settings alone, so no small board loads it."""

from firmware.core.units import decimal, digits, duration, duration_text, scaled

# How the words begin by which people call the units, in English and in Hebrew.
_TIMES = (("se", "s"), ("mi", "m"), ("ho", "h"), ("hr", "h"), ("שנ", "s"), ("דק", "m"), ("שע", "h"))


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
