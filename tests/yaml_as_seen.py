"""YAML as editors and other programs see it, which type plain scalars: 1.1 as PyYAML does, 1.2 as the core schema says.

Keys stay the text that stands in the file, as JSON Schema knows no others. Dates are text, as in JSON.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import yaml

VERSIONS = ("1.1", "1.2")

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NO_VALUES = ("tag:yaml.org,2002:merge", "tag:yaml.org,2002:value")  # `<<` and `=`, which only mean something as keys


def seen(text: str, version: str) -> Any:
    """The one document of `text` as plain data. Raises yaml.YAMLError, for a key that is given twice too."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        return None if node is None else _data(node, loader, version)
    finally:
        loader.dispose()


def _data(node: yaml.Node, loader: yaml.SafeLoader, version: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        made: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in made:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} is given twice", key.start_mark)
            made[key.value] = _data(value, loader, version)
        return made
    if isinstance(node, yaml.SequenceNode):
        return [_data(each, loader, version) for each in node.value]
    if version == "1.2":
        return node.value if node.style else _core(node.value)
    if node.tag in _NO_VALUES:
        return node.value
    value = loader.construct_object(node)
    return node.value if isinstance(value, (dt.date, dt.datetime)) else value


def _core(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2.2, section 10.3.2."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text, 0 if text.startswith(("0o", "0x")) else 10)
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
