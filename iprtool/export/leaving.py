"""What leaves and what is left out, table by table: the preview of an export, and the account of one."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from iprtool.export.build import Asked, Built, build
from iprtool.export.gather import study_rows
from iprtool.export.rows import StudyRows, Withheld
from iprtool.export.terms import Withholding
from iprtool.model.leaving import Leaving, LeavingTable
from iprtool.store.study import Study

_OF_RECALLS = ("coverage", "annotations", "annotation_codes", "peaks", "stops", "leads", "traces", "ops")
_OF_CODINGS = (
    "annotations",
    "annotation_codes",
    "segments",
    "segment_codes",
    "session_ratings",
    "ops",
)
_OF_REVIEW = ("episodes", "episode_members", "matches", "annotation_themes")
_WHY: dict[Withholding, str] = {"withdrawn": "withdrawn", "no_consent": "without consent"}
_NO_KEY = bytes(32)


def what_leaves(
    study: Study, asked: Asked, *, today: date, progress: Callable[[float], None] = lambda _done: None
) -> Leaving:
    """What an export of the study would hold today; nothing is written, and no export key is made.

    Raises ExportError or StoreError where an export would.
    """
    rows = study_rows(study, today=today, key=_NO_KEY)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done / len(rows.layers))

    return leaving_of(rows, build(rows, asked, step))


def leaving_of(rows: StudyRows, built: Built) -> Leaving:
    """The account of what was built."""
    left = _left_out(rows, built)
    tables = tuple(
        LeavingTable(
            table.name,
            made.num_rows,
            tuple(column.name for column in table.columns if column.asked == "text"),
            tuple(column.name for column in table.columns if column.asked == "dates"),
            left.get(table.name, ""),
        )
        for table, made in built.tables
    )
    return Leaving(tables, _reasons(rows))


def _reasons(rows: StudyRows) -> tuple[str, ...]:
    """Why something does not leave, each sentence once; with pseudonyms, so not for the export itself."""
    return tuple(dict.fromkeys(one.sentence for one in (*rows.withheld.values(), *rows.withheld_scores)))


def _left_out(rows: StudyRows, built: Built) -> dict[str, str]:
    """By table what of the study is not in it, and why, in short and with nobody named."""
    tables = {table.name: made for table, made in built.tables}
    recalls = _counted((one.id for one in rows.recalls), rows.withheld, "recall")
    codings = _counted((one.id for one in rows.codings), rows.withheld, "coding")
    scores = _of(rows.withheld_scores, "score")
    said: dict[str, list[str]] = {name: [] for name in tables}
    for names, what in ((_OF_RECALLS, recalls), (_OF_CODINGS, codings)):
        for name in names if what else ():
            said[name].append(f"nothing of {what}")
    for name in _OF_REVIEW if rows.review is not None and (recalls or codings) else ():
        said[name].append(f"what is of {' and '.join(filter(None, (recalls, codings)))}")
    for name, what in (("recalls", recalls), ("codings", codings)):
        if what:
            said[name].append(f"what was said in {what}" if name == "recalls" else f"what was found in {what}")
    if scores:
        said["scores"].append(scores)
    said["annotations"] += _not_quotable(tables["annotations"])
    return {name: "; ".join(parts) for name, parts in said.items() if parts}


def _not_quotable(annotations: pa.Table) -> Iterator[str]:
    if "note" in annotations.column_names:
        count = pc.sum(pc.equal(annotations["quotable"].cast(pa.string()), "no")).as_py() or 0
        if count:
            yield f"the notes of {_many(count, 'annotation')} not to be quoted"


def _counted(idents: Iterable[str], withheld: Mapping[str, Withheld], what: str) -> str:
    return _of((withheld[ident] for ident in idents if ident in withheld), what)


def _of(withheld: Iterable[Withheld], what: str) -> str:
    """So many of something, by why they are left out; empty where there is none."""
    by_why = Counter(one.why for one in withheld)
    counts = {words: by_why[why] for why, words in _WHY.items() if by_why[why]}
    whys = ", ".join(words if len(counts) == 1 else f"{count} {words}" for words, count in counts.items())
    return f"{_many(by_why.total(), what)} ({whys})" if by_why else ""


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
