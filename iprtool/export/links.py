"""What the researcher said across layers, sorted by layer: which marks it is of, and how these may be quoted."""

from collections.abc import Iterable, Mapping

from iprtool.model.layer import LayerValue
from iprtool.model.linking import MarkRef, QuoteFlag
from iprtool.model.terms import Quotable
from iprtool.reviewing.links import STRICTEST_FIRST, refs_of


class Links:
    """The review's values, the marks that they are of, and the quote flags, by layer; `gone` are layers not read."""

    def __init__(self, values: Mapping[str, LayerValue], gone: frozenset[str] = frozenset()) -> None:
        self.values = values
        self.gone = gone
        self._wanted: dict[str, set[str]] = {}
        self._flags: dict[str, dict[str, QuoteFlag]] = {}
        for value in values.values():
            for ref in refs_of(value):
                self._wanted.setdefault(ref.layer, set()).add(ref.mark)
            if isinstance(value, QuoteFlag):
                self._flags.setdefault(value.mark.layer, {})[value.mark.mark] = value

    def wanted(self, layer: str) -> frozenset[str]:
        """The marks of a layer that something is said of."""
        return frozenset(self._wanted.get(layer, ()))

    def flags(self, layer: str) -> Mapping[str, QuoteFlag]:
        """What was decided of quoting a layer's marks."""
        return self._flags.get(layer, {})

    def is_of_gone(self, values: Iterable[LayerValue]) -> bool:
        """Whether something is said of a layer that does not leave."""
        return any(ref.layer in self.gone for value in values for ref in refs_of(value))


def stricter(one: Quotable, other: Quotable) -> Quotable:
    """The stricter of two words on quoting."""
    return min(one, other, key=STRICTEST_FIRST.index)


Standing = dict[MarkRef, int]
"""Of the marks that something is said of, those that leave, with where they begin in ms."""
