"""The researcher's desk: studies and their keyrings, who recalls what, and the grant that a recall or a review gets."""

from iprtool.desk.codebooks import codebooks_of
from iprtool.desk.codings import (
    CodingState,
    begin_coding,
    coder_may_review,
    coding_by,
    coding_codebook,
    coding_grant,
    coding_states,
    settled_coding,
    unblind_coding,
    unlock_coding,
)
from iprtool.desk.consents import may_use, person_labelled
from iprtool.desk.grants import recall_grant
from iprtool.desk.guides import guide_for, guides_of
from iprtool.desk.people import ensure_session, person_of, the_only_session, the_recording
from iprtool.desk.places import OPEN_KEYRING, config_folder, data_folder, keymap, keyring_path, study_of_one
from iprtool.desk.recalls import begin_recall, codebook_for, event_bounds, recall_by
from iprtool.desk.reviews import coder_review_grant, review_grant, review_object
from iprtool.desk.roles import FACES, PALETTES
from iprtool.desk.starting import start_recall
from iprtool.library.editing import check_label
from iprtool.store.machine import device

__all__ = [
    "FACES",
    "OPEN_KEYRING",
    "PALETTES",
    "CodingState",
    "begin_coding",
    "begin_recall",
    "check_label",
    "codebook_for",
    "codebooks_of",
    "coder_may_review",
    "coder_review_grant",
    "coding_by",
    "coding_codebook",
    "coding_grant",
    "coding_states",
    "config_folder",
    "data_folder",
    "device",
    "ensure_session",
    "event_bounds",
    "guide_for",
    "guides_of",
    "keymap",
    "keyring_path",
    "may_use",
    "person_labelled",
    "person_of",
    "recall_by",
    "recall_grant",
    "review_grant",
    "review_object",
    "settled_coding",
    "start_recall",
    "study_of_one",
    "the_only_session",
    "the_recording",
    "unblind_coding",
    "unlock_coding",
]
