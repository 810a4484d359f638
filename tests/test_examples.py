"""The examples in config/: right with each of their commented-out settings in use, and complete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from config.yaml_file import parse
from host_bridge import thresholds
from host_bridge.thresholds.rule_metrics import METRICS
from tests.examples import KINDS, check, commented_out, example, in_use
from tests.test_json_schema import refused, validator
from tests.yaml_as_seen import VERSIONS, seen

# What must be in use too, or go, where a setting is put into use; and whether the broker must be one with TLS.
TOGETHER: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...], bool]] = {
    ("bridge", "pbx.password_env"): ((), ("pbx.password_file",), False),
    ("bridge", "pbx.type"): ((), ("pbx.host", "pbx.port", "pbx.username", "pbx.password_file"), False),
    ("bridge", "pbx.silent_after"): (
        ("pbx.type",),
        ("pbx.host", "pbx.port", "pbx.username", "pbx.password_file"),
        False,
    ),
    ("bridge", "mqtt.password_env"): ((), ("mqtt.password_file",), False),
    ("bridge", "mqtt.url"): ((), ("mqtt.username", "mqtt.password_file"), False),
    ("bridge", "mqtt.port"): (("mqtt.url",), ("mqtt.username", "mqtt.password_file"), False),
    ("board", "mqtt.password_env"): ((), ("mqtt.password_file",), False),
    **{(kind, "mqtt.ca_file"): ((), (), True) for kind in ("bridge", "board")},
    **{(kind, "mqtt.cert_file"): (("mqtt.key_file",), (), True) for kind in ("bridge", "board")},
    **{(kind, "mqtt.key_file"): (("mqtt.cert_file",), (), True) for kind in ("bridge", "board")},
}
TOGETHER["bridge", "wallboardctl#3"] = ((), (), True)
CASES = [(kind, name) for kind in KINDS for name in commented_out(kind)]


def text_with(kind: str, name: str) -> str:
    also, without, tls = TOGETHER.get((kind, name), ((), (), False))
    text = in_use(kind, name, *also, without=without)
    return text.replace("mqtt://192", "mqtts://192") if tls else text


def test_what_is_put_together_here_is_in_the_examples() -> None:
    assert set(TOGETHER) <= set(CASES)
    assert len(CASES) > 25


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_commented_line_is_right_when_it_is_put_to_use(kind: str, name: str) -> None:
    text = text_with(kind, name)
    assert text != example(kind)
    check(kind, text)
    for version in VERSIONS:
        assert refused(kind, text, version) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_that_there_is_stands_in_the_example(kind: str) -> None:
    used = set(used_keys("", seen(example(kind), "1.2")))
    for each, name in CASES:
        if each == kind:
            used |= set(used_keys("", seen(text_with(kind, name), "1.2")))
    known = set(known_keys(validator(kind).schema, "", validator(kind).schema))
    assert known - used == set()
    assert used - known <= {("hours", "sun-thu"), ("hours", "fri")}, "keys that the schema does not have"
    assert len(known) > 15


def test_what_stands_in_the_thresholds_is_what_holds_without_it() -> None:
    """As their head says: of the service level, the buzzer, blinking and the day's start."""
    shown = thresholds.build(parse(example("thresholds").encode(), "t"))
    bare = thresholds.build(parse(b"timezone: Asia/Jerusalem\n", "t"))
    assert shown.others.service_level == bare.others.service_level
    assert {name: shown.site[name] for name in bare.site} == bare.site
    assert shown.calendar == bare.calendar
    own_rules = parse(b"timezone: Asia/Jerusalem\ndefaults: {rules: {wait: {warn: 30s, critical: 60s}}}\n", "t")
    assert shown.others.rules[0] == thresholds.build(own_rules).others.rules[0]


def test_what_is_commented_out_is_meant_for_use() -> None:
    """A line that an editor's own command takes the mark from: `# ` where the key belongs."""
    for kind in KINDS:
        for line in example(kind).splitlines():
            assert not line.startswith(" #") or line.startswith("  "), line
            assert "\t" not in line
            assert len(line) <= 125


def below(name: str, key: str) -> str:
    """A name for what stands below a key: rules of one metric are like those of any other."""
    if name in ("queues", "groups", "night"):
        return f"{name}.*"
    return "rules.*" if name == "rules" else key


def used_keys(name: str, data: Any) -> Iterator[tuple[str, str]]:
    """(section, key) of all that a file has; not the metrics of conditions, which `rules` has."""
    for key, value in data.items() if isinstance(data, dict) else ():
        if name not in ("queues", "groups", "night", "rules") or (name == "rules" and key in METRICS):
            yield name, key
        if key not in ("all", "clear", "when") or name == "groups":
            yield from used_keys(below(name, key), value)


def known_keys(schema: Any, name: str, root: Any) -> Iterator[tuple[str, str]]:
    """(section, key) of all that the schema has."""
    if "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    branches = [schema[part] for part in ("then", "else") if part in schema]
    for each in (*branches, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from known_keys(each, name, root)
    for key, value in schema.get("properties", {}).items():
        if (
            name == "hours"
            and "spans" not in str(value)
            and key[:3] in ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
        ):
            continue
        if name not in ("queues", "groups", "night"):
            yield name, key
        if isinstance(value, dict) and (key not in ("all", "clear", "when") or name == "groups"):
            yield from known_keys(value, below(name, key), root)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from known_keys(schema["additionalProperties"], f"{name}.*", root)
