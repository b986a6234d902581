"""A call's arguments as a key, klepto's ways: as they are, hashed, printed or pickled.

For the same options a keymap makes the key that klepto's makes, so that what klepto stored is
found. kigen's own keys, which are used where no keymap is given, are exact; a keymap says of
itself whether it is: ``lossy`` is True where two different calls may get one key.

>>> stringmap()(1, y=2)
"(1, 'y', 2)"
>>> both = stringmap() + hashmap(algorithm="md5")
>>> both(1) == hashmap(algorithm="md5")(stringmap()(1))
True
"""

from __future__ import annotations

from kigen.keymaps.flattening import keymap
from kigen.keymaps.hashing import hashmap
from kigen.keymaps.pickling import picklemap
from kigen.keymaps.printing import stringmap
from kigen.signature.marker import NOSENTINEL, SENTINEL

__all__ = ["NOSENTINEL", "SENTINEL", "hashmap", "keymap", "picklemap", "stringmap"]
