"""Settings files made from the definitions that check them, in all the spellings that people may use: for hypothesis.

A file is made as a tree of dict, list and Scalar and written as YAML; `written()` puts plain what can stand plain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import yaml
from hypothesis import strategies as st

from config.connect import BrokerUrl, Host
from config.described import Parsed
from firmware.core.check import (
    Bool,
    Duration,
    Either,
    Frequency,
    Int,
    Kind,
    ListOf,
    MapOf,
    OneOf,
    Record,
    Share,
    Text,
    read,
)
from firmware.core.units import UNITS, scaled
from firmware.pi import settings_night
from firmware.pi.panel_schema import Panel
from host_bridge.calendar import calendar, days_off
from host_bridge.calendar.calendar import DAYS
from host_bridge.thresholds import rule_kinds, rule_metrics
from host_bridge.thresholds.hours_kind import Hours
from host_bridge.thresholds.rule_metrics import METRICS
from host_bridge.thresholds.service_level_kind import WholeSeconds

Strategy = st.SearchStrategy[Any]


class Scalar(NamedTuple):
    """A scalar's text, and whether it is written in quotes in any case."""

    text: str
    quoted: bool = False


def written(tree: Any) -> str:
    """A tree as YAML in the flow style."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{written(key)}: {written(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(written, tree)) + "]"
    if not tree.quoted and (tree.text == "" or _can_stand_plain(tree.text)):
        return str(tree.text)
    return '"' + tree.text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _can_stand_plain(text: str) -> bool:
    try:
        node = yaml.compose(f"{{{text}: {text}}}", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return False
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return False
    return all(isinstance(each, yaml.ScalarNode) and each.value == text and not each.style for each in node.value[0])


def scalars(texts: Strategy) -> Strategy:
    """Scalars of these texts, in quotes or not."""
    return st.builds(Scalar, texts, st.booleans())


# Texts that YAML takes for something else, and others that are hard.
ODD = ["0600", "007", "on", "Yes", "no", "true", "1:30", "2026-09-12", "1e3", ".5", "0x1F", "-1", "1_000", ".inf", "<<",
       "=", "תמיכה טכנית", "a: b", "{a}", "'", "# x", "😀", "null and void", "600"]  # fmt: skip
_text = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


def whole(lo: int, hi: int) -> st.SearchStrategy[int]:
    return st.integers(lo, min(hi, 10**15)) | st.sampled_from([lo, min(hi, 10**15)])


def _number(text: str, zeros: int, blank: str) -> Scalar:
    """Leading zeros and blanks only in quotes: a plain 010 is 8 in YAML 1.1."""
    odd = zeros > 0 or blank != ""
    return Scalar(blank + "0" * zeros + text, quoted=odd)


def _numbers(texts: Strategy) -> Strategy:
    return st.builds(_number, texts, st.sampled_from([0, 0, 0, 2]), st.sampled_from(["", "", " "]))


def _cased(words: tuple[str, ...]) -> Strategy:
    return scalars(st.sampled_from([each for word in words for each in (word, word.upper(), word.title())]))


def _duration(kind: Duration) -> Strategy:
    step = 1000 if isinstance(kind, WholeSeconds) else 1

    @st.composite
    def one(draw: st.DrawFn) -> str:
        left = draw(whole(-(-kind.lo // step), kind.hi // step)) * step
        units = [draw(st.booleans()) for _ in UNITS[:-1]] + [True]
        gap = draw(st.sampled_from(["", "", " "]))
        parts = []
        for (name, size), used in zip(UNITS, units, strict=True):
            if used and (left >= size or (name == "ms" and not parts)):
                parts.append(f"{left // size}{gap}{draw(st.sampled_from([name, name.upper()]))}")
                left %= size
        return gap.join(parts)

    return scalars(one())


def _either(kind: Either) -> Strategy:
    return st.one_of([of(each) for each in kind.kinds])


@st.composite
def _record(draw: st.DrawFn, kind: Record) -> Any:
    often = draw(st.sampled_from([1, 3, 6]))  # of 7
    wanted = [field for field in kind.fields if field.required or draw(st.integers(1, 7)) <= often]
    if not wanted and draw(st.booleans()):
        return Scalar("", draw(st.booleans()))
    return {Scalar(field.name): draw(of(field.kind)) for field in wanted}


@st.composite
def _panel(draw: st.DrawFn, kind: Record) -> Any:
    """Its size is one of few; all else is as in any record."""
    made = draw(_record(kind))
    mapper = next((value.text for key, value in made.items() if key.text == "pixel_mapper"), "")
    sizes = [(64, 64, 2, 1), (32, 64, 1, 1), (32, 64, 2, 2), (32, 128, 2, 2)]
    if mapper.startswith("U"):
        sizes = [(32, 64, 4, 1), (16, 64, 2, 1), (16, 32, 4, 2), (8, 64, 4, 2)]
    elif mapper.startswith("V"):
        sizes = [(32, 64, 2, 1), (32, 64, 1, 2), (16, 128, 4, 1), (8, 64, 8, 3)]
    rows, cols, chain, parallel = draw(st.sampled_from(sizes))
    for name, number in {"rows": rows, "cols": cols, "chain": chain, "parallel": parallel}.items():
        made[Scalar(name)] = draw(_numbers(st.just(str(number))))
    return made


def repaired(tree: Any, paths: list[str]) -> None:
    """Take out what stands at these paths, in the tree itself."""
    for path in paths:
        _take_out(tree, path)


def _take_out(tree: Any, path: str) -> None:
    for key in list(tree) if isinstance(tree, dict) else ():
        name = key.text
        if path == name or path.startswith(name + "["):
            del tree[key]
        elif path.startswith(name + "."):
            _take_out(tree[key], path[len(name) + 1 :])


def _map(kind: MapOf) -> Strategy:
    keys = of(kind.key) if kind.key else scalars(_text)
    return st.dictionaries(keys, of(kind.item), max_size=3)


def _clock(hi: int = 1439) -> Strategy:
    return st.builds(
        lambda m, wide: f"{m // 60:02}:{m % 60:02}" if wide else f"{m // 60}:{m % 60:02}", whole(0, hi), st.booleans()
    )


def _spans() -> Strategy:
    one = st.builds(lambda a, dash, b: f"{a}{dash}{b}", _clock(), st.sampled_from(["-", "–", " - "]), _clock(1440))
    return scalars(st.lists(one, min_size=1, max_size=3).map(", ".join))


_PARSED: dict[Callable[[str], Any], Strategy] = {
    calendar.spans: _spans(),
    calendar.zone: scalars(st.sampled_from(["Asia/Jerusalem", "UTC", "Etc/GMT+5", "America/Port-au-Prince"])),
    calendar.day_start: scalars(_clock()),
    days_off.country: scalars(st.sampled_from(["IL", "NO", "DE-BY", "US-NY", "DE-Augsburg", "GB-ENG"])),
    days_off.date: scalars(st.dates().map(str)),
}


@st.composite
def _hours(draw: st.DrawFn) -> Any:
    made: dict[Scalar, Any] = {}
    day = draw(st.integers(0, 6))
    end = draw(st.integers(day, 6))
    dash = draw(st.sampled_from(["-", "–"]))
    name = DAYS[day] if day == end else DAYS[day] + dash + DAYS[end]
    made[Scalar(draw(st.sampled_from([name, name.upper(), name.title()])))] = draw(_spans())
    off = Hours._DAYS_OFF
    for field in off.fields:
        if draw(st.booleans()):
            made[Scalar(field.name)] = draw(of(field.kind))
    return made


@st.composite
def _conditions(draw: st.DrawFn) -> Any:
    names = draw(st.lists(st.sampled_from(list(METRICS)), min_size=1, max_size=3, unique=True))
    return {Scalar(name): draw(of(METRICS[name].kind)) for name in names}


@st.composite
def _rules(draw: st.DrawFn) -> Any:
    made: dict[Scalar, Any] = {}
    for name in draw(st.lists(st.sampled_from(list(METRICS)), max_size=3, unique=True)):
        form = draw(st.sampled_from(["off", "levels", "levels", "own"]))
        kind = rule_metrics.LEVELS[name] if form == "levels" else rule_metrics.OWN
        made[Scalar(name)] = draw(_cased(rule_kinds.OFF) if form == "off" else _record(kind))
    if draw(st.booleans()):
        made[draw(scalars(_text))] = draw(_record(rule_metrics.OWN))
    return made


_HOSTS = scalars(st.sampled_from(["pbx.example", "192.0.2.10", "10", "::1", "ctl-1", "מרכזיה.example"]))
_URLS = scalars(
    st.sampled_from(["mqtt://h", "mqtts://h", "MQTTS://h:8883", "mqtt://[::1]:1883/", "mqtt://192.0.2.1:", "embedded", "mqtt://h:65535"])
)  # fmt: skip


def of(kind: Kind) -> Strategy:
    """Trees that `kind` may take; some are refused for what contradicts itself."""
    for base in type(kind).__mro__:
        if base in _KINDS:
            return _KINDS[base](kind)
    raise TypeError(type(kind).__name__)


_KINDS: dict[type, Callable[[Any], Strategy]] = {
    Bool: lambda kind: _cased(("yes", "no", "true", "false", "on", "off")),
    BrokerUrl: lambda kind: _URLS,
    Duration: _duration,
    Either: _either,
    Frequency: lambda kind: _numbers(whole(kind.lo, kind.hi).map(lambda n: scaled(n, 1000) + "hz")),
    Host: lambda kind: _HOSTS,
    Int: lambda kind: _numbers(whole(kind.lo, kind.hi).map(str)),
    ListOf: lambda kind: st.lists(of(kind.item), min_size=kind.least, max_size=min(kind.most, kind.least + 2)),
    MapOf: _map,
    OneOf: lambda kind: scalars(st.sampled_from(kind.choices)),
    Parsed: lambda kind: _PARSED[kind._parse],
    Panel: _panel,
    Record: _record,
    Share: lambda kind: _numbers(whole(kind.lo, kind.hi).map(lambda n: scaled(n, 10) + "%")),
    Text: lambda kind: scalars(_text.filter(lambda text: not read(kind, text)[1])),
    rule_metrics.Conditions: lambda kind: _conditions(),
    rule_kinds.Rules: lambda kind: _rules(),
    settings_night._Light: lambda kind: scalars(st.just("off")) | _numbers(whole(1, 100).map(str)),
    settings_night._SpanKind: lambda kind: scalars(st.builds(lambda a, b: f"{a}-{b}", _clock(), _clock(1440))),
    Hours: lambda kind: _hours(),
}
