"""Codebooks and guides at the real command line: checked, loaded as versions, compared, written, put to use."""

import pytest

from iprtool.desk.codebooks import codebook_in_use
from tests.machine import WITH_PASSPHRASE, Machine, known_machine, one_sentence

MINE = """id = "mine"
version = "{}"
title = "Our words"
source = "ours"
plain = true

[[codes]]
id = "cold"
label = "{}"

[[codes]]
id = "warm"
label = "warmed up"
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return known_machine(tmp_path_factory.mktemp("known"))


def test_a_codebook_goes_in_by_versions_and_a_role_s_recalls_begin_with_it(machine: Machine) -> None:
    (machine.work / "mine.toml").write_text(MINE.format("1.0", "went cold"))
    (machine.work / "mine2.toml").write_text(MINE.format("1.1", "grew cold"))
    (machine.work / "bad.toml").write_text(MINE.format("1.2", "").replace("plain = true", "plain = 3"))
    assert machine.says("codebook", "check", "mine.toml") == "Our words, version 1.0: 2 codes.\n"
    assert machine.run("codebook", "check", "bad.toml").returncode == 1
    loaded = ("codebook", "load", "A.ipr")
    assert machine.says(*loaded, "mine.toml", *WITH_PASSPHRASE) == "mine 1.0 is kept.\n"
    assert machine.says(*loaded, "mine2.toml", "--for", "client", *WITH_PASSPHRASE).splitlines() == [
        "mine 1.1 is kept.",
        "  version: 1.0 → 1.1",
        "  code relabelled: went cold → grew cold (cold)",
        "mine@1.1 is used for client.",
    ]
    again = one_sentence(machine.run(*loaded, "mine.toml", *WITH_PASSPHRASE))
    assert "There is a version 1.0 of mine already" in again
    listed = machine.says("codebook", "list", "A.ipr", *WITH_PASSPHRASE).splitlines()
    assert any(line.split()[:2] == ["own", "mine@1.1"] and line.endswith("used for client") for line in listed)
    diff = machine.says("codebook", "diff", "A.ipr", "mine@1.0", "mine@1.1", *WITH_PASSPHRASE)
    assert "code relabelled: went cold → grew cold (cold)" in diff
    machine.says("codebook", "write", "A.ipr", "mine@1.0", "--to", "out.toml", *WITH_PASSPHRASE)
    assert "went cold" in (machine.work / "out.toml").read_text()
    copied = machine.says("codebook", "copy", "A.ipr", "3rs-2015", "ours-3rs", *WITH_PASSPHRASE)
    assert copied.startswith("ours-3rs 1.0 is kept")
    refused = machine.run("codebook", "use", "A.ipr", "ours-3rs", "--for", "client", *WITH_PASSPHRASE)
    assert "not in plain words" in one_sentence(refused)
    with machine.study() as study:
        assert codebook_in_use(study, "client").version == "1.1"


def test_a_guide_is_written_changed_loaded_and_printed(machine: Machine) -> None:
    machine.says("guide", "write", "A.ipr", "--to", "leads.toml", *WITH_PASSPHRASE)
    text = (machine.work / "leads.toml").read_text()
    changed = text.replace('version = "1.0"', 'version = "2.0"').replace("feeling just there", "feeling there")
    (machine.work / "leads2.toml").write_text(changed)
    assert machine.says("guide", "check", "leads2.toml").endswith("version 2.0 (en): 10 leads.\n")
    said = machine.says("guide", "load", "A.ipr", "leads2.toml", *WITH_PASSPHRASE).splitlines()
    assert said[0] == "ipr-leads 2.0 is kept and in force."
    assert said[-1].startswith("  lead reworded: What were you feeling just there? → What were you feeling there?")
    assert "What were you feeling there?" in machine.says("guide", "print", "A.ipr", *WITH_PASSPHRASE)
    old = machine.says("guide", "print", "A.ipr", "--version", "1.0", "--to", "card.txt", *WITH_PASSPHRASE)
    assert old == "The card is written to card.txt.\n"
    assert "What were you feeling just there?" in (machine.work / "card.txt").read_text()
    assert "reworded" in machine.says("guide", "diff", "A.ipr", "1.0", "2.0", *WITH_PASSPHRASE)
    machine.says("guide", "use", "A.ipr", "1.0", *WITH_PASSPHRASE)
    listed = machine.says("guide", "list", "A.ipr", *WITH_PASSPHRASE).splitlines()
    assert [line.endswith("in force") for line in listed] == [True, False]
    assert "no version '7'" in one_sentence(machine.run("guide", "use", "A.ipr", "7", *WITH_PASSPHRASE))
