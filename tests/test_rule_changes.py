"""What a new version changed, in a few words."""

from __future__ import annotations

import pytest

from config.yaml_file import parse
from host_bridge import thresholds
from host_bridge.reload.rule_changes import MOST, changes

FILE = """\
timezone: Asia/Jerusalem
defaults: {service_level: {target: 80%}, rules: {wait: {warn: 30s}}}
queues:
  sales: {label: מכירות}
  support: {rules: {waiting: {warn: 3}}}
groups: {phones: {queues: [sales, support]}}
hours: {sun-thu: 08:00-18:00}
"""


def said(old: str, new: str) -> str:
    assert old in FILE
    before, after = (thresholds.build(parse(text.encode(), "t.yaml")) for text in (FILE, FILE.replace(old, new, 1)))
    return changes(before, after)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("hours:", "# a word\nhours:", "nothing that boards show"),
        ("30s", "40s", "defaults: rules wait"),
        ("30s}}}\n", "40s}}}\nbuzzer: {critical: triple}\n", "buzzer; defaults: rules wait"),
        ("30s}", "30s}, sla: {warn: 70%}", "defaults: rules sla"),
        ("80%", "90%", "defaults: service_level"),
        ("18:00", "17:00", "defaults: hours"),
        ("מכירות", "Sales", "sales: label"),
        ("{warn: 3}", "{warn: 4}, wait: off", "support: rules waiting wait"),
        ("[sales, support]", "[sales]", "group phones: queues"),
        ("  support:", "  guard: {}\n  support:", "new: guard"),
        ("  support:", "  guard:", "new: guard; gone: support"),
        ("groups: {phones: {queues: [sales, support]}}\n", "", "gone: group phones"),
        ("  sales: {label: מכירות}\n  support", "  support", "gone: sales"),
        ("Asia/Jerusalem", "Europe/Berlin\nday_start: 03:00", "timezone, day_start"),
        ("hours:", "quiet: {every: [12:30-13:00]}\nblink: {critical: 2hz}\nhours:", "quiet, blink"),
        ("hours:", "wait_limit: {limit: 6m, offer_at: 3m}\nbuzzer: {repeat: 30s}\nhours:", "buzzer, wait_limit"),
        ("hours:", "buzzer: {critical: triple}\nhours:", "buzzer"),
        (
            "  sales: {label: מכירות}\n  support: {rules: {waiting: {warn: 3}}}\n",
            "  support: {rules: {waiting: {warn: 3}}}\n  sales: {label: מכירות}\n",
            "order of the queues",
        ),
    ],
)
def test_what_changed(old: str, new: str, words: str) -> None:
    assert said(old, new) == words


def test_much_is_cut_short() -> None:
    many = "".join(f"  queue-number-{number}: {{}}\n" for number in range(100))
    text = said("groups:", f"{many}groups:")
    assert len(text) <= MOST
    assert text.startswith("new: queue-number-0, queue-number-1, ")
    assert text.endswith(" …")
