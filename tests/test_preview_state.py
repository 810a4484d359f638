"""What a supervisor writes down: a state of the queues, with every mistake told at its line."""

import json
from pathlib import Path

import pytest

from config.mistakes import ConfigError
from host_bridge import thresholds
from host_bridge.ctl.pictures.state import State, from_words, from_yaml, merged
from host_bridge.ctl.pictures.sums import queues_of, shown, whole
from host_bridge.ctl.pictures.wire import from_lines, is_wire

LIMITS = thresholds.load(Path(__file__).parent.parent / "config" / "thresholds.example.yaml")


def read(text: str) -> State:
    return from_yaml(text.encode(), "state.yaml", LIMITS)


def errors_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return caught.value.errors


def test_figures_have_the_units_of_thresholds() -> None:
    state = read(
        "support: {waiting: 7, wait: 1:42, sla: 71.5%, free: 0/6, next_breach: 40s, approx: yes}\n"
        "sales: {waiting: 0, free: 3, in: 5, avg_wait: 1m, offered: 90, answered: 80, abandoned: 10, over_limit: 2%}\n"
        "service: {sla: 80%}\n"
        '"@all": {waiting: 9}\n'
        "'0600': {wait: 1:00:01}\n"
    )
    assert state.queues == {
        "support": {
            "waiting": 7, "oldest_ms": 102_000, "sla": 715, "agents_free": 0, "agents_in": 6, "next_breach_ms": 40_000,
            "approx": 1,
        },
        "sales": {
            "waiting": 0, "agents_free": 3, "agents_in": 5, "avg_wait_ms": 60_000, "offered": 90, "answered": 80,
            "abandoned": 10, "over_limit": 20,
        },
        "0600": {"oldest_ms": 3_601_000},
    }  # fmt: skip
    assert state.groups == {"service": {"sla": 800}, "all": {"waiting": 9}}


def test_words_say_the_same() -> None:
    words = ["support: waiting 7, wait 1m42s, free 0/6", "service: sla=80%", "sales:"]
    file = "support: {waiting: 7, wait: 102s, free: 0, in: 6}\nservice: {sla: 80%}\nsales:\n"
    assert from_words(words, LIMITS) == read(file)


def test_a_later_word_about_a_queue_counts() -> None:
    both = merged([read("support: {waiting: 7}\nsales: {waiting: 1}"), from_words(["support: waiting 2"], LIMITS)])
    assert both.queues == {"support": {"waiting": 2}, "sales": {"waiting": 1}}


def test_every_mistake_is_told_at_its_line() -> None:
    errors = errors_of(
        "support: {waitng: 7, wait: 3:71, free: 7/6}\n"
        "sales:\n"
        "  waiting: 0\n"
        "  wait: 30s\n"
        "  free: 1/2\n"
        "  in: 2\n"
        "  abandoned: 5%\n"
        "other: {offered: 3, answered: 2, abandoned: 2}\n"
        '"@servce": {waiting: 1}\n'
    )
    assert errors[-1].endswith("; did you mean '@service'?")
    assert [error.partition("; did you mean")[0] for error in errors] == [
        "state.yaml:1:11: support.waitng: unknown key",
        "state.yaml:1:28: support.wait: '3:71', expected a duration like 90s, 6m or 1h30m, from 0s to 24h, or like "
        "1:42",
        "state.yaml:1:40: support.free: 7 of 6 agents are free, expected no more than are in",
        "state.yaml:4:9: sales.wait: nobody waits, as waiting is 0: leave wait out",
        "state.yaml:6:7: sales.in: given twice, as free tells it too: keep one",
        "state.yaml:7:14: sales.abandoned: '5%', expected a number of calls: the share is that of abandoned in offered",
        "state.yaml:8:18: other.offered: 3, expected at least the 4 answered and abandoned",
        "state.yaml:9:1: @servce: unknown key: thresholds.yaml has no such group",
    ]


@pytest.mark.parametrize("value", ["-1", "x", "1/", "/2", "1/2/3", "1.5", "1000000"])
def test_free_agents_are_whole_numbers(value: str) -> None:
    assert errors_of(f"support: {{free: {value}}}") == [
        f"state.yaml:1:17: support.free: '{value}', expected how many agents are free, like 2, or of how many, like 2/6"
    ]


def test_an_empty_file_says_what_belongs_into_it() -> None:
    assert errors_of("# nothing yet\n") == [
        "state.yaml:1:1: nothing in it, expected queues and their figures, like "
        "support: waiting 7, wait 1:42, sla 71%, free 0/6"
    ]
    (error,) = errors_of("- support")
    assert error.startswith("state.yaml:1:1: a list, expected a section")


