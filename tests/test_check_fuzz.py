"""Settings files as typed by a tired hand: examples with characters lost, lines swapped and values mixed up.

Whatever comes of it, the check neither breaks nor dawdles: it finds nothing, or mistakes that stand in the file.
"""

from __future__ import annotations

import random
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import config
from config.mistakes import Mistake
from config.yaml_file import ConfigError, parse
from host_bridge.ctl.checks import labels as check_labels
from host_bridge.ctl.checks import site as check_site
from host_bridge.ctl.checks.files import KINDS
from host_bridge.thresholds.odd import odd

EXAMPLES = {
    kind: (Path(config.__file__).parent / f"{kind}.example.yaml").read_text("utf-8").splitlines() for kind in KINDS
}
BITS = [
    *":-[]{}&*!|>%@#'\"=,~ \t",
    "״",
    "“",
    "\u200f",
    "off",
    "null",
    "-1",
    "99999999999999999999",
    "9h",
    "200%",
    "all",
]
MOST_S = 2.0  # of one file, on a machine that is busy; a tenth of a second is usual


def mistakes(data: bytes, kind: str) -> list[Mistake]:
    """What `wallboardctl check` finds in a file of these bytes."""
    try:
        file = parse(data, "f.yaml")
        built = KINDS[kind].build(file, Path("/nowhere"), False)
    except ConfigError as error:
        assert error.mistakes
        return error.mistakes
    if kind == "thresholds":
        found = [*odd(file, built), *check_labels.odd_labels(file, built)]
        return file.warnings([*found, *check_site.odd_in_thresholds(file, built, None, frozenset(["support"]))])
    return file.warnings(check_site.odd_url(file, 1883))


def breaks_a_line(char: str) -> bool:
    """Or puts it into another order; characters without a glyph do neither."""
    bidi = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(char) in bidi


def judge(data: bytes, kind: str) -> None:
    begun = time.perf_counter()
    found = mistakes(data, kind)
    assert time.perf_counter() - begun < MOST_S
    lines = data.count(b"\n") + 1
    for mistake in found:
        text = str(mistake)
        assert not any(map(breaks_a_line, text)), ascii(text)
        assert mistake.message, text
        assert mistake.place is None or (1 <= mistake.place.line <= lines and mistake.place.column >= 1), text


def typed_badly(kind: str, chance: random.Random, edits: int) -> bytes:
    """An example with some slips of the finger."""
    lines = list(EXAMPLES[kind])
    for _ in range(edits):
        at = chance.randrange(len(lines))
        line = lines[at]
        column = chance.randrange(len(line) + 1)
        slip = chance.randrange(8)
        if slip == 0:
            lines[at] = line[:column] + line[column + 1 :]
        elif slip == 1:
            lines[at] = line[:column] + chance.choice(BITS) + line[column:]
        elif slip == 2:
            lines.insert(at, line)
        elif slip == 3:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], line
        elif slip == 4:
            lines[at] = " " * chance.randrange(4) + line
        elif slip == 5:
            lines[at] = line.removeprefix("# ") if line.startswith("# ") else f"# {line}"
        elif slip == 6:
            key, colon, _ = line.partition(":")
            lines[at] = f"{key}{colon} {chance.choice(BITS)}"
        else:
            words = line.split(" ")
            words[chance.randrange(len(words))] = chance.choice(chance.choice(lines).split(" "))
            lines[at] = " ".join(words)
    return "\n".join(lines).encode("utf-8", "replace") + b"\n"


@pytest.mark.parametrize("kind", KINDS)
def test_slips_of_the_finger(kind: str) -> None:
    for seed in range(150):
        data = typed_badly(kind, random.Random(seed), 1 + seed % 5)
        try:
            judge(data, kind)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=300))
def test_noise(kind: str, data: bytes) -> None:
    judge(data, kind)


_LEAF = st.sampled_from(
    ["", "off", "yes", "30s", "80%", "3", "support", "08:00-18:00", "IL", "mqtt://h", "x" * 200, "-"]
)
_KEYS = sorted(
    {field.name for kind in KINDS.values() for field in kind.schema.fields} | {"wait", "gpio", "url", "rows"}
)
_KEYS += ["rules", "label", "all", "when", "clear", "warn", "critical", "severity", "for", "sun-thu", "type", "host"]


def written(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(written, value)) + "]" if isinstance(value, list) else f'"{value}"'


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(KINDS)),
    st.recursive(
        _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5)
    ),
)
def test_right_keys_with_anything_in_them(kind: str, value: object) -> None:
    judge(written(value).encode(), kind)
