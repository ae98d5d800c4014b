"""The interview guides of a study in all their versions, and which of them is in force."""

from pathlib import Path

import msgspec

from iprtool.codebooks.versions import name_of
from iprtool.codebooks.writing import save
from iprtool.desk.steps import Step
from iprtool.guides.loader import copied, following, load, shipped, shipped_ids
from iprtool.model.errors import IprtoolError
from iprtool.model.guide import Guide
from iprtool.store.study import Study

GUIDE = "guide"
"""The kind of entry in the roster, by id@version; and the setting that names the one in force."""


class GuideShown(msgspec.Struct, frozen=True):
    """A version of a guide: whether it is the study's own, and whether recalls begin with it."""

    guide: Guide
    own: bool
    in_force: bool


def all_guides(study: Study) -> list[Guide]:
    """Every guide in every version: those that come with iprtool, then the study's own, the oldest first."""
    return [*map(shipped, shipped_ids()), *study.roster.all(GUIDE, Guide)]


def guide_in_force(study: Study) -> Guide:
    """The guide that new recalls begin with: the one that was put in force, else the newest."""
    guides = all_guides(study)
    wanted = study.setting(GUIDE)
    return next((one for one in guides if name_of(one) == wanted), guides[-1])


def guides_of(study: Study) -> list[Guide]:
    """The versions of the study's guide, the oldest first but for the one in force, which is the last."""
    in_force = guide_in_force(study)
    return [*(one for one in versions_of(study, in_force.id) if one != in_force), in_force]


def guide_for(study: Study, version: str | None = None) -> Guide:
    """The study's guide in this version (or another guide as id@version), else the one in force; IprtoolError if none.

    A version is looked for in the guide in force first.
    """
    own = guides_of(study)
    if version is None:
        return own[-1]
    others = [one for one in reversed(all_guides(study)) if version in (one.version, name_of(one))]
    found = next((one for one in reversed(own) if one.version == version), next(iter(others), None))
    if found is None:
        known = ", ".join(one.version for one in own)
        raise IprtoolError(f"The guide has no version {version[:40]!r}; it has {known}.")
    return found


def versions_of(study: Study, guide_id: str) -> list[Guide]:
    """A guide's versions, the oldest first."""
    return [one for one in all_guides(study) if one.id == guide_id]


def keep_guide(study: Study, guide: Guide) -> Step:
    """Keep a new version, which is in force from now on; GuideError where it can't come after those before."""
    following(guide, versions_of(study, guide.id))
    before = study.setting(GUIDE)

    def forth() -> None:
        study.roster.add(GUIDE, name_of(guide), guide)
        study.set_setting(GUIDE, name_of(guide))

    def back() -> None:
        refuse_used(study, guide)
        study.roster.add(GUIDE, name_of(guide), None)
        study.set_setting(GUIDE, before or "")

    forth()
    return Step(f"{guide.id} {guide.version} is kept and in force", back, forth)


def put_in_force(study: Study, guide: Guide) -> Step:
    """Let new recalls begin with this version."""
    before = study.setting(GUIDE) or ""

    def forth() -> None:
        study.set_setting(GUIDE, name_of(guide))

    forth()
    return Step(f"{guide.id} {guide.version} is in force", lambda: study.set_setting(GUIDE, before), forth)


def refuse_used(study: Study, guide: Guide) -> None:
    """IprtoolError where a version of a guide is used, so that it stays."""
    begun = (one for one in study.recalls() if one.layer is not None)
    if any((one.guide, one.guide_version) == (guide.id, guide.version) for one in begun):
        raise IprtoolError(f"Recalls were begun with version {guide.version} of the guide, so it stays.")


class StudyGuides:
    """A study's guides as their screen sees them."""

    def __init__(self, study: Study) -> None:
        self._study = study

    def guides(self) -> list[GuideShown]:
        """Every guide in every version."""
        own, in_force = self._study.roster.all(GUIDE, Guide), guide_in_force(self._study)
        return [GuideShown(one, one in own, one == in_force) for one in all_guides(self._study)]

    def keep(self, guide: Guide) -> Step:
        """Keep a new version."""
        return keep_guide(self._study, guide)

    def copy(self, guide: Guide, new_id: str, title: str, language: str) -> Step:
        """Keep a guide that begins as this one."""
        return keep_guide(self._study, copied(guide, new_id, title, language))

    def load(self, path: Path) -> Step:
        """Keep the guide in a file."""
        return keep_guide(self._study, load(path))

    def put_in_force(self, guide: Guide) -> Step:
        """Let new recalls begin with it."""
        return put_in_force(self._study, guide)

    def write(self, guide: Guide, path: Path) -> None:
        """Write it to a new TOML file."""
        save(guide, path)
