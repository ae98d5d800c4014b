"""The interview guides and the codebooks of a study's own, in all their versions."""

from typing import TypeVar

import msgspec

from iprtool.guides.loader import shipped
from iprtool.model.codebook import Codebook
from iprtool.model.errors import IprtoolError
from iprtool.model.guide import Guide
from iprtool.store.study import Study

_Versioned = TypeVar("_Versioned", Guide, Codebook)


def guides_of(study: Study) -> list[Guide]:
    """The study's guides in all their versions, the newest last; the shipped one where it has none of its own."""
    return _versions(study, "guide", Guide) or [shipped()]


def guide_for(study: Study, version: str | None = None) -> Guide:
    """The study's guide in this version, or the newest; IprtoolError where there is none of it."""
    guides = guides_of(study)
    found = next((one for one in reversed(guides) if version in (None, one.version)), None)
    if found is None:
        known = ", ".join(one.version for one in guides)
        raise IprtoolError(f"The guide has no version {str(version)[:40]!r}; it has {known}.")
    return found


def codebooks_of(study: Study) -> list[Codebook]:
    """The codebooks of the study's own in all their versions, the newest last."""
    return _versions(study, "codebook", Codebook)


def _versions(study: Study, kind: str, of: type[_Versioned]) -> list[_Versioned]:
    """What was ever kept of a kind: a version stays when there is a newer one."""
    decode = msgspec.json.Decoder(of).decode
    kept = (decode(one.value) for one in study.roster.history() if one.kind == kind and one.value is not None)
    return list({(one.id, one.version): one for one in kept}.values())
