"""Records at rest: what one is, the four verbs that keep it, and one file for each place.

A backend is imported when a URL asks for it.
"""

from __future__ import annotations

from kigen.backends.backend import Backend
from kigen.backends.record import Record

__all__ = ["Backend", "Record"]
