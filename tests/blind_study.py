"""A study whose partner's layer is full of tell-tales, and the participant's real process on it. Linux only."""

import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pyte

from iprtool.desk.consents import give_consent
from iprtool.desk.starting import start_recall
from iprtool.edits import Hand
from iprtool.model.layer import Closed, Covered, Marked
from iprtool.model.mark import Code, Mark, Rupture
from iprtool.model.score import Score
from iprtool.model.study import Dyad, Person
from iprtool.recall.settings import RecallChoice
from iprtool.store.keys import open_keyring
from iprtool.store.layer import LayerFile
from iprtool.store.study import Study
from tests.machine import PASSPHRASE, WITH_PASSPHRASE, Machine, where
from tests.sounds import make_recording
from tests.terminal import Terminal

NOTE = "quetzalcoatl was a feathered serpent"
WORD = "countertransference"
SAID = "chrysanthemum on the windowsill"
PARTNER, GONE = "ZWEIG-T", "ZWEIG-X"
MARKS = 37
TYPED = "🔎"
"""What is typed into the palette stands after it."""

BEGIN = Path(__file__).with_name("begin_recall.py")


class Told:
    """All that came to a terminal: the bytes, and every screen that they made."""

    def __init__(self, screen: "pyte.Screen") -> None:
        self._screen = screen
        self._stream = pyte.ByteStream(screen)
        self.raw = bytearray()
        self.screens: dict[str, None] = {}

    def feed(self, data: bytes) -> None:
        self.raw += data
        self._stream.feed(data)
        self.screens["\n".join(self._screen.display)] = None


class Participant(Terminal):
    """The participant's real process, begun as the library begins it, and what it showed."""

    def __init__(
        self, machine: Machine, study: Path, keyring: Path, recall: str, *, passphrase: str = "passphrase"
    ) -> None:
        begin = [sys.executable, "-P", str(BEGIN), str(study), str(keyring), str(machine.work / passphrase), recall]
        super().__init__(begin, machine.environment, (120, 40), machine.work)
        self.told = Told(self._screen)
        self._stream = self.told  # type: ignore[assignment]  # it is fed as the one before

    @property
    def last_line(self) -> str:
        return self.shown.splitlines()[-1]

    def is_at_rest(self) -> bool:
        """Whether no dialog, note or pane has the keys."""
        over_it = any(part in self.shown for part in (TYPED, "any other letter stops"))
        return not over_it and re.search(r"space (stop|go on|play)", self.last_line) is not None

    def settle(self) -> None:
        """Out of whatever a key led to: the ways out of cover, help, panes and notes, one after the other."""
        for keys in ("", "", "1", "q", "\r", "\x7f", "\r", "1", "\x7f", "\r", "\t", "1") * 2:
            self.press(keys)
            self.read(0.4 if keys else 0.05)
            if self.is_at_rest():
                return
        raise AssertionError(f"it never came to rest:\n{self.shown}")

    def end_recall(self) -> None:
        """To the end, past the closing question and the card."""
        self.press("\x11")
        self.wait_for("What is it like to have watched this?")
        self.press("\r")
        self.wait_for("Thank you.")
        self.wait_for("enter leaves")
        self.press_anew("\r")


class Blind:
    """A study with a partner's layer that is full of tell-tales, and the client's recall of the same session."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.path = machine.work / "A.ipr"
        self.keyring = machine.home / "config" / "keyring"

    def study(self) -> Study:
        return Study.open(self.path, open_keyring(self.keyring, PASSPHRASE))

    def begin(self) -> Participant:
        """The client's recall, ready to play."""
        with self.study() as study:
            recall = next(one.id for one in study.recalls() if one.by == "client")
        participant = Participant(self.machine, self.path, self.keyring, recall)
        participant.wait_for(lambda shown: "mine" in shown and "marks saved" in shown)
        participant.wait_for(lambda _: participant.is_at_rest())
        return participant


