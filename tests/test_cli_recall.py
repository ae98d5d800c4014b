"""The commands for consents and for beginning a recall, as they are typed."""

import json
import sys

import pytest

from iprtool.model.protocol import PROTOCOLS
from iprtool.model.study import Person
from iprtool.store.layer import read_layer
from tests.machine import WITH_PASSPHRASE, Machine, known_machine, one_sentence, state, where

if sys.platform != "win32":
    from tests.terminal import refusal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs Linux or macOS")

WIDE = (300, 24)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    machine = known_machine(tmp_path_factory.mktemp("known"))
    with machine.study() as study:
        (dyad,) = study.dyads()
        study.put(Person("pc", "D01-C", "client", dyad.id))
        study.put(Person("pt", "D01-T", "therapist", dyad.id))
    return machine


def consent(machine: Machine, person: str, *more: str) -> str:
    return machine.says("consent", "A.ipr", person, *more, *WITH_PASSPHRASE)


def test_consents_are_noted_listed_and_withdrawn(machine: Machine) -> None:
    said = consent(machine, "D01-C", "--scope", "research", "--scope", "quotation", "--signed", "2024-01-10")
    assert said == "D01-C: research, quotation · signed 2024-01-10\n"
    listed = machine.says("consents", "A.ipr", *WITH_PASSPHRASE)
    assert "  D01-C       client\n    research, quotation · signed 2024-01-10\n" in listed
    assert "! D01-T       therapist\n    D01-T has no consent for research; note what was signed with:" in listed
    everybody = json.loads(machine.says("consents", "A.ipr", "--json", *WITH_PASSPHRASE))
    assert [(one["label"], one["problem"] is None) for one in everybody] == [("D01-C", True), ("D01-T", False)]

    withdrawn = ("mark-withdrawn", "A.ipr", "D01-C", "--on", "2024-02-01", *WITH_PASSPHRASE)
    assert machine.says(*withdrawn) == "D01-C withdrew, since 2024-02-01.\n"
    assert "D01-C withdrew on 2024-02-01" in machine.says("consents", "A.ipr", *WITH_PASSPHRASE)
    assert machine.says("mark-withdrawn", "A.ipr", "D01-C", "--undo", *WITH_PASSPHRASE) == "D01-C has not withdrawn.\n"
    said = machine.says(*withdrawn, "--scope", "quotation")
    assert said == "D01-C withdrew the consent for quotation, since 2024-02-01.\n"
    assert "A.ipr is sound." in machine.says("verify", "A.ipr", *WITH_PASSPHRASE)


def test_what_cannot_be_noted_is_one_sentence_and_changes_nothing(machine: Machine) -> None:
    wrong = [
        (("consent", "A.ipr", "D09-C", "--scope", "research", "--signed", "2024-01-10"), "no person 'D09-C'"),
        (("consent", "A.ipr", "D01-C", "--scope", "research", "--signed", "soon"), "'soon' is no date"),
        (("consent", "A.ipr", "D01-C", "--signed", "2024-01-10"), "A consent is for something"),
        (("mark-withdrawn", "A.ipr", "D01-C", "--undo"), "D01-C has not withdrawn, so there is nothing to take back"),
    ]
    before = state(machine.work)
    for done, (_, why) in zip(machine.run_all([(*one, *WITH_PASSPHRASE) for one, _ in wrong]), wrong, strict=True):
        assert why in one_sentence(done)
    assert state(machine.work) == before
    usage = machine.run("consent", "A.ipr", "D01-C", "--scope", "everything", "--signed", "2024-01-10")
    assert (usage.returncode, usage.stdout) == (2, "")


def test_the_purpose_is_shown_and_set(machine: Machine) -> None:
    assert machine.says("purpose", "A.ipr", *WITH_PASSPHRASE) == "research\n"
    assert machine.says("purpose", "A.ipr", "teaching", *WITH_PASSPHRASE) == "teaching\n"
    assert machine.says("purpose", "A.ipr", *WITH_PASSPHRASE) == "teaching\n"


def test_every_protocol_is_listed(known: Machine) -> None:
    listed = known.says("protocols")
    for name in PROTOCOLS:
        assert f"\n{name} " in f"\n{listed}"
    assert [one["name"] for one in json.loads(known.says("protocols", "--json"))] == list(PROTOCOLS)


