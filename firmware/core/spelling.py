"""Words of messages about mistakes: what was found, the nearest right spelling, and foreign text made fit for a log."""

from firmware.core.printable import one_line

__all__ = ["did_you_mean", "nearest", "one_line", "shown"]

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Problems = Sequence[tuple[tuple[str | int, ...], str]]


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


def first_of(problems: "Problems") -> str:
    """The first of a message's problems, and how many more there are."""
    path, message = problems[0]
    more = " (and %d more)" % (len(problems) - 1) if len(problems) > 1 else ""
    return "%s: %s%s" % (".".join([str(part) for part in path]), message, more)


def nearest(word: str, choices: "Sequence[str]") -> "str | None":
    """The choice that `word` was probably meant to be: the one fewest keystrokes away, at most a third of it."""
    best = None
    least = max(len(word) // 3, 1) + 1
    for choice in choices:
        if abs(len(choice) - len(word)) < least:
            apart = _apart(word.lower(), choice.lower())
            if apart < least and apart < len(choice):
                best, least = choice, apart
    return best


def did_you_mean(word: str, choices: "Sequence[str]") -> str:
    """`; did you mean 'target'?` when one choice looks like the word, else nothing."""
    found = nearest(word, choices)
    return "" if found is None else "; did you mean '%s'?" % found


def _apart(one: str, two: str) -> int:
    """Keystrokes between two words: insert, leave out, replace, or swap two neighbours."""
    before: "list[int]" = []
    row = list(range(len(two) + 1))
    for i in range(1, len(one) + 1):
        older, before, row = before, row, [i]
        for j in range(1, len(two) + 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one[i - 1] != two[j - 1]))
            if i > 1 and j > 1 and one[i - 1] == two[j - 2] and one[i - 2] == two[j - 1]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
