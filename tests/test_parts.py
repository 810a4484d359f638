"""The list of parts against the plan it is for, and slips in its file."""

from __future__ import annotations

from importlib.resources import files

import pytest

from config.yaml_file import ConfigError
from hw.parts import Build, Part, count, page, parts, parts_of, rating


def of(build: str, part: str) -> tuple[int, str]:
    known = parts()
    which: tuple[Part, Build] = (known.parts[part], known.builds[build])
    return count(*which), rating(*which)


@pytest.mark.parametrize(
    ("build", "part", "number", "rated"),
    [
        ("desk", "supply", 1, "5 A"),
        ("hall", "supply", 1, "20 A"),
        ("large-192", "supply", 1, "30 A"),
        ("large-256", "supply", 1, "40 A"),
        ("desk", "fuse", 1, "5 A"),
        ("large-256", "fuse", 4, "10 A"),
        ("hall", "lead_cable", 2, "0.5 m, 1.5 mm² or AWG 16"),
        ("large-256", "lead_cable", 4, "1 m, 2.5 mm² or AWG 12"),
        ("desk", "computer_supply", 1, "2.5 A"),
        ("hall", "computer_supply", 1, "3 A"),
        ("large-192", "ribbon", 3, ""),
        ("hall", "buzzer", 1, ""),
    ],
)
def test_quantities_and_ratings(build: str, part: str, number: int, rated: str) -> None:
    assert of(build, part) == (number, rated)


def test_a_lead_of_every_build_can_be_had() -> None:
    for build in parts().builds.values():
        cable = build.plan.cable_mm2(build.lead_m)
        assert cable is not None and cable.size <= 2.5, "a technician crimps no more"


def test_every_part_is_described() -> None:
    text = page()
    for part in parts().parts.values():
        assert f"### {part.name}\n" in text
        assert part.what[1:] in text.replace("\n", " ")
    assert text.count("**Avoid**") == sum(1 for part in parts().parts.values() if part.avoid)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("count: modules", "count: modul", "parts.module.count: 'modul', expected"),
        ("rating: supply", "rating: suply", "parts.supply.rating: 'suply', expected one of"),
        ("lead: 0.5", "lead: half", "builds.desk.lead: 'half', expected metres from 0.1 to 20"),
        ("pi: zero2", "pi: zero", "builds.desk.pi: 'zero', expected one of: zero2"),
        ("    name: LED module\n", "", "parts.module.name: missing"),
    ],
)
def test_a_slip_in_the_file_names_its_line(old: str, new: str, told: str) -> None:
    text = files("hw").joinpath("parts.yaml").read_text("utf-8")
    assert old in text, "the test's own text is no longer in the file"
    with pytest.raises(ConfigError) as caught:
        parts_of(text.replace(old, new, 1).encode(), "parts.yaml")
    (line,) = [error for error in caught.value.errors if told in error]
    assert line.startswith("parts.yaml:")
