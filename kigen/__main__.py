"""``python -m kigen``."""

from __future__ import annotations

import sys

from kigen.cli import main

if __name__ == "__main__":
    sys.exit(main())
