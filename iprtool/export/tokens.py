"""The ids of an export: a letter for what they name, and a hash that leads nobody back without the key.

BLAKE2b (RFC 7693) keyed with the study's export key, cut to 64 bits and written as 16 hexadecimal digits. The same key
gives the same ids in every export.
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import pyarrow as pa

from iprtool.export.schema import LETTERS

_BYTES = 8
_WIDTH = 2 + 2 * _BYTES


class Tokens:
    """Makes ids from the study's own with one key of 16 to 64 bytes."""

    def __init__(self, key: bytes) -> None:
        self._keyed = blake2b(key=key, digest_size=_BYTES)

    def one(self, raw: str, of: str) -> str:
        """The id of one thing: `a_` and 16 digits for an annotation, and so on by `LETTERS`."""
        return str(self.keys([raw], of)[0])

    def keys(self, raw: Iterable[str], of: str) -> pa.Array:
        """The ids of things that are each named once, as one Arrow array."""
        # A copy of the keyed state costs two thirds of a fresh one: a million marks have a million ids.
        digests, keyed = [], self._keyed.copy
        for name in raw:
            state = keyed()
            state.update(name.encode())
            digests.append(state.digest())
        cells = np.empty((len(digests), _WIDTH), dtype=np.uint8)
        cells[:, :2] = np.frombuffer(f"{LETTERS[of]}_".encode(), dtype=np.uint8)
        cells[:, 2:] = np.frombuffer(b"".join(digests).hex().encode(), dtype=np.uint8).reshape(-1, 2 * _BYTES)
        ends = np.arange(0, cells.size + 1, _WIDTH, dtype=np.int32)
        return pa.StringArray.from_buffers(len(digests), pa.py_buffer(ends), pa.py_buffer(cells))

    def refs(self, raw: pa.Array, of: str) -> pa.Array:
        """The ids of things that may be named often or not at all: each is hashed once, nulls stay nulls."""
        encoded = raw.dictionary_encode()
        return self.keys(encoded.dictionary.to_pylist(), of).take(encoded.indices)
