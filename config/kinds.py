"""A file of another kind, put where a certain one belongs: told as that, and not key by key."""

from __future__ import annotations

from config.mistakes import ConfigError, Mistake, Place
from config.yaml_file import YamlFile

# The keys that one kind alone has.
OWN_KEYS = {
    "bridge": ("pbx", "thresholds", "journal", "keep_days", "wallboardctl"),
    "board": ("board", "panel", "button", "state_file", "pages"),
    "thresholds": ("timezone", "defaults", "groups", "day_start", "wait_limit", "hours", "quiet", "blink"),
}


def refuse_other(file: YamlFile, kind: str) -> None:
    """Raise ConfigError with one mistake when the keys are those of another kind than `kind`, and none is its own."""
    own = {name: [key for key in keys if file.has(key)] for name, keys in OWN_KEYS.items()}
    if own[kind]:
        return
    other = max(own, key=lambda name: len(own[name]))
    if own[other]:
        keys = "', '".join(own[other][:2])
        message = f"this is a {other} file, as '{keys}' in it tells; expected a {kind} file"
        raise ConfigError([Mistake(file.name, Place(1, 1), "", message)])
