"""The examples in config/, as they stand and with each of their commented-out settings in use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import config
from config.yaml_file import parse
from firmware.pi import settings as board_settings
from host_bridge import settings as bridge_settings
from host_bridge import thresholds

FOLDER = Path(config.__file__).parent
KINDS = ("thresholds", "bridge", "board")
_SETTING = re.compile(r"( *)(# )?([a-z_]+):")


class Line(NamedTuple):
    """A setting: its section's name ("" at the top), its key, how deep, whether it is commented out.

    What is commented out twice, as one of several ways, is `key#2` the second time.
    """

    section: str
    key: str
    indent: int
    idle: bool


def example(kind: str) -> str:
    """The text of an example."""
    return (FOLDER / f"{kind}.example.yaml").read_text("utf-8")


def in_use(kind: str, *wanted: str, without: tuple[str, ...] = ()) -> str:
    """The example with these commented-out settings (`mqtt.url`, `hours`) in use, in place of live ones of that name,
    and without some live ones."""
    lines = example(kind).split("\n")
    settings = list(_settings(lines))
    kept = []
    missing = {*wanted, *without}
    dropped_to = -1  # the indent of a section that is dropped, whose own lines go with it
    for line, setting in zip(lines, settings, strict=True):
        name = "" if setting is None else ".".join(part for part in (setting.section, setting.key) if part)
        if setting is not None and not setting.idle:
            if dropped_to >= 0 and setting.indent > dropped_to:
                continue
            dropped_to = -1
            if name in (*wanted, *without):
                dropped_to = setting.indent
                missing -= {name} & {*without}
                continue
        if setting is not None and setting.idle and name in wanted:
            missing.discard(name)
            line = line.replace("# ", "", 1)
        kept.append(line)
    assert not missing, f"not in the example: {missing}"
    return "\n".join(kept)


def check(kind: str, text: str) -> None:
    """What `wallboardctl check` does with a file of this text. Raises ConfigError."""
    file = parse(text.encode(), f"{kind}.yaml")
    if kind == "thresholds":
        thresholds.build(file)
    else:
        {"bridge": bridge_settings, "board": board_settings}[kind].build(file, Path(), secrets=False)


def commented_out(kind: str) -> list[str]:
    """The names of the settings that are commented out."""
    found = [each for each in _settings(example(kind).split("\n")) if each is not None and each.idle]
    return [".".join(part for part in (each.section, each.key) if part) for each in found]


def _settings(lines: list[str]) -> Iterator[Line | None]:
    """For each line, the setting that begins in it."""
    sections: list[tuple[int, str]] = []
    times: Counter[tuple[str, str]] = Counter()
    for line in lines:
        match = _SETTING.match(line)
        if match is None:
            yield None
            continue
        indent = len(match[1])
        while sections and sections[-1][0] >= indent:
            sections.pop()
        section, key = sections[-1][1] if sections else "", match[3]
        if match[2]:
            times[section, key] += 1
            key += f"#{times[section, key]}" if times[section, key] > 1 else ""
        yield Line(section, key, indent, bool(match[2]))
        if not match[2]:
            sections.append((indent, match[3]))
