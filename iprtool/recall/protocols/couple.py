"""Couple IPR: at each stop a rating of one's own experience and a guess at the partner's (Gale 1992)."""

from iprtool.model.codebook import Codebook
from iprtool.model.layer import LayerHead
from iprtool.model.mark import Code
from iprtool.model.terms import Perspective

CODEBOOK, VERSION = "couple-1992", "1.0"
"""The codebook of the two ratings, where the layer does not pin it."""

CODES: dict[Perspective, str] = {"own": "for_me", "guess_of_partner": "for_my_partner"}
RATED = {"for_me": "for me", "for_my_partner": "for the other, I think"}
ONE_TO_FIVE = (1, 2, 3, 4, 5)


def rating_code(head: LayerHead, perspective: Perspective, rating: float) -> Code:
    """The code of one of the two ratings, 1 very negative to 5 very positive."""
    book: Codebook | None = head.ratings
    ident, version = (book.id, book.version) if book else (CODEBOOK, VERSION)
    return Code(ident, version, CODES[perspective], rating)
