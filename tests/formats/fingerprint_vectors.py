"""Prints the canonical bytes of the expressions in a JSON file; run by every interpreter there is.

python fingerprint_vectors.py fingerprints.json [LIBRARY ...]
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

STANDARD = [
    "array", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools",
    "math", "operator", "pathlib", "re", "types", "typing", "uuid", "zoneinfo",
]  # fmt: skip


def namespace(libraries):
    names = {name: importlib.import_module(name) for name in [*STANDARD, *libraries]}
    dataclasses, enum = names["dataclasses"], names["enum"]
    names["Point"] = dataclasses.make_dataclass("Point", ["x", "y"])
    names["Point"].__module__ = "shapes"
    names["Color"] = enum.Enum("Color", ["RED", "BLUE"], module="shapes")
    names["Access"] = enum.Flag("Access", ["READ", "WRITE"], module="shapes")
    names["Level"] = enum.IntEnum("Level", ["LOW", "HIGH"], module="shapes")
    names["Model"] = type(
        "Model", (), {"__module__": "shapes", "__fingerprint__": lambda self: {"depth": 3}}
    )
    return names


def written(path, libraries):
    """{expression: [canonical bytes, typed canonical bytes, digest]} in hexadecimal digits."""
    from kigen.fingerprint import canonical, fingerprint

    names = namespace(libraries)
    sections = json.loads(Path(path).read_text(encoding="utf-8"))
    result = {}
    for library in ["standard", *libraries]:
        for expression in sections[library]:
            value = eval(expression, names)
            result[expression] = [
                canonical(value).hex(),
                canonical(value, typed=True).hex(),
                fingerprint(value),
            ]
    return result


if __name__ == "__main__":
    json.dump(written(sys.argv[1], sys.argv[2:]), sys.stdout)
