"""Begins a recall as the library does: the keyring is open, then this process is the participant's.

`python -P tests/begin_recall.py STUDY KEYRING PASSPHRASE-FILE RECALL`; an empty passphrase file is for a keyring that
has none.
"""

import sys
from pathlib import Path

from iprtool.desk.grants import recall_grant
from iprtool.launch import become_app, forbid_core_dumps
from iprtool.store.keys import open_keyring
from iprtool.store.study import Study


def main(study: Path, keyring: Path, passphrase: Path, recall: str) -> None:
    forbid_core_dumps()
    with (
        open_keyring(keyring, passphrase.read_text("utf-8").strip()) as opened,
        Study.open(study, opened) as researchers,
    ):
        chosen = next(one for one in researchers.recalls() if one.id == recall)
        grant = recall_grant(researchers, chosen, back=True)
    become_app(grant)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
