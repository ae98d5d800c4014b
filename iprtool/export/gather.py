"""What an export is made from, out of an open study."""

import contextlib
from collections.abc import Iterator

from iprtool.export.rows import LayerRows, RowsOf, StudyRows
from iprtool.model.codebook import Codebook
from iprtool.model.study import Recall
from iprtool.store.layer import view_layer
from iprtool.store.study import Study


def study_rows(study: Study, *, fresh_ids: bool = False) -> StudyRows:
    """The study's people, recalls and codebooks, and its layers, whose rows are read when they are asked for.

    `fresh_ids` makes a new export key, so that these ids have nothing in common with those of exports before. Raises
    StoreError where an object cannot be opened.
    """
    recalls = [study.settled(recall) for recall in study.recalls()]
    held = [recall for recall in recalls if recall.layer is not None]
    return StudyRows(
        study=study.id,
        key=study.export_key(fresh=fresh_ids),
        dyads=tuple(study.dyads()),
        sessions=tuple(study.sessions()),
        recordings=tuple(study.recordings()),
        recalls=tuple(recalls),
        codebooks=tuple(_codebook(study, recall.layer or "") for recall in held),
        layers=tuple(_layer(study, recall) for recall in held),
    )


def _codebook(study: Study, layer: str) -> Codebook:
    with view_layer(study.path_of(layer), study.key_of(layer)) as view:
        return view.head.codebook


def _layer(study: Study, recall: Recall) -> LayerRows:
    layer = recall.layer or ""
    path, key = study.path_of(layer), study.key_of(layer)

    @contextlib.contextmanager
    def opened() -> Iterator[RowsOf]:
        with view_layer(path, key) as view:
            yield view.rows

    return LayerRows(layer, recall.id, opened)
