"""What several files of tests begin with; where one needs more, it has its own of the same name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from iprtool.store.keys import Keyring, create_open_keyring
from tests.machine import Machine, known_machine


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    """A keyring that opens without asking, open."""
    with create_open_keyring(tmp_path / "open.keyring") as made:
        yield made


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A person's machine with the study A.ipr, made once for the tests of a file."""
    return known_machine(tmp_path_factory.mktemp("known"))


@pytest.fixture
def machine(known: Machine, tmp_path: Path) -> Machine:
    """The known machine once more, to be spoilt by one test."""
    return known.copied(tmp_path)
