"""The codebooks that a study can use: those that come with iprtool and its own, in all their versions."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from iprtool.codebooks.change import copied, following
from iprtool.codebooks.loader import SUFFIXES, load, shipped, shipped_ids
from iprtool.codebooks.versions import name_of
from iprtool.codebooks.writing import save
from iprtool.desk.roles import FACES, PALETTES
from iprtool.desk.steps import Step
from iprtool.model.codebook import Codebook
from iprtool.model.errors import IprtoolError
from iprtool.model.terms import Role
from iprtool.store.study import Study

CODEBOOK = "codebook"
"""The kind of entry in the roster, by id@version; and what the settings of what a role uses begin with."""


class CodebookShown(msgspec.Struct, frozen=True):
    """A version of a codebook: whether it is the study's own, and the roles whose new recalls begin with it."""

    codebook: Codebook
    own: bool
    roles: tuple[Role, ...]


def codebooks_of(study: Study) -> list[Codebook]:
    """The codebooks of the study's own in all their versions, the newest last."""
    return study.roster.all(CODEBOOK, Codebook)


def all_codebooks(study: Study) -> list[Codebook]:
    """Every codebook in every version: those that come with iprtool, then the study's own, the oldest first."""
    return [*map(shipped, shipped_ids()), *codebooks_of(study)]


def versions_of(study: Study, codebook_id: str) -> list[Codebook]:
    """A codebook's versions, the oldest first."""
    return [one for one in all_codebooks(study) if one.id == codebook_id]


def codebook_named(study: Study, wanted: str) -> Codebook:
    """The codebook of this id (its newest version) or id@version, or in this file; IprtoolError where there is none."""
    if Path(wanted).suffix.lower() in SUFFIXES:
        return load(Path(wanted))
    found = [one for one in all_codebooks(study) if wanted in (one.id, name_of(one))]
    if not found:
        known = ", ".join(dict.fromkeys(one.id for one in all_codebooks(study)))
        raise IprtoolError(f"There is no codebook {wanted[:80]!r}; there are {known}.")
    return found[-1]


def codebook_in_use(study: Study, role: Role) -> Codebook:
    """The codebook that new recalls of a role begin with: the one chosen for it, else its palette."""
    wanted = study.setting(_setting(role))
    chosen = next((one for one in all_codebooks(study) if name_of(one) == wanted), None)
    return chosen or shipped(PALETTES[role])


def use_codebook(study: Study, codebook: Codebook, roles: Iterable[Role]) -> Step:
    """Let new recalls of just these roles begin with this version; the others that did go back to their palettes.

    IprtoolError where participants would not get plain words.
    """
    wanted = tuple(roles)
    unplain = [role for role in wanted if FACES[role] == "participant" and not codebook.plain]
    if unplain:
        raise IprtoolError(
            f"{codebook.title} is not in plain words, which a {unplain[0].replace('_', ' ')} needs; choose a plain one."
        )
    name = name_of(codebook)
    before = {role: study.setting(_setting(role)) or "" for role in PALETTES}
    after = {role: name if role in wanted else "" if was == name else was for role, was in before.items()}

    def put(settings: dict[Role, str]) -> None:
        for role, value in settings.items():
            if (study.setting(_setting(role)) or "") != value:
                study.set_setting(_setting(role), value)

    put(after)
    whose = ", ".join(role.replace("_", " ") for role in wanted) or "no role"
    return Step(f"{name} is used for {whose}", lambda: put(before), lambda: put(after))


def keep_codebook(study: Study, codebook: Codebook) -> Step:
    """Keep a new version of a codebook of the study's own; CodebookError where it can't come after those before."""
    if codebook.id in shipped_ids():
        raise IprtoolError(f"{codebook.id} is the id of one that comes with iprtool; give the study's own another id.")
    following(codebook, versions_of(study, codebook.id))
    name = name_of(codebook)

    def forth() -> None:
        study.roster.add(CODEBOOK, name, codebook)

    def back() -> None:
        refuse_used(study, codebook)
        study.roster.add(CODEBOOK, name, None)

    forth()
    return Step(f"{codebook.id} {codebook.version} is kept", back, forth)


def refuse_used(study: Study, codebook: Codebook) -> None:
    """IprtoolError where a version of a codebook is used, so that it stays."""
    recalls = [(one.codebook, one.codebook_version) for one in study.recalls()]
    codings = [(one.codebook, one.codebook_version) for one in study.codings()]
    if (codebook.id, codebook.version) in (*recalls, *codings):
        raise IprtoolError(f"Recalls or codings were begun with {name_of(codebook)}, so it stays.")
    if any(study.setting(_setting(role)) == name_of(codebook) for role in PALETTES):
        raise IprtoolError(f"{name_of(codebook)} is chosen for a role's recalls; choose another one for it first.")


def _setting(role: Role) -> str:
    return f"{CODEBOOK}.{role}"


class StudyCodebooks:
    """A study's codebooks as their screens see them."""

    def __init__(self, study: Study) -> None:
        self._study = study

    def codebooks(self) -> list[CodebookShown]:
        """Every codebook in every version."""
        study, own = self._study, {name_of(one) for one in codebooks_of(self._study)}
        used = {role: name_of(codebook_in_use(study, role)) for role in PALETTES}
        return [
            CodebookShown(one, name_of(one) in own, tuple(role for role in used if used[role] == name_of(one)))
            for one in all_codebooks(study)
        ]

    def keep(self, codebook: Codebook) -> Step:
        """Keep a new version."""
        return keep_codebook(self._study, codebook)

    def copy(self, codebook: Codebook, new_id: str, title: str) -> Step:
        """Keep a codebook of the study's own that begins as this one."""
        return keep_codebook(self._study, copied(codebook, new_id, title))

    def load(self, path: Path) -> Step:
        """Keep the codebook in a TOML or CSV file."""
        return keep_codebook(self._study, load(path))

    def use(self, codebook: Codebook, roles: Sequence[Role]) -> Step:
        """Let new recalls of just these roles begin with it."""
        return use_codebook(self._study, codebook, roles)

    def write(self, codebook: Codebook, path: Path) -> None:
        """Write it to a new TOML file."""
        save(codebook, path)
