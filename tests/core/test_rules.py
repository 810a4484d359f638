from firmware.core.check_records import read
from firmware.core.messages import rules as rules_schema
from firmware.core.rules import CRITICAL, METRICS, WARN, Condition, Figures, changes_ms, compile_rules, held_ms, holds
from tests.core.rulebook import rule
from tests.core.stories import compiled, snapshot

KNOWN = {"waiting": 4, "oldest_ms": 30_000, "next_breach_ms": 20_000, "sla": 800, "abandoned": 3, "offered": 40}


def figures(age_ms=0, **changed):
    known = dict(KNOWN)
    known.update(changed)
    return Figures(snapshot(**known), age_ms, 1_000_000 + age_ms, True)


def one(metric, op, value):
    return (Condition(metric, op, value),)


def test_every_comparison():
    for op, below, at, above in ((">=", 0, 1, 1), ("<=", 1, 1, 0), (">", 0, 0, 1), ("<", 1, 0, 0)):
        for value, expected in ((5, below), (4, at), (3, above)):
            assert holds(one("waiting", op, value), figures()) == bool(expected), (op, value)


def test_a_figure_that_is_not_known_makes_a_condition_false():
    for metric in METRICS:
        for op in (">=", "<=", ">", "<"):
            empty = Figures(snapshot(), 0, 0, True)
            assert not holds(one(metric, op, 0), empty)
            assert changes_ms(one(metric, op, 0), empty) is None


def test_abandoned_is_a_share_of_the_offered():
    assert holds(one("abandoned_permille", ">=", 75), figures())
    assert not holds(one("abandoned_permille", ">=", 76), figures())
    assert not holds(one("abandoned_permille", ">=", 0), figures(offered=0, abandoned=0))


def test_ages_move_by_themselves():
    assert not holds(one("oldest_ms", ">=", 45_000), figures(14_999))
    assert holds(one("oldest_ms", ">=", 45_000), figures(15_000))
    assert not holds(one("next_breach_ms", "<=", 5_000), figures(14_999))
    assert holds(one("next_breach_ms", "<=", 5_000), figures(15_000))
    for metric in METRICS:
        if metric not in ("oldest_ms", "next_breach_ms"):
            later = figures(10**9, agents_free=4, avg_wait_ms=7000)
            assert holds(one(metric, ">=", 1), later) and not holds(one(metric, ">=", 9999), later), metric
            assert changes_ms(one(metric, ">=", 9999), later) is None


def test_the_moment_of_a_change_is_exact():
    """Against looking at every ms, for each figure that moves, each comparison and many values."""
    for metric, around in (("oldest_ms", 30_000), ("next_breach_ms", 20_000)):
        for op in (">=", "<=", ">", "<"):
            for value in range(around - 8, around + 9):
                conditions = one(metric, op, value)
                now = holds(conditions, figures())
                changes = [ms for ms in range(1, 20) if holds(conditions, figures(ms)) != now]
                assert changes_ms(conditions, figures()) == (1_000_000 + changes[0] if changes else None)


def test_a_change_of_several_conditions_together():
    for conditions, change in (
        (one("oldest_ms", ">=", 40_000) + one("waiting", ">=", 4), 10_000),
        (one("oldest_ms", ">=", 40_000) + one("waiting", ">=", 5), None),
        (one("oldest_ms", ">=", 40_000) + one("next_breach_ms", "<=", 5_000), 15_000),
        (one("oldest_ms", ">=", 40_000) + one("next_breach_ms", ">=", 15_000), None),
        (one("oldest_ms", ">=", 40_000) + one("next_breach_ms", ">=", 5_000), 10_000),
        (one("oldest_ms", ">=", 10_000) + one("next_breach_ms", ">=", 5_000), 15_001),
        (one("oldest_ms", ">=", 10_000) + one("waiting", ">=", 1), None),
    ):
        expected = None if change is None else 1_000_000 + change
        assert changes_ms(conditions, figures()) == expected, conditions


def test_since_when_a_condition_holds():
    assert held_ms(one("waiting", ">=", 1), figures(700)) == 700
    assert held_ms(one("waiting", ">=", 1), figures(-5)) == 0
    assert held_ms(one("oldest_ms", ">=", 20_000), figures(700)) == 10_700
    assert held_ms(one("oldest_ms", ">", 20_000), figures(700)) == 10_699
    assert held_ms(one("oldest_ms", "<=", 90_000), figures(700)) == 700
    assert held_ms(one("next_breach_ms", "<=", 25_000), figures(700)) == 5_700
    assert held_ms(one("oldest_ms", ">=", 20_000) + one("waiting", ">=", 1), figures(700)) == 700


def test_a_rule_of_the_wire():
    made = compiled(rule("waiting >= 3", "waiting >= 6", for_s=5, clear="waiting >= 2", sound=("none", "long")))
    assert (made.id, made.for_ms, made.hold_ms, made.sounds) == ("rule", 5000, 5000, ("none", "long"))
    assert [level.severity for level in made.levels] == [WARN, CRITICAL]
    assert made.levels[0].clear == one("waiting", ">=", 2)
    assert made.levels[1].clear == made.levels[1].all == one("waiting", ">=", 6)


def test_a_rule_that_cannot_be_carried_out_is_left_out_and_told():
    good = rule("waiting >= 3")
    upside_down = rule("waiting >= 3", "waiting >= 6")
    upside_down["levels"].reverse()
    twice = rule("waiting >= 3", "waiting >= 6")
    twice["levels"][1]["severity"] = "warn"
    for bad, told in (
        (rule("mood <= 3"), "rule x: this version does not know the figure mood"),
        (rule("waiting >= 3", clear="mood >= 1"), "rule x: this version does not know the figure mood"),
        (upside_down, "rule x: expected the levels as warn, then critical"),
        (twice, "rule x: expected the levels as warn, then critical"),
        (dict(good, id="rule"), "rule rule: given twice"),
    ):
        named = bad if bad["id"] == "rule" and "twice" in told else dict(bad, id="x")
        clean, problems = read(rules_schema(), {"v": 1, "started": 1, "rules": [good, named]}, wire=True)
        assert not problems, problems
        rules, problems = compile_rules(clean)
        assert [each.id for each in rules] == ["rule"]
        assert problems == [told]
