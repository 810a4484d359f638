"""How much of tests/bad_config an editor tells already, by JSON Schema alone; and that it lets the mended pass.

Of a file that is no YAML an editor tells without any schema. What is left is in BEYOND, each with the reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.test_bad_config import FILES, mended, name
from tests.test_json_schema import refused
from tests.yaml_as_seen import VERSIONS

_TWO = "JSON Schema compares no two values"
BEYOND = {
    "board/buzzer_and_button_on_one_pin": _TWO,
    "board/night_spans_overlap": _TWO,
    "bridge/journal_is_the_thresholds_file": _TWO,
    "thresholds/clear_of_a_share_on_the_wrong_side": _TWO,
    "thresholds/clear_on_the_wrong_side": _TWO,
    "thresholds/critical_easier_than_warn": _TWO,
    "thresholds/critical_same_as_warn": _TWO,
    "thresholds/critical_share_above_warn": _TWO,
    "thresholds/group_of_groups": "names that people choose are not known to a schema",
    "thresholds/hebrew_quotes": "quotes that are none to YAML may be meant, within others",
    "thresholds/next_breach_beyond_the_limit": _TWO,
    "thresholds/offer_after_the_limit": _TWO,
    "thresholds/switching_off_what_is_not_there": "names that people choose are not known to a schema",
    "thresholds/timezone_misspelt": "the time zones that there are differ from machine to machine, and by the year",
    "thresholds/when_harder_than_warn": _TWO,
}


def verdict(path: Path) -> str:
    try:
        errors = refused(path.parent.name, path.read_bytes().decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return "no YAML"
    return "refused" if errors else "accepted"


def test_what_a_schema_tells_and_what_it_cannot() -> None:
    verdicts = {name(path): verdict(path) for path in FILES}
    assert {each for each in verdicts if verdicts[each] == "accepted"} == set(BEYOND)
    assert sum(each == "refused" for each in verdicts.values()) > 70
    assert sum(each == "no YAML" for each in verdicts.values()) > 10


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_schema_has_nothing_against_a_mended_file(path: Path, version: str) -> None:
    assert refused(path.parent.name, mended(path).decode("utf-8"), version) == []
