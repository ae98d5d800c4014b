"""Where a conformed recording has no packet of sound for long: a pause of the recorder, a late begin, an early end."""

from fractions import Fraction
from heapq import nlargest
from typing import TYPE_CHECKING, Any

from iprtool.model.study import SHORTEST_GAP_MS, Gap

if TYPE_CHECKING:
    from av.packet import Packet

MOST = 2_000
_LONGEST_PACKET_S = Fraction(1, 4)


class Silences:
    """The silences of a track of sound, noted as its packets come."""

    def __init__(self) -> None:
        self._found: list[Gap] = []
        self._until_s = self._usual_s = Fraction(0)

    def note(self, packet: "Packet[Any]") -> None:
        """The next packet, with its time in the conformed recording."""
        if packet.pts is None:
            return
        start_s = packet.pts * packet.time_base
        self._found += self._gap(start_s)
        self._until_s = max(self._until_s, start_s + self._sounding_s((packet.duration or 0) * packet.time_base))

    def until(self, duration_ms: int) -> tuple[Gap, ...]:
        """All of a recording so long, in their order; of more than `MOST` the longest."""
        gaps = [*self._found, *self._gap(Fraction(duration_ms, 1000))]
        return tuple(sorted(nlargest(MOST, gaps, key=lambda gap: gap[1] - gap[0])))

    def _gap(self, next_s: Fraction) -> list[Gap]:
        gap = round(self._until_s * 1000), round(next_s * 1000)
        return [gap] if gap[1] - gap[0] >= SHORTEST_GAP_MS else []

    def _sounding_s(self, length_s: Fraction) -> Fraction:
        """How long a packet is heard: in MP4 its length goes on to the next one, and elsewhere it may be missing."""
        if 0 < length_s <= _LONGEST_PACKET_S or not self._usual_s:
            self._usual_s = length_s
        return self._usual_s
