"""The sound's outline: the lowest and highest sample of every 10 ms."""

import msgspec

BINS_PER_SECOND = 100


class PeakChunk(msgspec.Struct, frozen=True):
    """Some bins from `first_bin` on: int16 little-endian pairs (lowest, highest), all channels together."""

    first_bin: int
    pairs: bytes

    @property
    def bins(self) -> int:
        """How many bins it holds."""
        return len(self.pairs) // 4
