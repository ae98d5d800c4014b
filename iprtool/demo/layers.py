"""What coders and researcher made of the demo's sessions, as operations for their layers."""

from collections.abc import Callable, Iterator, Mapping

from iprtool.demo.file import DemoCoding, DemoEpisode, DemoFile, DemoTheme
from iprtool.demo.session import demo_id
from iprtool.edits import Hand
from iprtool.model.coding import SegmentCode, SegmentSeen, SessionRating
from iprtool.model.layer import LayerValue, Locked, Marked, Op, OpBody, Put
from iprtool.model.linking import Episode, MarkRef, Match, QuoteFlag, Strategy, Tag, Theme
from iprtool.model.mark import Code, Mark
from iprtool.model.study import Coding
from iprtool.model.times import parse_clock

CODER_UNCERTAINTY_MS = 25

_Body = tuple[str, OpBody]
_RefOf = Callable[[str], MarkRef]


def coding_ops(written: DemoCoding, coding: Coding, hand: Hand) -> list[Op]:
    """A coder's operations on one session, from the first piece of evidence to the lock."""
    name = f"{written.session}/{written.coder}"
    bodies: list[_Body] = []
    evidence: dict[tuple[int, str], tuple[str, ...]] = {}
    for shown in written.evidence:
        mark = _evidence(name, coding, shown.at, shown.code, shown.note)
        bodies.append((mark.id, Marked(mark)))
        where = mark.start_ms // coding.segment_ms, shown.code
        evidence[where] = (*evidence.get(where, ()), mark.id)
    for minute, codes in enumerate(written.minutes):
        for code, clarity in codes.items():
            value = SegmentCode(minute, code, clarity, evidence=evidence.get((minute, code), ()))
            bodies.append((demo_id(name, str(minute), code), Put(value)))
        bodies.append((demo_id(name, str(minute), "seen"), Put(SegmentSeen(minute))))
    for scale, rating in written.ratings.items():
        bodies.append((demo_id(name, "session", scale), Put(SessionRating(scale, rating))))
    bodies.append((coding.layer, Locked()))
    return [hand.op(entity, body) for entity, body in bodies]


def _evidence(name: str, coding: Coding, at: str, code: str, note: str) -> Mark:
    at_ms = parse_clock(at)
    return Mark(
        demo_id(name, "mark", at),
        "coder",
        "point",
        at_ms,
        at_ms,
        CODER_UNCERTAINTY_MS,
        codes=(Code(coding.codebook, coding.codebook_version, code),),
        note=note,
    )


def review_ops(file: DemoFile, layers: Mapping[str, str], hand: Hand) -> list[Op]:
    """The researcher's operations; `layers` are the layers' ids by the session's folder and whose it is."""

    def ref(mark: str) -> MarkRef:
        """The mark named by folder, whose it is, and its time."""
        folder, by, at = mark.split("/")
        return MarkRef(layers[f"{folder}/{by}"], demo_id(folder, by, "mark", at))

    return [hand.op(demo_id("review", *name), Put(value)) for name, value in _values(file, ref)]


def _values(file: DemoFile, ref: _RefOf) -> Iterator[tuple[tuple[str, ...], LayerValue]]:
    for episode in file.episodes:
        yield ("episode", episode.label), _episode(episode, ref)
    for match in file.matches:
        yield ("match", match.first, match.second), Match(ref(match.first), ref(match.second), match.same)
    for theme in file.themes:
        yield from _theme(theme, ref)
    for quote in file.quotes:
        flag = QuoteFlag(ref(quote.mark), quote.quotable, quote.partner_recognisable, quote.note)
        yield ("quote", quote.mark), flag


def _episode(written: DemoEpisode, ref: _RefOf) -> Episode:
    return Episode(
        label=written.label,
        rupture_type=written.rupture_type,
        start_ms=parse_clock(written.start),
        markers=tuple(ref(mark) for mark in written.markers),
        strategies=tuple(
            Strategy(one.code, parse_clock(one.at), ref(one.shown_by) if one.shown_by else None)
            for one in written.strategies
        ),
        end_ms=parse_clock(written.end) if written.end else None,
        mover=written.mover,
        locus=written.locus,
        salience=written.salience,
        outcome=written.outcome,
        resolved=written.resolved,
        note=written.note,
    )


def _theme(written: DemoTheme, ref: _RefOf) -> Iterator[tuple[tuple[str, ...], LayerValue]]:
    ident = demo_id("review", "theme", written.name)
    yield ("theme", written.name), Theme(written.name, written.gloss, written.group)
    for mark in written.marks:
        yield ("tag", written.name, mark), Tag(ident, ref(mark))
