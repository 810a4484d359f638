"""Rules of the wire's form, written short."""

FIELDS = {"oldest": "oldest_ms", "free": "agents_free"}


def rule(warn, critical=None, for_s=0, hold_s=5, clear=None, sound=("none", "none")):  # noqa: PLR0917 - a rule has so many parts
    """A rule of the wire's form; `warn`, `critical` and `clear` are like "waiting >= 3 and oldest >= 60"."""
    levels = []
    if warn:
        levels.append({"severity": "warn", "all": conditions(warn)})
    if critical:
        levels.append({"severity": "critical", "all": conditions(critical)})
    if clear:
        levels[0]["clear"] = conditions(clear)
    return {
        "id": "rule",
        "for_ms": for_s * 1000,
        "hold_ms": hold_s * 1000,
        "sound": {"warn": sound[0], "critical": sound[1]},
        "levels": levels,
    }


def conditions(text):
    found = []
    for part in text.split(" and "):
        name, op, value = part.split()
        found.append(
            {"metric": FIELDS.get(name, name), "op": op, "value": int(value) * (1000 if name == "oldest" else 1)}
        )
    return found
