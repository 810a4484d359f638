"""The JSON Schema of the settings files, by a reader that is not ours; and the examples, which editors open first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import holidays
import jsonschema
import pytest

from config.yaml_file import ConfigError
from host_bridge.calendar import days_off
from host_bridge.ctl import program as ctl
from host_bridge.ctl import schema
from tests.examples import FOLDER, KINDS, check, example
from tests.yaml_as_seen import VERSIONS, seen


@cache
def validator(kind: str) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads((FOLDER / f"{kind}.schema.json").read_text("utf-8")))


def refused(kind: str, text: str, version: str = "1.2") -> list[str]:
    """What the schema has against a file, by the path of each."""
    errors = validator(kind).iter_errors(seen(text, version))
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_in_the_repository_is_what_the_definitions_make(kind: str) -> None:
    assert (FOLDER / f"{kind}.schema.json").read_text("utf-8") == schema.text(kind), "run `make schema`"


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema(kind: str) -> None:
    jsonschema.Draft7Validator.check_schema(validator(kind).schema)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_are_right(kind: str, version: str) -> None:
    text = example(kind)
    assert text.startswith(f"# yaml-language-server: $schema={kind}.schema.json\n")
    assert refused(kind, text, version) == []


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ctl.main(["schema", "board"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "board.yaml"
    assert ctl.main(["schema", "--out", str(tmp_path / "new")]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [str(tmp_path / "new" / f"{kind}.schema.json") for kind in KINDS]
    assert said.err == f"wallboardctl schema: made the folder {tmp_path / 'new'}\n"
    assert ctl.main(["schema", "--out", str(tmp_path / "new")]) == 0
    assert capsys.readouterr().err == ""
    assert ctl.main(["schema", "--out", str(tmp_path / "no" / "x")]) == 1
    assert f"there is no folder {tmp_path / 'no'}; --out names one" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()
    for kind in KINDS:
        assert (tmp_path / "new" / f"{kind}.schema.json").read_text("utf-8") == schema.text(kind)
    with pytest.raises(SystemExit) as wrong:
        ctl.main(["schema"])
    assert wrong.value.code == 2
    assert "which one: thresholds, bridge, board? With --out DIR, all of them" in capsys.readouterr().err
    assert ctl.main(["schema", "--out", str(tmp_path / "new" / "board.schema.json")]) == 1
    assert "cannot be written" in capsys.readouterr().err


BASE = {
    "thresholds": "timezone: Asia/Jerusalem\n",
    "bridge": "site: s\nthresholds: t\nmqtt: {url: mqtt://h}\npbx: {host: p, username: u, password_file: f}\n",
    "board": "site: s\nboard: b\nmqtt: {url: mqtt://h}\npanel: {driver: emulator, rows: 64, cols: 64}\n",
}


def over(kind: str, change: str) -> str:
    """A right file of this kind whose sections are replaced by those of `change`."""
    changed = {line.split(":")[0] for line in change.splitlines() if not line.startswith(" ")}
    kept = [line for line in BASE[kind].splitlines() if line.split(":")[0] not in changed]
    return "\n".join([*kept, change]) + "\n"


RIGHT = {
    "thresholds": """\
defaults: {service_level: {answer_within: 1 m 30 s, target: 92.5%, window: 1h30m, count_exits: Yes, min_calls: "007"}}
queues: {0600: {label: 007}, on: {rules: {sla: OFF, mine: {all: {waiting: 1}, severity: warn}}}}
queues:
defaults: ""
defaults: {rules: , service_level: ~}
groups: {all: , x: {queues: [600, 0600]}}
groups: {all: {label: yes}}
hours: {SUN–Thu: "08:00-12:00, 13:00-24:00", fri: 22:00-06:00, holidays: NO, closed: [2028-02-29]}
hours: {sat: 0:00-24:00, holidays: DE-Augsburg, eves: "8:00 – 13:00"}
day_start: 8:30
day_start: 00:00
wait_limit: {limit: 360s, offer_at: 3000ms}
buzzer: {longest: 100ms, repeat: 1h}
blink: {warn: 0.1HZ, critical: 3.000hz}
queues: {a: {rules: {next_breach: {all: {waiting: 5}, severity: warn}}}}""",
    "bridge": """\
site: 7
mqtt: {url: "MQTTS://[::1]:8883/", ca_file: x}
mqtt: {url: embedded, port: "1883"}
pbx: {type: queue_log, queue_log: q, tls: no, silent_after: 24h}
pbx: {host: 10, username: on, password_env: YES, tls: {ca_file: 1}}
pbx: {host: p, username: u, password_file: f, tls: off, queues: [0600, yes]}""",
    "board": """\
