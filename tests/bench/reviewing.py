"""The review of a session with many marks over several layers, and the search of a whole study."""

import random
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from iprtool.edits import Hand
from iprtool.model.grant import LayerGrant, ObjectGrant, RecallGrant, ReviewGrant
from iprtool.model.layer import LayerHead, Marked
from iprtool.model.study import Dyad, Recording, Session, Utterance
from iprtool.model.terms import Role
from iprtool.model.times import clock
from tests.bench.longer import lengthened
from tests.bench.pseudo_terminal import Program
from tests.bench.recalls import draw_outline, long_recall, marks_of, scratch
from tests.bench.row import Row, at_most, interleaved, measure, p, pairs_of
from tests.bench.starting import first_paint_ms

MARKS, QUICK_MARKS = 10_000, 1_000
if TYPE_CHECKING:
    from iprtool.store.keys import Keyring
    from iprtool.store.study import Study

LAYERS: tuple[tuple[Role, float], ...] = (("client", 0.4), ("therapist", 0.4), ("researcher", 0.2))
"""Whose the marks are, and their share."""

REVIEW_SHOWN = ("session 3 · review", "through all marks", "next mark")
HOUR_MS = 3_600_000
SESSIONS, QUICK_SESSIONS = 24, 4
UTTERANCES = 600
WORDS = ("there", "I", "thought", "felt", "stopped", "mother", "hall", "coat", "the", "and", "then", "nothing")


def program_of(grant: ReviewGrant) -> Program:
    """The process that serves a review."""
    return Program([sys.executable, "-m", "iprtool.serve", "--grant-fd"], grant=msgspec.msgpack.encode(grant))


@measure("review_opened_10k", "review_key_10k", "review_matched_key_10k")
def review(quick: bool) -> list[Row]:
    """Opening a review, and from a key to the next mark on the terminal, with many marks over three layers."""
    count, times = (QUICK_MARKS, 2) if quick else (MARKS, 7)
    with scratch() as folder:
        recall = long_recall(folder, lengthened(folder, "opus", 60), 0)
        draw_outline(recall)
        none, full = (_review_of(folder / name, recall, number) for name, number in (("none", 0), ("many", count)))
        ways = [partial(first_paint_ms, partial(program_of, one), *REVIEW_SHOWN) for one in (full, none)]
        opened, without = interleaved(times, *ways)
        keys, matched = _keys(full, 5 if quick else 40)
    pairs = pairs_of([one - other for one, other in zip(opened, without, strict=True)], without)
    note = f"first paint with {count:,} marks over three layers less that with none, which is the reference"
    shown = f"n, until the next mark's time is shown; {count:,} marks; p99 {p(99, keys):.0f}"
    return [
        Row("review_opened_10k", pairs.value, "ms", pairs.reference, None, 500, "value", "max", note),
        at_most(50, "review_key_10k", p(50, keys), "ms", shown),
        Row("review_matched_key_10k", matched, "ms", note="m, until it is said; the proposals are worked out again"),
    ]


def _review_of(folder: Path, recall: RecallGrant, marks: int) -> ReviewGrant:
    from iprtool.codebooks.loader import shipped
    from iprtool.store.layer import LayerFile, create_layer
    from iprtool.store.sealed import new_key

    folder.mkdir()

    def made(name: str, by: Role, number: int, **fields: str) -> ObjectGrant:
        granted = ObjectGrant(str(folder / f"{name}.db"), new_key().hex())
        codebook = shipped("3rs-2015" if fields else "recaller-plain")
        head = LayerHead(name, "r", by, "D01 · session 3", "", recall.recording.duration_ms, codebook)
        head = msgspec.convert(msgspec.to_builtins(head) | fields, LayerHead)
        create_layer(Path(granted.path), granted.raw_key, head)
        ops = [Hand(by, "device").op(mark.id, Marked(mark)) for mark in marks_of(head, number, len(name))]
        with LayerFile(Path(granted.path), granted.raw_key) as log:
            log.commit(ops).result()
        return granted

    layers = tuple(LayerGrant(by, made(by, by, int(marks * share))) for by, share in LAYERS)
    return ReviewGrant(
        "D01 · session 3 · review",
        layers,
        recall.media,
        recall.recording,
        recall.peaks,
        device="device",
        review=made("links", "researcher", 0, purpose="review"),
    )


