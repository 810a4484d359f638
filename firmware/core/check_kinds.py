"""What a kind of value is, and the plain ones: whole numbers, yes or no, text, choices.

In settings every scalar is text, "1h30m"; on the wire it is typed and in the base unit, 5400000. The clean value is the
same: ms, permille, mHz. Ranges are in the base unit too. What only settings and messages about mistakes need is
imported where it is used: a small board that reads good messages never loads it.
"""

from firmware.core.printable import unprintable

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Path = tuple[str | int, ...]

MAX_PROBLEMS = 50
MAX_OF_A_FILE = 200
MAX_INT = 1 << 53  # what every JSON reader keeps exactly
YES = ("yes", "true", "on")
NO = ("no", "false", "off")


class Problems:
    """What was found wrong so far, and in which mode: `wire` for typed messages, else settings as text."""

    def __init__(self, wire: bool = False) -> None:
        self.wire = wire
        self.found: "list[tuple[Path, str]]" = []

    def add(self, path: "Path", message: str) -> None:
        """Remember a problem; once there are enough of them it is left out."""
        if not self.full():
            self.found.append((path, message))

    def full(self) -> bool:
        """True when there are so many that no more are told: finding words for each takes time."""
        return len(self.found) >= (MAX_PROBLEMS if self.wire else MAX_OF_A_FILE)


class Kind:
    """A kind of value. `read` returns the clean value, or adds to `problems` and returns None."""

    shape = "scalar"  # or "map", or "list": of what it reads

    def read(self, value: "Any", path: "Path", problems: Problems) -> "Any":
        raise NotImplementedError(type(self).__name__)

    def expected(self) -> str:
        """What is expected here, for messages: "a whole number from 1 to 9"."""
        raise NotImplementedError(type(self).__name__)

    def refuse(self, value: "Any", path: "Path", problems: Problems, hint: str = "") -> None:
        """Add the usual message: found, expected, and `hint`, the nearest right spelling ("; did you mean …?")."""
        if problems.wire:
            from firmware.core.spelling import shown

            problems.add(path, "%s, expected %s%s" % (shown(value), self.expected(), hint))
        elif not problems.full():
            from firmware.core.check_hints import refusal

            problems.add(path, refusal(value, self, hint))


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
        from firmware.core.units import digits

        sign = -1 if text.startswith("-") else 1
        number = digits(text[1:] if sign < 0 else text)
        return None if number is None else sign * number


class Bool(Kind):
    """`yes` or `no`, `true` or `false`, `on` or `off` → bool."""

    def expected(self) -> str:
        return "yes or no"

    def read(self, value: "Any", path: "Path", problems: Problems) -> "bool | None":
        if value is True or value is False:
            return bool(value)
        if isinstance(value, str) and not problems.wire:
            word = value.strip().lower()
            if word in YES or word in NO:
                return word in YES
            self.refuse(value, path, problems, spelled(word, YES + NO, problems))
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
        but = " without " + " ".join(self.without.replace(" ", "")) if self.without else ""
        if " " in self.without:
            but += " or a space"
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
        self.refuse(value, path, problems, spelled(value, self.choices, problems) if isinstance(value, str) else "")
        return None


def spelled(word: str, choices: "Sequence[str]", problems: Problems) -> str:
    """`; did you mean 'target'?` when one choice looks like the word, else nothing."""
    from firmware.core.spelling import did_you_mean

    return "" if problems.full() else did_you_mean(word, choices)