def fill(study: Study) -> None:
    """The partner's layer, scores, consents and transcript, and the client's recall, which is empty."""
    (dyad,), (session,) = study.dyads(), study.sessions()
    for label, role in (("ZWEIG-C", "client"), (PARTNER, "therapist"), (GONE, "observer")):
        study.put(Person(str(uuid.uuid4()), label, role, dyad.id if role != "observer" else None))  # type: ignore[arg-type]
    for person in study.persons()[:2]:
        give_consent(study, person, ["research"], "2024-01-10")
    study.put(Dyad("other", "ZWEIG-9"))
    therapist = study.persons()[1]
    with study.record_of(therapist) as record:
        record.add("score", "1", Score("1", session.id, therapist.id, "therapist", "wai-sr", "1", "bond", 19))
    partner = start_recall(study, session, RecallChoice("therapist", place="ZWEIG-house"))
    assert partner.layer is not None
    hand = Hand("therapist", "dev")
    with LayerFile(study.path_of(partner.layer), study.key_of(partner.layer)) as log:
        log.commit([hand.op(one.id, Marked(one)) for one in marks()]).result()
        log.commit([hand.op("v", Covered("played", 0, 60_000)), hand.op(partner.layer, Closed(NOTE))]).result()
    start_recall(study, session, RecallChoice("client", inquirer="I2"))


def marks() -> Iterator[Mark]:
    for number in range(MARKS):
        at_ms = 1_000 + number * 1_600
        code = Code("therapist-plain", "1", WORD)
        yield Mark(
            f"m{number}", "recaller", "point", at_ms, at_ms, 20, codes=(code,), note=f"{NOTE} {number}",
            rupture=Rupture("withdrawal", "client", "bond", 3),
        )  # fmt: skip


def template_in(folder: Path) -> Machine:
    """A machine with such a study on it."""
    machine = Machine(folder, IPRTOOL_PLAYER="embedded")
    (machine.work / "passphrase").write_text(PASSPHRASE + "\n")
    (machine.work / "words.vtt").write_text(f"WEBVTT\n\n00:00.500 --> 00:01.500\n<v client>{SAID}.\n")
    make_recording(machine.work / "session.m4a", "m4a", 90)
    machine.says("new", "A", "--contact", "Call the clinic.", *WITH_PASSPHRASE)
    machine.says("add", "A.ipr", "session.m4a", *where("D07", 3), "--transcript", "words.vtt", *WITH_PASSPHRASE)
    with machine.study() as study:
        fill(study)
    return machine


def needles(blind: Blind) -> dict[str, bytes]:
    """What a participant's process must not have, by what it is."""
    with open_keyring(blind.keyring, PASSPHRASE) as keyring, Study.open(blind.path, keyring) as study:
        (recording,) = study.recordings()
        own = next(one for one in study.recalls() if one.by == "client")
        allowed = {own.layer, recording.media, recording.peaks}
        foreign = [one.id for one in study.objects() if one.id not in allowed]
        keys = {one: study.key_of(one) for one in foreign} | {"admin": study.admin_key()}
        secrets = {f"the keyring's {name}": bytes(value) for name, value in keyring._secrets.items()}
        foreign_ids = [*foreign, study.head.admin, *(one.id for one in study.recalls() if one.id != own.id)]
    assert len(keys) >= 5
    found = {f"key {name}": key for name, key in keys.items()}
    found |= {f"hex key {name}": key.hex().encode() for name, key in keys.items()}
    found |= {f"id {ident}": ident.encode() for ident in foreign_ids}
    words = (NOTE, WORD, SAID, PARTNER, GONE, "ZWEIG-house", "ZWEIG-9", PASSPHRASE)
    found |= {word: word.encode() for word in words}
    return found | {f"{word} as UTF-16": word.encode("utf-16-le") for word in words} | secrets


def check_told(told: Told) -> None:
    """Nothing of the partner's was ever shown, and nothing was said past the screen: no title, no clipboard."""
    lines = "\n".join(told.screens).splitlines()
    everything = "\n".join(line for line in lines if TYPED not in line).casefold()
    for word in (NOTE, WORD, SAID, PARTNER, GONE, "zweig", "rupture", "withdrawal", "recall by therapist"):
        assert word.casefold() not in everything, word
    counts = {int(count) for count in re.findall(r"(\d+) marks? ", everything)}
    assert MARKS not in counts
    assert not re.search(rb"\x1b\]\s*(?:[0-2]|52);", told.raw)  # OSC: the window's title and icon; the clipboard
