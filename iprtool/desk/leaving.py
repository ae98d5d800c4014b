"""What leaves a study, as the export's screen asks for it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from iprtool.model.leaving import Leaving, LeavingWish, Left
from iprtool.store.study import Study


class StudyExporter:
    """An open study, which stays its owner's to close."""

    def __init__(self, study: Study) -> None:
        self._study = study

    @property
    def name(self) -> str:
        """The study's name."""
        return self._study.path.stem

    @property
    def folder(self) -> str:
        """Where an export is made unless another folder is named: beside the study."""
        return str(self._study.path.absolute().parent)

    def look(self, wish: LeavingWish, progress: Callable[[float], None]) -> Leaving:
        """What would leave, and what would not and why."""
        from iprtool.export.build import Asked
        from iprtool.export.leaving import what_leaves

        return what_leaves(self._study, Asked(wish.text, wish.dates), today=date.today(), progress=progress)

    def export(self, wish: LeavingWish, folder: str, progress: Callable[[float], None]) -> Left:
        """Write it; what `progress` raises ends it, and nothing is left."""
        from iprtool.export.write import export_study

        result = export_study(
            self._study,
            Path(folder).expanduser(),
            with_text=wish.text,
            with_dates=wish.dates,
            fresh_ids=wish.fresh_ids,
            recipient=wish.recipient,
            progress=lambda done, steps: progress(done / steps),
            today=date.today(),
        )
        return Left(result.folder, sum(result.rows.values()))