def _keys(grant: ReviewGrant, times: int) -> tuple[list[float], float]:
    """From n to the next mark, so often; and from m to what it says."""
    from iprtool.opened import read

    opened = read(grant)
    assert opened.log is not None
    opened.log.close()
    starts = sorted({mark.start_ms for layer in opened.layers for mark in layer.marks})
    took = []
    with program_of(grant) as program:
        program.wait_for(*REVIEW_SHOWN)
        program.run(20.0)
        for start_ms in starts[:times]:
            begun_ns = program.press("n")
            took.append((program.wait_for(clock(start_ms, millis=True, hours=True)) - begun_ns) / 1e6)
            program.run(0.1)
        begun_ns = program.press("m")
        matched = (program.wait_for("═ one moment", "═ one moment") - begun_ns) / 1e6
    return took, matched


@measure("study_read_10k", "study_search_10k")
def search(quick: bool) -> list[Row]:
    """Reading a study's words for a search, and one query, with many sessions and marks."""
    from iprtool.desk.searching import WordsOfStudy
    from iprtool.reviewing.across import found
    from iprtool.reviewing.search import asked
    from iprtool.store.keys import create_open_keyring

    sessions, marks = (QUICK_SESSIONS, QUICK_MARKS) if quick else (SESSIONS, MARKS)
    with scratch() as folder, create_open_keyring(folder / "open.keyring") as keyring:
        study = _study(folder, keyring, sessions, marks // sessions)
        words = WordsOfStudy(study)
        begun = time.perf_counter()
        read, links = list(words.read()), words.links()
        took_s = time.perf_counter() - begun
        queries = []
        for text in ("listening", "felt role:client", "rupture:any", "there stopped", "quotable:ask code:safe"):
            begun = time.perf_counter()
            assert found(read, asked(text), links) or text == "rupture:any"
            queries.append((time.perf_counter() - begun) * 1000)
        study.close()
    note = f"{sessions} sessions, {marks:,} marks, {sessions * UTTERANCES:,} utterances"
    return [
        Row("study_read_10k", took_s, "s", note=note),
        at_most(50, "study_search_10k", statistics.median(queries), "ms", f"one query; at most {max(queries):.0f}"),
    ]


def _study(folder: Path, keyring: "Keyring", sessions: int, marks: int) -> "Study":
    """A study of dyads with two sessions each, recalled by both, with a transcript."""
    from iprtool.desk.recalls import begin_recall, codebook_for
    from iprtool.store.derived import write_transcript
    from iprtool.store.layer import LayerFile
    from iprtool.store.media import SealedSink
    from iprtool.store.study import Study

    chance, study = random.Random(1), Study.create(folder / "Study.ipr", keyring)
    media, path, key = study.new_object("media")
    sink = SealedSink(path, key)
    sink.write_at(0, b"sound")
    sink.commit()
    for number in range(sessions):
        dyad = Dyad(f"d{number // 2}", f"D{number // 2 + 1:02}", ("good", "bad")[number // 2 % 2])
        session = Session(f"s{number}", dyad.id, 3 + 2 * (number % 2))
        study.put(dyad)
        study.put(session)
        words, path, key = study.new_object("derived")
        write_transcript(path, key, [_said(chance, at) for at in range(UTTERANCES)])
        study.put(Recording(f"r{number}", session.id, media, "ab" * 32, HOUR_MS, transcript=words))
        for by in ("client", "therapist"):
            recall = begin_recall(study, session, by, codebook=codebook_for(by, "recaller-plain"))
            assert recall.layer is not None
            path, key = study.path_of(recall.layer), study.key_of(recall.layer)
            with LayerFile(path, key) as log:
                made = marks_of(log.load().head, marks // 2, seed=number)
                log.commit([Hand(by, "device").op(mark.id, Marked(mark)) for mark in made]).result()
    return study


def _said(chance: random.Random, at: int) -> Utterance:
    text = " ".join(chance.choices(WORDS, k=12))
    return Utterance(at * 6_000, at * 6_000 + 5_000, "client" if at % 2 else "therapist", text)
