"""What people call queues and boards → the ids on the wire, or one line that says what there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from firmware.core.spelling import did_you_mean, one_line, shown
from host_bridge.ctl.site.state import Queue

MOST_LISTED = 20


class NoSuchNameError(LookupError):
    """Nobody has this name, or several have; the text is one line for a person."""


def queue(word: str, queues: Sequence[Queue]) -> Queue:
    """The queue that has this name on the PBX, or this label; a group as `@name`. Raises NoSuchNameError."""
    named = [each for each in queues if word == each.name] or [each for each in queues if word == each.id]
    if named:
        return named[0]
    labelled = [each for each in queues if _plain(each.label) == _plain(word)]
    labelled = labelled or [each for each in queues if _plain(each.name) == _plain(word)]
    if len(labelled) == 1:
        return labelled[0]
    if labelled:
        raise NoSuchNameError(
            f"{shown(word)} is the label of {listed(each.name for each in labelled)}: say which, by this name"
        )
    words = [each.name for each in queues] + [each.label for each in queues if each.label]
    there = listed(each.titled for each in queues) or "none so far: has the bridge been running?"
    raise NoSuchNameError(f"no queue is called {shown(word)}{_or_else(did_you_mean(word, words), 'queues', there)}")


def rule(word: str, rules: Iterable[str], of: Queue) -> str:
    """The rule of this name. Raises NoSuchNameError."""
    known = sorted(rules)
    if word in known:
        return word
    raise NoSuchNameError(
        f"{of.titled} has no rule {shown(word)}{_or_else(did_you_mean(word, known), 'rules', listed(known) or 'none')}"
    )


def boards(words: Iterable[str], known: Iterable[str]) -> list[str]:
    """The boards of these names, each once. Raises NoSuchNameError."""
    known = sorted(known)
    found = dict.fromkeys(words)
    for word in found:
        if word not in known:
            there = listed(known) or "none: no board has ever reported to this broker"
            raise NoSuchNameError(
                f"no board is called {shown(word)}{_or_else(did_you_mean(word, known), 'boards', there)}"
            )
    return list(found)


def listed(names: Iterable[str]) -> str:
    """Names for a line: no more than people read."""
    every = [one_line(name, 60) for name in names]
    more = f" and {len(every) - MOST_LISTED} more" if len(every) > MOST_LISTED else ""
    return ", ".join(every[:MOST_LISTED]) + more


def _or_else(hint: str, what: str, there: str) -> str:
    """All that there is, in brackets after a question."""
    return f"{hint} ({what}: {there})" if hint else f"; {what}: {there}"


def _plain(text: str) -> str:
    """As people compare labels: whatever the spaces and capitals."""
    return " ".join(text.split()).casefold()
