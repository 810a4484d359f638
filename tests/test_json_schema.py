"""The JSON Schema of the settings files, by a reader that is not ours; and the examples, which editors open first."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from host_bridge.ctl import program as ctl
from host_bridge.ctl import schema
from tests.examples import FOLDER, KINDS, example
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
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "new" / f"{kind}.schema.json") for kind in KINDS]
    for kind in KINDS:
        assert (tmp_path / "new" / f"{kind}.schema.json").read_text("utf-8") == schema.text(kind)
    with pytest.raises(SystemExit) as wrong:
        ctl.main(["schema"])
    assert wrong.value.code == 2
    assert "which one: thresholds, bridge, board? With --out DIR, all of them" in capsys.readouterr().err
    assert ctl.main(["schema", "--out", str(tmp_path / "new" / "board.schema.json")]) == 1
    assert "cannot be written" in capsys.readouterr().err
