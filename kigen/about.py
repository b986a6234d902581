"""How to cite kigen, and what its license says."""

from __future__ import annotations

import sys
from typing import Final

__all__ = ["citation", "license"]

_CITATION: Final = """\
If a publication used kigen, please cite

    The kigen developers, "kigen: run an expensive evaluation once, ever", version {version}

The decorators, archives and keymaps under klepto's names follow its interface; please cite also

    M. M. McKerns and M. A. G. Aivazis, "pathos: a framework for heterogeneous computing", 2010-;
    https://uqfoundation.github.io/project/pathos
"""

_LICENSE: Final = """\
MIT License

Copyright (c) 2026 The kigen developers

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


__author__: Final = "The kigen developers"
__license__: Final = _LICENSE


def citation() -> None:
    """Print how to cite kigen."""
    from kigen import __version__

    sys.stdout.write(_CITATION.format(version=__version__))


def license() -> None:
    """Print kigen's license.

    >>> license()
    MIT License
    ...
    """
    sys.stdout.write(_LICENSE)