panel: {driver: image, rows: 16, cols: 32, chain: 4, parallel: 2, path: 1, night: {"22:00–6:00": off, 6:00-7:00: "30"}}
panel: {driver: emulator, rows: "64", cols: 64, chain: "3"}
buzzer: {gpio: "19"}
queues: [600, 0600]
pages: [clock]""",
}
WRONG = {
    "thresholds": """\
timezone:
timezone: [UTC]
defaults: yes
defaults: {service_level: {target: 101%}}
defaults: {service_level: {target: 0%}}
defaults: {service_level: {target: 80}}
defaults: {service_level: {target: 80.25%}}
defaults: {service_level: {answer_within: 20}}
defaults: {service_level: {answer_within: 1500ms}}
defaults: {service_level: {answer_within: 61m}}
defaults: {service_level: {window: 30s}}
defaults: {service_level: {window: yesterday}}
defaults: {service_level: {formula: asterisk}}
defaults: {service_level: {count_exits: 1}}
defaults: {service_level: {min_calls: ten}}
defaults: {service_level: {min_calls: 0}}
defaults: {rules: {wait: 60s}}
defaults: {rules: {wait: {}}}
defaults: {rules: {wait: {for: 5s}}}
defaults: {rules: {wait: {warn: 60}}}
defaults: {rules: {wait: on}}
defaults: {rules: {waiting: {warn: 0}}}
defaults: {rules: {wiat: {warn: 60s}}}
defaults: {rules: {mine: {all: {}, severity: warn}}}
defaults: {rules: {mine: {all: {waiting: 3}}}}
defaults: {rules: {mine: {all: {waiting: 3}, severity: high}}}
defaults: {rules: {mine: {all: {waiting: 3}, severity: warn, clear: {wait: 3s}}}}
defaults: {rules: {next_breach: {warn: 90s}}}
queues: [support]
queues: {"": {}}
queues: {a: {labl: x}}
queues: {a: {label: }}
queues: {a: {label: [x]}}
queues: {a: {hours: }}
groups: {x: {label: y}}
groups: {x: }
groups: {x: {queues: []}}
groups: {x: {queues: [a, a]}}
groups: {all: {queues: [a]}}
hours: {}
hours: 08:00-18:00
hours: {holidays: IL}
hours: {sunday: 08:00-18:00}
hours: {sun: 08:00}
hours: {sun: 08:00-25:00}
hours: {sun: [08:00-18:00]}
hours: {sun-thu: 08:00-18:00, thu: 08:00-13:00}
hours: {sun: 08:00-18:00, eves: 08:00-13:00}
hours: {sun: 08:00-18:00, holidays: Israel}
hours: {sun: 08:00-18:00, closed: [12/09/2026]}
hours: {sun: 08:00-18:00, closed: [2026-09-31]}
day_start: 24:00
day_start: 8
wait_limit: {offer_at: 3m}
wait_limit: 6m
quiet: [12:30-13:00]
quiet: {every: 12:30-13:00}
buzzer: {warn: beep}
buzzer: {longest: 2h}
blink: {warn: 3.5hz}
blink: {warn: 0.05hz}
blink: {warn: 1}
qeues: {}""",
    "bridge": """\
site: a/b
site:
site: {}
mqtt: {url: "http://h"}
mqtt: {url: "mqtt://user:secret@h"}
mqtt: {url: "mqtt://h:70000"}
mqtt: {url: "mqtt://h/topic"}
mqtt: {url: "mqtt://h", password: x}
mqtt: {url: "mqtt://h", password_file: x}
mqtt: {url: "mqtt://h", username: u, password_file: x, password_env: Y}
mqtt: {url: "mqtt://h", ca_file: x}
mqtt: {url: "mqtts://h", cert_file: x}
mqtt: {url: "mqtt://h", port: 1883}
mqtt: {url: embedded, username: u}
pbx: {host: p, username: u}
pbx: {host: p, password_file: f}
pbx: {username: u, password_file: f}
pbx: {host: "a b", username: u, password_file: f}
pbx: {host: p, username: u, password_file: f, port: 0}
pbx: {host: p, username: u, password_file: f, port: 65536}
pbx: {host: p, username: u, password_file: f, tls: maybe}
pbx: {host: p, username: u, password_file: f, tls: {cert_file: x}}
pbx: {host: p, username: u, password_file: f, silent_after: 5m}
pbx: {host: p, username: u, password_file: f, queues: []}
pbx: {type: queue_log}
pbx: {type: queue_log, queue_log: q, host: p}
pbx: {type: freepbx, host: p, username: u, password_file: f}
keep_days: 35
jurnal: x""",
    "board": """\
