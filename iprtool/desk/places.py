"""Where the person's own things are on this machine, and the keys that they chose."""

import hashlib
import os
from pathlib import Path

import msgspec
import platformdirs

from iprtool.commands import RECALL, remapped
from iprtool.model.errors import IprtoolError
from iprtool.store.keys import Keyring

OPEN_KEYRING = "open.keyring"
"""A keyring of this name beside a study opens it without asking: the demo's, and those of tests."""


def config_folder() -> Path:
    """Where the person's keyring and keymap are; IPRTOOL_HOME moves it."""
    home = os.environ.get("IPRTOOL_HOME")
    return Path(home) / "config" if home else platformdirs.user_config_path("iprtool", appauthor=False)


def data_folder() -> Path:
    """Where the demo and the recordings opened on their own are; IPRTOOL_HOME moves it."""
    home = os.environ.get("IPRTOOL_HOME")
    return Path(home) / "data" if home else platformdirs.user_data_path("iprtool", appauthor=False)


def keyring_path(study: Path | None = None) -> Path:
    """The keyring that opens a study: the one lying beside it, or else the person's own."""
    if study is not None and (beside := study.absolute().parent / OPEN_KEYRING).exists():
        return beside
    return config_folder() / "keyring"


def keymap() -> dict[str, str]:
    """The person's own keys from keys.toml in the configuration folder: Textual's key names by command id."""
    path = config_folder() / "keys.toml"
    try:
        keys = msgspec.toml.decode(path.read_bytes(), type=dict[str, str])
        _check_keys([key for command in remapped(RECALL, keys) for key in command.keys.split(",")])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise IprtoolError(f"{path} cannot be used: {error}.") from error
    return keys


def _check_keys(keys: list[str]) -> None:
    """ValueError where a key would do two things, or keep a note from beginning."""
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {key} would do two things")
        if len(key) == 1 and key.isalpha():
            raise ValueError(f"the key {key} is a letter, and letters begin notes")


def study_of_one(keyring: Keyring, original_sha256: str) -> Path:
    """Where the study of a recording opened on its own is; the name tells nothing to who has not the keyring."""
    name = hashlib.sha256(keyring.sign(f"study of one {original_sha256}".encode())).hexdigest()[:24]
    return data_folder() / "opened" / f"{name}.ipr"
