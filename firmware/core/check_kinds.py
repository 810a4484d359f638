"""The kinds of scalars: whole numbers, text, yes or no, choices, durations, shares, frequencies.

In settings every scalar is text, "1h30m"; on the wire it is typed and in the base unit, 5400000. The clean value is the
same: ms, permille, mHz. Ranges are in the base unit too.
"""

from firmware.core.spelling import did_you_mean, one_line, unprintable
from firmware.core.units import decimal, digits, duration, duration_text, scaled

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    Path = tuple[str | int, ...]

MAX_PROBLEMS = 50
MAX_INT = 1 << 53  # what every JSON reader keeps exactly
_YES = ("yes", "true", "on")
_NO = ("no", "false", "off")


class Problems:
    """What was found wrong so far, and in which mode: `wire` for typed messages, else settings as text."""

    def __init__(self, wire: bool = False) -> None:
        self.wire = wire
        self.found: "list[tuple[Path, str]]" = []

    def add(self, path: "Path", message: str) -> None:
        """Remember a problem; past MAX_PROBLEMS it is left out, the file has enough of them."""
        if len(self.found) < MAX_PROBLEMS:
            self.found.append((path, message))


class Kind:
    """A kind of value. `read` returns the clean value, or adds to `problems` and returns None."""

    def read(self, value: "Any", path: "Path", problems: Problems) -> "Any":
        raise NotImplementedError(type(self).__name__)

    def expected(self) -> str:
        """What is expected here, for messages: "a whole number from 1 to 9"."""
        raise NotImplementedError(type(self).__name__)

    def refuse(self, value: "Any", path: "Path", problems: Problems, hint: str = "") -> None:
        """Add the usual message: found, expected, and `hint`, the nearest right spelling ("; did you mean …?")."""
        problems.add(path, "%s, expected %s%s" % (shown(value), self.expected(), hint))


class Scalar(Kind):
    """A whole number in the base unit; `parse` reads it from the text of a settings file."""

    def __init__(self, lo: int, hi: int) -> None:
        self.lo = lo
        self.hi = hi

    def parse(self, text: str) -> "int | None":
        """The value of a text, or None when it is none."""
        raise NotImplementedError(type(self).__name__)

    def hint(self, text: str) -> str:
        """The nearest right spelling of a text that `parse` did not take."""
        return ""

    def read(self, value: "Any", path: "Path", problems: Problems) -> "int | None":
        number: "int | None" = None
        if type(value) is int:  # a bool is an int in CPython and none in MicroPython
            number = value
        elif isinstance(value, str) and not problems.wire:
            number = self.parse(value.strip())
        if number is None:
            self.refuse(value, path, problems, self.hint(value.strip()) if isinstance(value, str) else "")
            return None
        if not self.lo <= number <= self.hi:
            self.refuse(value, path, problems)
            return None
        return number


class Int(Scalar):
    """A whole number from `lo` to `hi`."""

    def __init__(self, lo: int = 0, hi: int = MAX_INT) -> None:
        self.lo = lo
        self.hi = hi

    def expected(self) -> str:
        if self.hi >= MAX_INT:
            return "a whole number" if self.lo <= -MAX_INT else "a whole number, %d or more" % self.lo
        return "a whole number from %d to %d" % (self.lo, self.hi)

    def parse(self, text: str) -> "int | None":
        sign = -1 if text.startswith("-") else 1
        number = digits(text[1:] if sign < 0 else text)
        return None if number is None else sign * number


class Duration(Scalar):
    """`90s`, `6m`, `1h30m`, `500ms` → ms, from `lo` to `hi` ms."""

    def expected(self) -> str:
        return "a duration like 90s, 6m or 1h30m, from %s to %s" % (duration_text(self.lo), duration_text(self.hi))

    def parse(self, text: str) -> "int | None":
        return duration(text)

    def hint(self, text: str) -> str:
        return "; did you mean '%ss'?" % text if digits(text) is not None else ""


class Share(Scalar):
    """`80%`, `99.5%` → permille, from `lo` to `hi`."""

    def __init__(self, lo: int = 0, hi: int = 1000) -> None:
        self.lo = lo
        self.hi = hi

    def expected(self) -> str:
        return "a share like 80%%, from %s%% to %s%%" % (scaled(self.lo, 10), scaled(self.hi, 10))

    def parse(self, text: str) -> "int | None":
        return decimal(text[:-1].rstrip(), 1) if text.endswith("%") else None

    def hint(self, text: str) -> str:
        return "; did you mean '%s%%'?" % text if decimal(text, 1) is not None else ""


class Frequency(Scalar):
    """`0.5hz`, `1hz` → mHz, from `lo` to `hi`."""

    def expected(self) -> str:
        return "a frequency like 0.5hz, from %shz to %shz" % (scaled(self.lo, 1000), scaled(self.hi, 1000))

    def parse(self, text: str) -> "int | None":
        return decimal(text[:-2].rstrip(), 3) if text.lower().endswith("hz") else None

    def hint(self, text: str) -> str:
        return "; did you mean '%shz'?" % text if decimal(text, 3) is not None else ""


class Bool(Kind):
    """`yes` or `no`, `true` or `false`, `on` or `off` → bool."""

    def expected(self) -> str:
        return "yes or no"

    def read(self, value: "Any", path: "Path", problems: Problems) -> "bool | None":
        if value is True or value is False:
            return bool(value)
        if isinstance(value, str) and not problems.wire:
            word = value.strip().lower()
            if word in _YES or word in _NO:
                return word in _YES
            self.refuse(value, path, problems, did_you_mean(word, _YES + _NO))
        else:
            self.refuse(value, path, problems)
        return None


class Text(Kind):
    """One line of `least` to `most` characters, none of them in `without` and none that cannot be printed."""

    def __init__(self, most: int, least: int = 1, without: str = "") -> None:
        self.most = most
        self.least = least
        self.without = without

    def expected(self) -> str:
        but = " without " + " ".join(self.without) if self.without else ""
        return "text of %d to %d characters%s" % (self.least, self.most, but)

    def read(self, value: "Any", path: "Path", problems: Problems) -> "str | None":
        if not isinstance(value, str) or not self.least <= len(value) <= self.most:
            self.refuse(value, path, problems)
            return None
        for char in value:
            if char in self.without or unprintable(char):
                self.refuse(value, path, problems)
                return None
        return value


class OneOf(Kind):
    """One of some words, in this very spelling."""

    def __init__(self, choices: "tuple[str, ...]") -> None:
        self.choices = choices

    def expected(self) -> str:
        return "one of: " + ", ".join(self.choices) if len(self.choices) > 1 else "'%s'" % self.choices[0]

    def read(self, value: "Any", path: "Path", problems: Problems) -> "str | None":
        if isinstance(value, str) and value in self.choices:
            return value
        self.refuse(value, path, problems, did_you_mean(value, self.choices) if isinstance(value, str) else "")
        return None


def shown(value: "Any") -> str:
    """A value for a message: one line, at most some 40 characters."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, str):
        return "'%s'" % one_line(value, 40)
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    if value is True or value is False:
        return "yes" if value else "no"
    if type(value) is int:  # a bool is an int in CPython and none in MicroPython
        return str(value) if -(10**18) < value < 10**18 else "a number of more than 18 digits"
    return "a number that is not whole" if isinstance(value, float) else "something else"