panel: {driver: emulator, rows: 63, cols: 64}
panel: {driver: emulator, rows: 64, cols: 63}
panel: {driver: emulator, rows: 64, cols: 64, chain: 5}
panel: {driver: emulator, rows: 64, cols: 64, parallel: 2}
panel: {driver: emulator, rows: 64, cols: 64, hardware_mapping: classic}
panel: {driver: emulator, rows: 32, cols: 64, parallel: 2, hardware_mapping: adafruit-hat}
panel: {driver: led, rows: 64, cols: 64}
panel: {driver: image, rows: 64, cols: 64}
panel: {driver: emulator, cols: 64}
panel: {driver: emulator, rows: 64, cols: 64, brightness: 60%}
panel: {driver: emulator, rows: 64, cols: 64, night: {"22:00": 30}}
panel: {driver: emulator, rows: 64, cols: 64, night: {"22:00-06:00": dark}}
panel: {driver: emulator, rows: 64, cols: 64, night: {"22:00-06:00": 0}}
mqtt: {url: embedded}
buzzer: 19
buzzer: {gpio: 18}
button: {gpio: 40}
buzzer:
queues: [a, a]
pages: [queue]
panel: {driver: emulator, rows: 64, cols: 64, bright: 60}
buzer: {gpio: 19}""",
}


def listed(files: dict[str, str]) -> list[tuple[str, str]]:
    return [(kind, change) for kind, changes in files.items() for change in changes.split("\n")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plain_file_is_right(kind: str) -> None:
    check(kind, BASE[kind])
    assert refused(kind, BASE[kind]) == []


@pytest.mark.parametrize(("kind", "change"), listed(RIGHT))
def test_right_ones_in_odd_spellings(kind: str, change: str) -> None:
    check(kind, over(kind, change))
    for version in VERSIONS:
        assert refused(kind, over(kind, change), version) == []


@pytest.mark.parametrize(("kind", "change"), listed(WRONG))
def test_wrong_ones_are_refused_by_both(kind: str, change: str) -> None:
    with pytest.raises(ConfigError):
        check(kind, over(kind, change))
    assert refused(kind, over(kind, change)) != []


def test_every_country_that_there_is_has_the_shape_of_one() -> None:
    known = holidays.list_supported_countries(include_aliases=False)
    names = [*known, *(f"{code}-{part}" for code, parts in known.items() for part in parts)]
    assert len(names) > 500
    assert [name for name in names if not re.fullmatch(days_off.COUNTRY, name)] == []


def every(part: Any, key: str) -> Iterator[Any]:
    """All values of a keyword, wherever it stands."""
    if isinstance(part, dict):
        if key in part:
            yield part[key]
        part = list(part.values())
    for each in part if isinstance(part, list) else ():
        yield from every(each, key)


@pytest.mark.parametrize("kind", KINDS)
def test_editors_can_use_it(kind: str) -> None:
    """What a plain reader of schemas does not mind, and yaml-language-server does."""
    made = validator(kind).schema
    assert all(every(made, "enum")), "an enum of nothing: the whole schema would be refused"
    for pattern in every(made, "pattern"):
        re.compile(pattern)
        assert re.findall(r"\\[^su.+*?()\[\]{}|^$/\\]", pattern) == [], "an escape that JavaScript refuses"
    for name, described in walked(made):
        assert described.get("description", "").endswith((".", "…")), f"{name} has no description"
        offered = described.keys() & {"default", "examples", "enum", "properties", "items", "$ref", "defaultSnippets"}
        assert offered or described.get("type"), f"{name} is offered without a colon"


def walked(schema: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The settings of a schema by name: not what is said of them a second time, under conditions."""
    for key, inner in schema.get("properties", {}).items():
        if isinstance(inner, dict):
            yield f"{name}.{key}", inner
            yield from walked(inner, f"{name}.{key}")
    for key in ("additionalProperties", "items"):
        if isinstance(schema.get(key), dict):
            yield from walked(schema[key], f"{name}.*")
    for key, inner in schema.get("definitions", {}).items():
        yield from walked(inner, key)
