"""Sealed objects of a study, as a process is given them."""

from iprtool.model.errors import StoreError
from iprtool.model.grant import ObjectGrant
from iprtool.model.study import Recording
from iprtool.store.study import Study


def object_grant(study: Study, object_id: str) -> ObjectGrant:
    """An object's path and key; StoreError where it is not in the folder."""
    path = study.path_of(object_id)
    if not path.exists():
        raise StoreError(
            f"{path.name} is missing from the study: the folder may be half copied, so copy it again whole."
        )
    return ObjectGrant(str(path), study.key_of(object_id).hex())


def media_and_peaks(study: Study, recording: Recording) -> tuple[ObjectGrant, ObjectGrant | None]:
    """A recording and its sound's outline."""
    return object_grant(study, recording.media), object_grant(study, recording.peaks) if recording.peaks else None
