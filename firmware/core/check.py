"""Schemas for everything that comes from outside: settings that people write, and messages of other programs.

    SCHEMA = Record((
        Field("host", Text(255), required=True, doc="name or address of the PBX"),
        Field("port", Int(1, 65535), default=5038, doc="its AMI port"),
    ))
    clean, problems = read(SCHEMA, data)                # settings: scalars are text ("5038", "80%", "1h30m")
    clean, problems = read(SCHEMA, message, wire=True)  # a message: scalars are typed, unknown keys are ignored

`problems` is a list of (path, message), all of them at once, each message saying what was found, what is expected and
the nearest right spelling. `clean` has every field of a record: absent ones hold their default. It is of use only
when there is no problem. Own kinds of values: subclass `Kind` and write `read` and `expected`; see check_units.py.
"""

from firmware.core.check_kinds import Bool, Int, Kind, OneOf, Problems, Scalar, Text
from firmware.core.check_maps import Either, MapOf
from firmware.core.check_records import Field, ListOf, Record, read
from firmware.core.check_units import Duration, Frequency, Share

__all__ = [
    "Bool",
    "Duration",
    "Either",
    "Field",
    "Frequency",
    "Int",
    "Kind",
    "ListOf",
    "MapOf",
    "OneOf",
    "Problems",
    "Record",
    "Scalar",
    "Share",
    "Text",
    "read",
]
