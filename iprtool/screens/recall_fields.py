"""The fields of a recall's panes: the stop's card, the rupture marker, and what a protocol asks at a stop."""

from typing import Any

from iprtool.model.codebook import Codebook
from iprtool.model.mark import Rupture
from iprtool.model.terms import Locus, Mover, RuptureType, YesNoUnsure, levels
from iprtool.recall.session import Recall
from iprtool.screens.fields import Field

HELPFUL = tuple((half / 2, f"{half / 2:g}") for half in range(2, 19))
TIMEFRAMES = (("then", "then"), ("now", "now, on watching"), ("unsure", "not sure"))
PERSPECTIVES = (("own", "of myself"), ("guess_of_partner", "my guess of the other"))
QUOTABLE = (("no", "no"), ("ask", "ask me"), ("yes", "yes"))
ONE_TO_FIVE = tuple((value, str(value)) for value in range(1, 6))


def terms(vocabulary: object) -> tuple[tuple[str, str], ...]:
    """A vocabulary's levels with their plain wording."""
    return tuple((level, level.replace("_", " ")) for level in levels(vocabulary))


def card_fields(recall: Recall, *, plain: bool) -> list[Field]:
    """The stop's card; in `plain` ones nothing is said of the other's recognising it."""
    mark, stop, course = recall.mark, recall.stop, recall.course
    stoppers = tuple((by, course.name_of(by)) for by in course.stoppers)
    fields = [
        Field("stopped_by", "stopped by", stoppers, stop.stopped_by if stop else None),
        Field("timeframe", "this was", TIMEFRAMES, mark.timeframe if mark else "then"),
        Field("perspective", "it tells", PERSPECTIVES, mark.perspective if mark else "own"),
        Field("helpful", "helpful", HELPFUL, mark.helpful if mark else None),
        Field("quotable", "be quoted", QUOTABLE, mark.quotable if mark else "ask"),
    ]
    if stop is not None and stop.stopped_by == "program":
        del fields[0]
    if recall.head.protocol.ask_guess:
        fields += guess_fields(recall)
    if not plain:
        value = mark.partner_recognisable if mark else False
        fields.append(Field("partner_recognisable", "recognisable", ((False, "no"), (True, "yes")), value))
    return fields


def rupture_fields(rupture: Rupture) -> list[Field]:
    """A rupture marker."""
    return [
        Field("type", "type", terms(RuptureType), rupture.type),
        Field("mover", "mover", terms(Mover), rupture.mover),
        Field("locus", "locus", terms(Locus), rupture.locus),
        Field("salience", "salience", ONE_TO_FIVE, rupture.salience),
        Field("addressed", "addressed", terms(YesNoUnsure), rupture.addressed),
        Field("resolved", "resolved", ONE_TO_FIVE, rupture.resolved),
    ]


def guess_fields(recall: Recall) -> list[Field]:
    """How it was for oneself, and as one guesses for the partner (Gale 1992)."""
    own, guess = recall.rated("own")[1], recall.rated("guess_of_partner")[1]
    return [
        Field("rated_own", "for me", ONE_TO_FIVE, own, advances=True),
        Field("rated_guess", "for them", ONE_TO_FIVE, guess, advances=True),
    ]


def helpful_fields(recall: Recall) -> list[Field]:
    """How helpful it was (HAT form), and a word."""
    mark = recall.mark
    fields = [Field("helpful", "helpful", HELPFUL, mark.helpful if mark else None)]
    words = keyed_words(recall.head.codebook)
    if words:
        fields.append(Field("word", "a word", words, word_of(recall)))
    return fields


def keyed_words(codebook: Codebook) -> tuple[tuple[Any, str], ...]:
    """The words that have a digit, in the order of the digits, as far as these follow one another from 1."""
    words = []
    for digit in range(1, 10):
        entry = codebook.on_key(digit)
        if entry is None:
            break
        words.append((entry.id, entry.label))
    return tuple(words)


def word_of(recall: Recall) -> str | None:
    """The first of this stop's words that has a digit."""
    codes = recall.mark.codes if recall.mark else ()
    keyed = dict(keyed_words(recall.head.codebook))
    return next((code.code for code in codes if code.code in keyed), None)