RECALL = ("recall", "A.ipr", *where("D01", 1), *WITH_PASSPHRASE)
NO_RECALLS = [
    (("--by", "client", "--protocol", "freely"), "There is no protocol 'freely'; the protocols are person-centred"),
    (("--by", "client", "--protocol", "segments"), "needs the segments that were chosen"),
    (("--by", "client", "--protocol", "segments", "--segment", "0:01-0:09"), "The recording ends at 00:03"),
    (("--by", "client", "--choose", "3"), "Chosen moments belong to the protocol supervision"),
    (("--by", "therapist", "--protocol", "brief-structured", "--event-of", "client"), "has no Brief Structured Recall"),
    (("--by", "client", "--guide", "0"), "The guide has no version '0'"),
    (("--person", "D01-X"), "no person 'D01-X' in this study (persons: D01-C, D01-T)"),
    (("--person", "D01-C", "--by", "therapist"), "D01-C is client in this study; leave --by out"),
    (("--person", "D01-C", "--also", "D01-T"), "Only in a mutual recall do others take part"),
]


def test_a_recall_that_cannot_be_begins_nothing(machine: Machine) -> None:
    before = state(machine.work)
    started = [machine.terminal(*RECALL, *more, size=WIDE) for more, _ in NO_RECALLS]
    for terminal, (_, why) in zip(started, NO_RECALLS, strict=True):
        assert why in refusal(terminal)
    assert state(machine.work) == before


def test_what_is_no_usage_exits_with_2(known: Machine) -> None:
    wrong = [
        RECALL,
        (*RECALL, "--by", "client", "--segment", "12:30"),
        (*RECALL, "--by", "client", "--every", "soon"),
        (*RECALL, "--by", "client", "--view", "upside-down"),
    ]
    for done in known.run_all(wrong):
        assert (done.returncode, done.stdout) == (2, "")
        assert "Usage: " in done.stderr


def test_without_a_consent_that_holds_no_recall_opens(machine: Machine) -> None:
    consent(machine, "D01-T", "--scope", "research", "--signed", "2024-01-10")
    said = refusal(machine.terminal(*RECALL, "--by", "client", size=WIDE))
    assert said == (
        "iprtool: D01-C has no consent for research; note what was signed with: "
        "iprtool consent STUDY D01-C --scope research --signed DATE."
    )
    consent(machine, "D01-C", "--scope", "research", "--signed", "2024-01-10", "--until", "2024-02-10")
    assert "The consent of D01-C for research ended on 2024-02-10" in refusal(
        machine.terminal(*RECALL, "--by", "client", size=WIDE)
    )


def test_a_recall_begins_with_all_that_was_said_and_goes_on_with_the_same(machine: Machine) -> None:
    how: tuple[str, ...] = (
        *("--person", "D01-C", "--protocol", "interval", "--every", "1:00", "--minutes", "60", "--stay"),
        *("--inquirer", "I2", "--place", "clinic", "--view", "left-covered"),
    )
    refused = refusal(machine.terminal(*RECALL, *how, size=WIDE))
    assert "The recording is 00:03 long; choose a shorter interval" in refused
    how = tuple("research" if one == "interval" else one for one in how if one not in ("--every", "1:00"))
    for _ in range(2):
        terminal = machine.terminal(*RECALL, *how)
        terminal.wait_for("recall by CLIENT")
        terminal.wait_for("0 marks saved")
        terminal.kill()
    with machine.study() as study:
        (recall,) = study.recalls()
        assert (recall.person, recall.inquirer, recall.place, recall.status) == ("pc", "I2", "clinic", "open")
        protocol = recall.protocol
        assert (protocol.name, protocol.after_note, protocol.planned_minutes) == ("research", "stay", 60)
        assert protocol.view == "left_covered"
        assert recall.layer is not None
        assert read_layer(study.path_of(recall.layer), study.key_of(recall.layer)).head.protocol == protocol
    said = refusal(machine.terminal(*RECALL, "--by", "client", "--protocol", "dial", size=WIDE))
    assert "This recall has begun with its own protocol (research: recaller or inquirer may stop" in said
