"""Alarm tests that read as stories: a line is a moment, what the board knows then, and what the alarm is after it.

    0   waiting=1             OK
    5   waiting=3             PENDING
    10  waiting=3             FIRING warn !      `!`: it rose, the buzzer would sound

Seconds, figures of a snapshot of that moment (`oldest` in seconds), `stale` for no true figures, `closed` for outside
the opening hours.
"""

from firmware.core.alarm import NAMES, Alarm
from firmware.core.check_records import read
from firmware.core.messages import QUEUE
from firmware.core.messages import rules as rules_schema
from firmware.core.rules import Figures, compile_rules
from tests.core.rulebook import FIELDS

SEVERITIES = ("", " warn", " critical")


def compiled(one):
    clean, problems = read(rules_schema(), {"v": 1, "started": 1, "rules": [one]}, wire=True)
    assert not problems, problems
    rules, problems = compile_rules(clean)
    assert not problems, problems
    return rules[0]


def snapshot(**known):
    """All fields of a snapshot, those that are not given not known."""
    message = {"v": 1, "started": 1, "ts": 0}
    message.update(known)
    clean, problems = read(QUEUE, message, wire=True)
    assert not problems, problems
    return clean


def figures(words, now_ms):
    if "stale" in words:
        return None
    known = {}
    for word in words:
        if word != "closed":
            name, value = word.split("=")
            known[FIELDS.get(name, name)] = int(value) * (1000 if name == "oldest" else 1)
    return Figures(snapshot(**known), 0, now_ms, "closed" not in words)


def told(alarm, rose):
    return NAMES[alarm.state] + SEVERITIES[alarm.severity] + (" !" if rose else "")


def tell(one, text):
    """Play a story and compare each line's end."""
    alarm = Alarm(compiled(one))
    for line in text.strip().split("\n"):
        words = line.split()
        split = 1
        while words[split] not in NAMES:
            split += 1
        now_ms = int(words[0]) * 1000
        rose = alarm.step(now_ms, figures(words[1:split], now_ms))
        expected = " ".join(words[split:])
        assert told(alarm, rose) == expected, "%s\nbut it is %s" % (line.strip(), told(alarm, rose))
    return alarm
