"""The settings files of `make run`: the same three that a real site has, written into one folder.

With the demo's PBX the thresholds are those of a real centre divided by the speed, as all its durations are. Those of
`make practice` are the example's, and from then on whatever a supervisor makes of them.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import NamedTuple

import config
from host_bridge.demo import past

SITE, BOARD = "demo", "demo"
LABELS = {"service": "שירות לקוחות", "sales": "מכירות", "securities": "ניירות ערך", "support": "תמיכה טכנית"}

# Seconds of the centre's own time.
_WAIT_WARN_S, _WAIT_CRITICAL_S, _HOLD_S = 60, 120, 12
_LIMIT_S, _OFFER_S = 360, 180
_ANSWER_WITHIN_S, _SHORT_ABANDON_S, _WINDOW_S = 30, 5, 1_800


THRESHOLDS = "thresholds.yaml"
PAST = "yesterday.queue_log.gz"
_EXAMPLE = Path(config.__file__).parent / "thresholds.example.yaml"
_SCHEMA = Path(config.__file__).parent / "thresholds.schema.json"
# Whoever practises in the evening, or on a Saturday, is to see alarms.
_OPEN_NOW = (
    ('hours: {sun-thu: "09:00-24:00"} ', 'hours: {sun-sat: "00:00-24:00"} '),
    ('\nhours: {sun-thu: "08:00-18:00", fri: "08:00-13:00"} ', '\nhours: {sun-sat: "00:00-24:00"} '),
    ('\nquiet: {every: ["12:30-13:00"]}', '\n# quiet: {every: ["12:30-13:00"]}'),
)


class Pbx(NamedTuple):
    """Where the AMI is. `speed` is None for a real PBX."""

    host: str
    port: int
    username: str
    secret_file: Path
    speed: float | None


class Panel(NamedTuple):
    """How the board shows; `port` is that of the emulator's page."""

    driver: str
    port: int


def write(folder: Path, pbx: Pbx, mqtt_port: int, panel: Panel, *, practice: bool = False) -> tuple[Path, Path]:
    """Write them all; return bridge.yaml and board.yaml. Raises OSError.

    For `practice` thresholds that are there already stay, and the bridge keeps what it counted.
    """
    bridge, board = folder / "bridge.yaml", folder / "board.yaml"
    if not practice:
        (folder / THRESHOLDS).write_text(_thresholds(pbx.speed), "utf-8")
    else:
        if not (folder / THRESHOLDS).exists():
            (folder / THRESHOLDS).write_text(practice_thresholds(), "utf-8")
        (folder / _SCHEMA.name).write_bytes(_SCHEMA.read_bytes())  # their first line names it, for editors
    bridge.write_text(_bridge(pbx, mqtt_port) + ("journal: bridge.journal\n" if practice else ""), "utf-8")
    board.write_text(_board(mqtt_port, panel), "utf-8")
    return bridge, board


def practice_thresholds() -> str:
    """The example's text, but open day and night, and never quiet."""
    text = _EXAMPLE.read_text("utf-8")
    for shut, opened in _OPEN_NOW:
        if text.count(shut) != 1:
            raise RuntimeError(f"{_EXAMPLE.name} has changed: {shut!r} is not in it once")
        text = text.replace(shut, opened)
    return text


def write_past(folder: Path, until: dt.date) -> None:
    """The days before `until` as the demo's PBX would have written them, unless they are there. Raises OSError."""
    if not (folder / PAST).exists():
        past.write(folder / PAST, until)


def _bridge(pbx: Pbx, mqtt_port: int) -> str:
    return f"""\
site: {SITE}
pbx:
  type: asterisk
  host: {_text(pbx.host)}
  port: {pbx.port}
  username: {_text(pbx.username)}
  password_file: {_text(str(pbx.secret_file))}
mqtt:
  url: embedded
  port: {mqtt_port}
thresholds: thresholds.yaml
"""


def _board(mqtt_port: int, panel: Panel) -> str:
    where = "path: frames" if panel.driver == "image" else f"port: {panel.port}"
    return f"""\
site: {SITE}
board: {BOARD}
mqtt: {{url: "mqtt://127.0.0.1:{mqtt_port}"}}
panel: {{driver: {panel.driver}, rows: 64, cols: 64, chain: 2, {where}}}
state_file: board-state.json
"""


def _thresholds(speed: float | None) -> str:
    if speed is None:
        return f"""\
timezone: {_local_zone()}
defaults:
  rules:
    wait: {{warn: 30s, critical: 60s}}
    waiting: {{warn: 3, critical: 6, for: 5s}}
"""

    def real(centre_s: int, least_s: int = 1) -> str:
        return f"{max(least_s, round(centre_s / speed))}s"

    queues = "\n".join(f"  {queue}: {{label: {_text(label)}}}" for queue, label in LABELS.items())
    return f"""\
timezone: Asia/Jerusalem
defaults:
  service_level:
    answer_within: {real(_ANSWER_WITHIN_S)}
    target: 80%
    short_abandon: {real(_SHORT_ABANDON_S)}
    window: {real(_WINDOW_S, 60)}
    min_calls: 3
  rules:
    wait: {{warn: {real(_WAIT_WARN_S)}, critical: {real(_WAIT_CRITICAL_S)}, hold: {real(_HOLD_S)}}}
    waiting: {{warn: 4, critical: 7, hold: {real(_HOLD_S)}}}
queues:
{queues}
groups:
  all: {{label: "כל המוקד"}}
wait_limit: {{limit: {real(_LIMIT_S)}, offer_at: {real(_OFFER_S)}}}
"""


def _text(value: str) -> str:
    """A JSON string is a YAML string."""
    return json.dumps(value, ensure_ascii=False)


def _local_zone() -> str:
    """This machine's zone by the name the tz database has for it; UTC when it has none."""
    zone = os.environ.get("TZ", "").lstrip(":") or str(Path("/etc/localtime").resolve()).rpartition("/zoneinfo/")[2]
    return zone if zone and not zone.startswith("/") else "UTC"
