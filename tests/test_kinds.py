"""A settings file of another kind, where a certain one belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.kinds import OWN_KEYS
from config.yaml_file import ConfigError
from firmware.pi import settings as board
from firmware.pi import settings_schema as board_schema
from host_bridge import settings as bridge
from host_bridge import settings_schema as bridge_schema
from host_bridge import thresholds
from host_bridge.thresholds import schema as thresholds_schema

SCHEMAS = {"bridge": bridge_schema, "board": board_schema, "thresholds": thresholds_schema}
LOADS = {"bridge": bridge.load, "board": board.load, "thresholds": thresholds.load}
CONFIG = Path(__file__).parent.parent / "config"


def test_each_key_is_of_one_kind_alone() -> None:
    fields = {name: {field.name for field in module.SCHEMA.fields} for name, module in SCHEMAS.items()}
    for name, keys in OWN_KEYS.items():
        others = set().union(*(fields[other] for other in fields if other != name))
        assert set(keys) == fields[name] - others


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("found", SCHEMAS)
def test_another_kind_is_one_mistake(kind: str, found: str) -> None:
    path = CONFIG / f"{found}.example.yaml"
    try:
        LOADS[kind](path)
        told = []
    except ConfigError as error:
        told = error.errors
    if found != kind:
        (line,) = told
        assert line.startswith(f"{path}:1:1: this is a {found} file, as '")
        assert line.endswith(f"' in it tells; expected a {kind} file")
    else:
        assert not any("expected a" in line and "file, as" in line for line in told)


def test_one_key_of_its_own_makes_it_one_with_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.yaml"
    path.write_text("timezone: Asia/Jerusalem\nsite: main\npbx: {}\nboard: hall\n")
    with pytest.raises(ConfigError) as caught:
        thresholds.load(path)
    assert [error.split(": ")[1] for error in caught.value.errors] == ["site", "pbx", "board"]
