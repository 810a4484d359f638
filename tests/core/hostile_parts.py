"""Every part of a message replaced by each wrong value."""

from tests.core.hostile import MISSING, SMALL_HEAP, Hostile, message, paths, render

LONG = 300 if SMALL_HEAP else 3000
WRONG = (
    MISSING, "null", "true", "false", "0", "1", "-1", "2", "500", "86400000", "9007199254740992", "9007199254740993",
    "1" + "0" * 30, "-1" + "0" * 30, "9" * 500, "1.5", "1e3", "1e999", "NaN", "-Infinity", '""', '"x"', '"1"',
    '"' + "W" * 201 + '"', '"' + "x" * LONG + '"', '"\\ud800"', '"\\u001b[31m\\u202e"', "[]", "{}", "[[[[[]]]]]",
    '[{"a":{"b":[]}}]', "[" * 12 + "]" * 12, '"2026-11-2x"', '"identify"', '"mute"', '"restart"', "tru", '"',
)  # fmt: skip


def kind_of(text):
    """What a leaf or a container is in JSON."""
    if not isinstance(text, str):
        return "list" if isinstance(text, list) else "dict"
    first = text[:1]
    if first == '"':
        return "text"
    if text in ("true", "false"):
        return "bool"
    return {"[": "list", "{": "dict"}.get(first, "number")


def node_at(node, path):
    for part in path:
        node = node[part]
    return node


def spoil_all(topic):
    """Every part of a topic's message replaced by each wrong value, one at a time."""
    said = message(topic)
    rig = Hostile()
    rig.fires("before")
    for number, path in enumerate(paths(said)):
        was = node_at(said, path)
        for place, value in enumerate(WRONG):
            if SMALL_HEAP and (number + place) % 4:
                continue  # each value in some places, which takes seconds
            before = rig.board.problems
            rig.hear(topic, render(rig, said, path, value).encode())
            told = rig.board.problems - before
            assert told in (0, 1), (topic, path, value)
            must = value not in (MISSING, "null") and kind_of(value) != kind_of(was)
            if path == ("approx",) and value in ("0", "1"):
                must = False
            assert told or not must, (topic, path, value, "was taken")
        rig.fires((topic, path))
    return rig
