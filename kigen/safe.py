"""The caches again, for calls that cannot be keyed and archives that fail.

Such a call is computed, counts as a miss, and is not kept; the first one warns
(`kigen.errors.StorageWarning`). All else is as in `kigen.caching`, and just as fast.

>>> import warnings
>>> from kigen.safe import lru_cache
>>> @lru_cache(keymap=lambda x: {}[x])
... def double(x):
...     return 2 * x
>>> with warnings.catch_warnings():
...     warnings.simplefilter("ignore")
...     double(4), double(4)
(8, 8)
>>> double.info().miss
2
"""

from __future__ import annotations

from typing import Final

from kigen.caching.decorators import Decorator

__all__ = ["inf_cache", "lfu_cache", "lru_cache", "mru_cache", "no_cache", "rr_cache"]

inf_cache: Final = Decorator("inf", None, "`kigen.inf_cache`, which nothing makes fail.", safe=True)
lru_cache: Final = Decorator("lru", 100, "`kigen.lru_cache`, which nothing makes fail.", safe=True)
lfu_cache: Final = Decorator("lfu", 100, "`kigen.lfu_cache`, which nothing makes fail.", safe=True)
mru_cache: Final = Decorator("mru", 100, "`kigen.mru_cache`, which nothing makes fail.", safe=True)
rr_cache: Final = Decorator("rr", 100, "`kigen.rr_cache`, which nothing makes fail.", safe=True)
no_cache: Final = Decorator("no", 0, "`kigen.no_cache`, which nothing makes fail.", safe=True)
