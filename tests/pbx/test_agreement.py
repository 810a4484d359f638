"""The comparisons that the real calls are judged by can fail: each is seen to, on made-up times. Needs no Asterisk."""

from __future__ import annotations

from tests.pbx.agreement import Step, delays, in_force, late_changes, never_true, unlike_polls

CHANGES = [Step(0.0, 0), Step(10.0, 1), Step(12.0, 2), Step(12.1, 1)]  # 2 held for 100 ms only
PROMPT = [Step(1.0, 0), Step(10.05, 1)]


def test_values_in_force() -> None:
    assert in_force(CHANGES, 5.0, 5.0) == {0}
    assert in_force(CHANGES, 9.9, 12.05) == {0, 1, 2}
    assert in_force(PROMPT, 0.0, 0.5) == set()


def test_prompt_publishing_agrees_and_a_short_lived_value_may_be_skipped() -> None:
    assert unlike_polls(PROMPT, [(5.0, 5.0, 0), (10.01, 10.02, 1), (12.05, 12.06, 1)]) == []
    assert late_changes(PROMPT, CHANGES[1:]) == []
    assert never_true(PROMPT, CHANGES) == []
    assert [round(delay, 2) for delay in delays(PROMPT, CHANGES[1:])] == [0.05]


def test_a_late_publish_is_seen() -> None:
    late = [Step(1.0, 0), Step(10.4, 1)]
    assert len(unlike_polls(late, [(10.0, 10.01, 1)])) == 1
    assert late_changes(late, CHANGES[1:2]) == ["at 10.000 it became 1; 0.25 s later 0 stood published"]


def test_a_value_never_published_is_seen() -> None:
    assert len(late_changes([Step(1.0, 0)], CHANGES[1:])) == 2
    assert len(late_changes([], CHANGES[1:2])) == 1


def test_an_invented_or_stale_value_is_seen() -> None:
    assert never_true([*PROMPT, Step(11.0, 3)], CHANGES) == ["at 11.000 3 was published; true then: [1]; []"]
    assert never_true([Step(1.0, 0), Step(10.5, 0)], CHANGES) == [
        "at 10.500 0 was published; true then: [1]; ['1 from 10.000']"
    ]
