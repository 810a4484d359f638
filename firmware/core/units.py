"""Numbers with units as people write them, in whole numbers of the base unit: ms, permille, mHz."""

UNITS = (("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))  # the longest first, as people write them


def duration(text: str) -> "int | None":
    """`1h30m` → 5400000 (ms); None when the text is no duration. Units in their order, each once."""
    total = 0
    unit = 0  # each unit once, in their order
    while text and unit < len(UNITS):
        name, size = UNITS[unit]
        unit += 1
        end = 0
        while end < len(text) and "0" <= text[end] <= "9":
            end += 1
        rest = text[end:].lstrip()
        letters = 0
        while letters < len(rest) and rest[letters].isalpha():
            letters += 1
        if rest[:letters].lower() != name:
            continue
        number = digits(text[:end])
        if number is None:
            return None
        total += number * size
        text = rest[letters:].lstrip()
    return None if text or unit == 0 else total


def duration_text(ms: int) -> str:
    """5400000 → `1h30m`, as people write it; 0 → `0s`."""
    text = ""
    for name, size in UNITS:
        if ms >= size:
            text += "%d%s" % (ms // size, name)
            ms %= size
    return text or "0s"


def digits(text: str) -> "int | None":
    """Western digits only: int() would take other scripts' digits, signs and underscores. At most 16 of them."""
    if not 0 < len(text) <= 16:
        return None
    for char in text:
        if not "0" <= char <= "9":
            return None
    return int(text)


def decimal(text: str, places: int) -> "int | None":
    """`99.5` with 1 place → 995; None when it is no such number or finer than `places`."""
    whole, point, rest = text.partition(".")
    number = digits(whole)
    if number is None or (point and digits(rest) is None) or len(rest) > places:
        return None
    return int(whole + rest + "0" * (places - len(rest)))


def scaled(number: int, unit: int) -> str:
    """800 in tenths → `80`, 995 → `99.5`."""
    if number % unit == 0:
        return str(number // unit)
    return "%d.%s" % (number // unit, str(unit + number % unit)[1:].rstrip("0"))
