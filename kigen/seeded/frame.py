"""Results as a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kigen.errors import MissingExtra
from kigen.key import Key


def make_frame(key_type: type[Key], rows: Iterable[tuple[Key, int, Any, float | None]]) -> Any:
    """Return a pandas frame of (key, seed, result, elapsed) rows."""
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtra("to_frame() needs pandas; run: pip install 'kigen[pandas]'") from error
    table = list(rows)
    fields = key_type.field_specs()
    name, seconds = _free("result", fields), _free("elapsed", fields)
    spread = bool(table) and all(_spreads(result, fields) for _, _, result, _ in table)
    records = [
        {
            **key.to_dict(),
            "seed": seed,
            **(result if spread else {name: result}),
            seconds: elapsed,
        }
        for key, seed, result, elapsed in table
    ]
    columns = None if spread else [*fields, "seed", name, seconds]
    return pd.DataFrame(records, columns=columns)


def _free(name: str, fields: Collection[str]) -> str:
    """Return the name of a column beside the fields, which keep theirs."""
    while name in fields:
        name += "_"
    return name


def _spreads(result: Any, fields: Collection[str]) -> bool:
    """Whether the result's own keys can be columns beside the fields."""
    taken = {*fields, "seed", "elapsed"}
    return (
        isinstance(result, Mapping)
        and bool(result)
        and all(isinstance(name, str) and name not in taken for name in result)
    )
