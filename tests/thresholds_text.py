"""A thresholds.yaml that is read from a test's own text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import config
from config.yaml_file import ConfigError, parse
from host_bridge.thresholds import Thresholds, build

ZONE = "timezone: Asia/Jerusalem\n"
EXAMPLE = Path(config.__file__).parent / "thresholds.example.yaml"


def read(text: str) -> Thresholds:
    return build(parse((ZONE + text).encode(), "t.yaml"))


def mistakes(text: str, zone: str = ZONE) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        build(parse((zone + text).encode(), "t.yaml"))
    return caught.value.errors


def utc_ms(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Jerusalem")).timestamp() * 1000)
