"""Results as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    spread = bool(table) and all(_spreads(result, key_type) for _, _, result, _ in table)
    records = [
        {
            **key.to_dict(),
            "seed": seed,
            **(result if spread else {"result": result}),
            "elapsed": elapsed,
        }
        for key, seed, result, elapsed in table
    ]
    columns = [*key_type.field_specs(), "seed", *([] if spread else ["result"]), "elapsed"]
    return pd.DataFrame(records) if spread else pd.DataFrame(records, columns=columns)


def _spreads(result: Any, key_type: type[Key]) -> bool:
    """Whether the result's own keys can be columns beside the fields."""
    taken = {*key_type.field_specs(), "seed", "elapsed"}
    return (
        isinstance(result, Mapping)
        and bool(result)
        and all(isinstance(name, str) and name not in taken for name in result)
    )