def test_words_have_no_lines_and_name_their_option() -> None:
    with pytest.raises(ConfigError) as caught:
        from_words(["support waiting 7", "sales: wait soon", "sales: waiting 1", "x: waiting 1, waiting 2"], LIMITS)
    assert caught.value.errors == [
        "--queue: 'support waiting 7' names no queue, expected one like 'support: waiting 7, wait 1:42, sla 71%, free "
        "0/6'",
        "--queue: sales: given twice: keep one",
        "--queue: x.waiting: given twice: keep one",
        "--queue: sales.wait: 'soon', expected a duration like 90s, 6m or 1h30m, from 0s to 24h, or like 1:42",
    ]


# what follows from it


def test_a_group_is_summed_of_what_is_certain_and_of_nothing_else() -> None:
    state = read(
        "support: {waiting: 2, wait: 40s, sla: 90%, free: 1/2, offered: 10, answered: 8, abandoned: 2}\n"
        "sales: {waiting: 1, wait: 1:00, sla: 70%, free: 2/3, offered: 5, answered: 5}\n"
    )
    assert whole(state, LIMITS).groups["service"] == {
        "sla_target": 800, "waiting": 3, "oldest_ms": 60_000, "offered": 15, "answered": 13,
    }  # fmt: skip
    assert whole(read("support: {waiting: 2}"), LIMITS).groups["service"] == {"sla_target": 800}
    lacking = read("support: {waiting: 2}\nsales: {waiting: 1, wait: 1:00}")
    assert whole(lacking, LIMITS).groups["service"] == {"sla_target": 800, "waiting": 3}
    idle = read("support: {waiting: 0}\nsales: {waiting: 1, wait: 1:00}")
    assert whole(idle, LIMITS).groups["service"] == {"sla_target": 800, "waiting": 1, "oldest_ms": 60_000}
    given = read("support: {waiting: 2}\nsales: {waiting: 1}\nservice: {sla: 81%, waiting: 4}")
    assert whole(given, LIMITS).groups["service"] == {"sla_target": 800, "waiting": 4, "sla": 810}


def test_a_board_shows_what_is_given_in_the_order_of_thresholds() -> None:
    state = read("other: {waiting: 1}\nsales: {waiting: 1}\nsupport: {waiting: 1}")
    assert queues_of(state, LIMITS) == ("support", "sales", "other")
    assert shown(state, LIMITS) == ("support", "sales", "other", "@service")
    assert shown(read("sales: {waiting: 1}"), LIMITS) == ("sales",)
    assert shown(read("all: {waiting: 1}"), LIMITS) == ("@all",)


# from the wire


def line(topic: str, **values: object) -> str:
    return f"wallboard/main/{topic} " + json.dumps({"v": 1, "started": 1000, "ts": 5000, **values})


def test_snapshots_of_a_bridge_are_a_state_at_the_newest_of_them() -> None:
    text = "\n".join(
        [
            line("queue/support", waiting=7, oldest_ms=1000, next_breach_ms=1500, agents_in=3, label="old"),
            line("queue/gone", waiting=1),
            line("bridge/state", online=True),
            line("queue/a%2Fb", waiting=0, ts=7000, approx=1, aht_ms=3),
            line("queue/@service", sla=810),
            line("queue/@elsewhere", sla=810),
            "wallboard/main/queue/gone (null)",
        ]
    ).encode()
    assert is_wire(text) and not is_wire(b"support: {waiting: 1}")
    state = from_lines(text, "now.txt", LIMITS)
    assert state.queues == {
        "support": {"waiting": 7, "oldest_ms": 3000, "next_breach_ms": 0, "agents_in": 3},
        "a/b": {"waiting": 0, "approx": 1},
    }
    assert state.groups == {"service": {"sla": 810}}


def test_lines_that_are_no_snapshots_are_told_each() -> None:
    text = "\n".join([line("queue/a", waiting=-1), "wallboard/b/queue/a {}", '{"v": 1}', "wallboard/main/queue/c {"])
    with pytest.raises(ConfigError) as caught:
        from_lines(text.encode(), "now.txt", LIMITS)
    assert [error.partition(" expected")[0] for error in caught.value.errors] == [
        "now.txt:1:1: waiting: -1,",
        "now.txt:2:1: a second site, b:",
        "now.txt:3:1:",
        "now.txt:4:1: no JSON: Expecting property name enclosed in double quotes: line 1 c…",
    ]
    with pytest.raises(ConfigError, match=r"now.txt: no snapshot of a queue in it"):
        from_lines(b"wallboard/main/site {}", "now.txt", LIMITS)
