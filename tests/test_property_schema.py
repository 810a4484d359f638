"""What check accepts, in whatever spelling, the JSON Schema accepts too, as an editor of YAML 1.1 or 1.2 sees it.

WALLBOARD_EXAMPLES=20000 pytest tests/test_property_schema.py      a long run; the default is sized for CI
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from config.yaml_file import ConfigError
from firmware.pi import settings_schema as board_schema
from host_bridge import settings_schema as bridge_schema
from host_bridge.thresholds import schema as thresholds_schema
from tests.examples import KINDS, check
from tests.settings_files import of, repaired, written
from tests.test_json_schema import refused
from tests.yaml_as_seen import VERSIONS

EXAMPLES = int(os.environ.get("WALLBOARD_EXAMPLES", "120"))
FILES = {
    "thresholds": thresholds_schema.SCHEMA,
    "bridge": bridge_schema.SCHEMA,
    "board": board_schema.SCHEMA,
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_check_accepts_the_schema_accepts(kind: str) -> None:
    accepted = 0

    # Not made smaller when it fails: that would take minutes, and the file is told as it is.
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: st.DataObject) -> None:
        nonlocal accepted
        tree = data.draw(of(FILES[kind]))
        for _ in range(4):
            text = written(tree)
            try:
                check(kind, text)
                break
            except ConfigError as error:
                repaired(tree, [mistake.path for mistake in error.mistakes])
        else:
            return
        accepted += 1
        note(text)
        for version in VERSIONS:
            assert refused(kind, text, version) == []

    run()
    assert accepted >= EXAMPLES // 20, f"{accepted} of {EXAMPLES} files were right: too few to tell"
