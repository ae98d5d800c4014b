"""Blindness by construction: a participant's process has nothing of the partner's, and the way back asks.

Searched are its open files, arguments, environment and memory, those of its children, and all that was ever on its
screen, while every command is tried.
"""

import contextlib
import os
import re
import signal
import sys
import uuid
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from iprtool import desk
from iprtool.commands import RECALL, Command
from iprtool.desk.consents import give_consent
from iprtool.edits import Hand
from iprtool.model.layer import Closed, Covered, Marked
from iprtool.model.mark import Code, Mark, Rupture
from iprtool.model.score import Score
from iprtool.model.study import Dyad, Person, Recall
from iprtool.recall.settings import RecallChoice
from iprtool.store.keys import create_open_keyring, open_keyring
from iprtool.store.layer import LayerFile
from iprtool.store.study import Study
from tests.machine import PASSPHRASE, WITH_PASSPHRASE, Machine, where
from tests.sounds import make_recording

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at through /proc")

if sys.platform == "linux":
    import pyte

    from tests.memory import found_in
    from tests.processes import PROC, Watch, below, running, wait_until
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
    partner = desk.start_recall(study, session, RecallChoice("therapist", place="ZWEIG-house"))
    assert partner.layer is not None
    hand = Hand("therapist", "dev")
    with LayerFile(study.path_of(partner.layer), study.key_of(partner.layer)) as log:
        log.commit([hand.op(one.id, Marked(one)) for one in marks()]).result()
        log.commit([hand.op("v", Covered("played", 0, 60_000)), hand.op(partner.layer, Closed(NOTE))]).result()
    desk.start_recall(study, session, RecallChoice("client", inquirer="I2"))


def marks() -> Iterator[Mark]:
    for number in range(MARKS):
        at_ms = 1_000 + number * 1_600
        code = Code("therapist-plain", "1", WORD)
        yield Mark(
            f"m{number}", "recaller", "point", at_ms, at_ms, 20, codes=(code,), note=f"{NOTE} {number}",
            rupture=Rupture("withdrawal", "client", "bond", 3),
        )  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    machine = Machine(tmp_path_factory.mktemp("blind"), IPRTOOL_PLAYER="embedded")
    (machine.work / "passphrase").write_text(PASSPHRASE + "\n")
    (machine.work / "words.vtt").write_text(f"WEBVTT\n\n00:00.500 --> 00:01.500\n<v client>{SAID}.\n")
    make_recording(machine.work / "session.m4a", "m4a", 90)
    machine.says("new", "A", "--contact", "Call the clinic.", *WITH_PASSPHRASE)
    machine.says("add", "A.ipr", "session.m4a", *where("D07", 3), "--transcript", "words.vtt", *WITH_PASSPHRASE)
    with machine.study() as study:
        fill(study)
    return machine


@pytest.fixture
def blind(template: Machine, tmp_path: Path) -> Blind:
    return Blind(template.copied(tmp_path))


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


def test_no_process_of_a_recall_holds_anything_of_the_partners(blind: Blind) -> None:
    foreign = needles(blind)
    participant = blind.begin()
    with Watch(participant.pid) as watch:
        participant.press(" ")
        participant.wait_for("space stop")
        participant.press("something of my own")
        participant.wait_for("something of my own")
        participant.press("\r")
        participant.wait_for("1 mark saved")
        wait_until(lambda: any(one.role == "iprtool.process player" for one in watch.seen.values()))
        own = {"own": b"something of my own"}
        try:
            assert found_in(participant.pid, own) == {"own"}  # the search finds what is there
            in_memory = {pid: found_in(pid, foreign) for pid in below(participant.pid)}
        except PermissionError:
            in_memory = {}
    processes = watch.seen.values()
    participant.kill()

    assert {"iprtool.serve", "iprtool.process player"} <= {one.role for one in processes}
    assert {pid: names for pid, names in in_memory.items() if names} == {}
    with blind.study() as study:
        (recording,) = study.recordings()
        layer = next(str(one.layer) for one in study.recalls() if one.by == "client")
    opened = {Path(path).name.partition(".")[0] for one in processes for path in one.opened if "A.ipr" in path}
    assert opened - {"objects"} <= {layer, recording.media, str(recording.peaks)}
    assert not [path for one in processes for path in one.opened if "keyring" in path or "study.json" in path]
    told = "\0".join(one.environment + "\0".join(one.arguments) for one in processes).encode()
    assert {name for name, needle in foreign.items() if needle in told} == set()


# What is on the screen


KEYS: Mapping[str, str] = {
    "space": " ", "enter": "\r", "tab": "\t", "escape": "\x1b", "minus": "-", "plus": "+", "comma": ",",
    "full_stop": ".", "delete": "\x1b[3~", "backspace": "\x7f", "left": "\x1b[D", "right": "\x1b[C", "up": "\x1b[A",
    "down": "\x1b[B", "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~",
    "less_than_sign": "<", "greater_than_sign": ">", "question_mark": "?",
    "shift+left": "\x1b[1;2D", "shift+right": "\x1b[1;2C",
    "shift+up": "\x1b[1;2A", "shift+down": "\x1b[1;2B",
}  # fmt: skip


def typed(key: str) -> str:
    """What a terminal sends for one of Textual's keys."""
    if key in KEYS:
        return KEYS[key]
    if key.startswith("ctrl+") and len(key) == len("ctrl+a"):
        return chr(ord(key[-1]) & 0x1F)
    assert len(key) == 1, key
    return key


def check_told(told: Told) -> None:
    """Nothing of the partner's was ever shown, and nothing was said past the screen: no title, no clipboard."""
    lines = "\n".join(told.screens).splitlines()
    everything = "\n".join(line for line in lines if TYPED not in line).casefold()
    for word in (NOTE, WORD, SAID, PARTNER, GONE, "zweig", "rupture", "withdrawal", "recall by therapist"):
        assert word.casefold() not in everything, word
    counts = {int(count) for count in re.findall(r"(\d+) marks? ", everything)}
    assert MARKS not in counts
    assert not re.search(rb"\x1b\]\s*(?:[0-2]|52);", told.raw)  # OSC: the window's title and icon; the clipboard


def own_lane(shown: str) -> str:
    """The timeline's row of one's own marks."""
    return next(line for line in shown.splitlines() if line.startswith("mine"))


def test_no_command_shows_anything_of_the_partners(blind: Blind) -> None:
    participant = blind.begin()
    assert not set("●◆○▼├┤") & set(own_lane(participant.shown))
    assert "0 marks saved" in participant.shown
    for command in RECALL:
        if command.id == "end":
            continue
        for key in command.keys.split(","):
            participant.press(typed(key))
            look(participant, command)
    check_told(participant.told)
    participant.kill()


def look(participant: Participant, command: Command) -> None:
    """See what a command shows, and come to rest again."""
    if command.id in ("cover", "cover_or_close"):
        participant.wait_for("Covered.")  # there, a digit that comes too late may end it
    participant.read(0.1)
    participant.settle()


def test_the_palette_has_its_own_commands_and_no_way_elsewhere(blind: Blind) -> None:
    participant = blind.begin()
    for word in ("library", "review", "export", "screenshot", "copy", "quetz"):
        participant.press("\x10")
        participant.wait_for("Search for commands")
        participant.press(word)
        participant.wait_for("No matches found")
        participant.press("\x1b")
        participant.wait_for(lambda _: participant.is_at_rest())
    for command in (one for one in RECALL if one.palette and one.id != "end"):
        run_by_palette(participant, command)
    check_told(participant.told)
    participant.kill()


def is_found(command: Command, shown: str) -> bool:
    """Whether the palette lists it, with what it does, under what was typed."""
    return any(command.label in line and TYPED not in line for line in shown.splitlines()[2:20])


def run_by_palette(participant: Participant, command: Command) -> None:
    participant.press("\x10")
    participant.wait_for("Search for commands")
    participant.press(command.label)
    participant.wait_for(lambda shown: is_found(command, shown) or "No matches found" in shown)
    found = is_found(command, participant.shown)
    participant.press("\r" if found else "\x1b")
    participant.wait_for(lambda shown: TYPED not in shown)
    if found:
        look(participant, command)


def test_finding_covering_and_ending_show_nothing_either(blind: Blind) -> None:
    participant = blind.begin()
    for part in ("quetz", "countertr", "chrysanth", "zwei"):
        participant.press("\x06")
        participant.wait_for("find in the marks")
        participant.press(part)
        participant.wait_for(part)
        participant.press("\r")
        participant.settle()
        participant.press("\x06")
        participant.read(0.3)
        participant.press("\x7f" * len(part))
        participant.wait_for(partial(without, part))
        participant.press("\r")
        participant.settle()
    participant.press("\t")
    participant.wait_for("Covered.")
    participant.press("1")
    participant.settle()
    participant.end_recall()
    participant.wait_for("assphrase")
    everything = "\n".join(participant.told.screens).casefold()
    for part in (NOTE, WORD, SAID, PARTNER):
        assert part.casefold() not in everything
    participant.kill()


def without(part: str, shown: str) -> bool:
    return part not in shown


def test_what_stood_on_the_terminal_before_is_wiped_before_the_recall_is_shown(blind: Blind) -> None:
    participant = blind.begin()
    raw = bytes(participant.told.raw)
    participant.kill()
    wiped, shown = raw.index(b"\x1b[2J\x1b[3J"), raw.index(b"\x1b[?1049h")
    assert wiped < shown
    assert raw[:wiped].strip(b"\x1b[H") == b""


# The way back


def test_going_back_asks_for_the_passphrase_and_a_wrong_one_opens_nothing(blind: Blind) -> None:
    participant = blind.begin()
    participant.end_recall()
    shown = participant.wait_for("assphrase")
    assert shown.split() == ["iprtool", "Passphrase:"]
    assert open_files(participant.pid, blind) == set()
    foreign = {
        name: needle for name, needle in needles(blind).items() if name.startswith(("key", "hex", "the keyring"))
    }
    with contextlib.suppress(PermissionError):
        assert found_in(participant.pid, foreign) == set()
    for attempt in range(2):
        participant.press("a wrong one\n")
        participant.wait_for(partial(refused, attempt + 1))
        assert open_files(participant.pid, blind) == set()
    participant.press("a wrong one\n")
    check_ended(participant)


def check_ended(participant: Participant) -> None:
    """It has ended, and on the terminal is nothing but the sentence that says so, neither to scroll back to."""
    before = len(participant.told.raw)
    assert participant.end() == 1
    assert participant.shown.strip() == "iprtool has ended; nothing is open."
    assert b"\x1b[H\x1b[2J\x1b[3J" in participant.told.raw[before:]


def refused(times: int, shown: str) -> bool:
    return shown.count("does not open this keyring") == times


def open_files(pid: int, blind: Blind) -> set[str]:
    """What a process and those below it have open of the study and the keyring."""
    found = set()
    for each in below(pid):
        for descriptor in (PROC / str(each) / "fd").iterdir():
            try:
                target = str(descriptor.readlink())
            except OSError:
                continue
            if str(blind.path) in target or str(blind.keyring) in target:
                found.add(target)
    return found


def test_the_right_passphrase_leads_to_the_library(blind: Blind) -> None:
    participant = blind.begin()
    participant.end_recall()
    participant.wait_for("assphrase")
    participant.press(PASSPHRASE + "\n")
    shown = participant.wait_for("D07")
    assert PASSPHRASE not in shown
    participant.press("q")
    participant.press("q")
    assert participant.end() == 0


def test_a_recall_begun_in_the_library_takes_its_place_with_nothing_of_it_left(blind: Blind) -> None:
    foreign = needles(blind)
    terminal = blind.machine.terminal("library", "A.ipr")
    terminal.wait_for("assphrase")
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for("D07")
    terminal.press("n")
    terminal.wait_for("· new recall")
    terminal.wait_for("ZWEIG-C: research")
    terminal.press("\r")
    terminal.wait_for("There is a recall of this person already")
    terminal.press("\r")
    terminal.wait_for(lambda shown: "mine" in shown and "0 marks saved" in shown)
    assert "iprtool.serve" in (PROC / str(terminal.pid) / "cmdline").read_text()
    assert not [path for path in open_files(terminal.pid, blind) if "keyring" in path or "study.json" in path]
    with contextlib.suppress(PermissionError):
        assert [names for pid in below(terminal.pid) if (names := found_in(pid, foreign))] == []
    assert "ZWEIG" not in terminal.shown
    terminal.press("\x11")
    terminal.wait_for("What is it like to have watched this?")
    terminal.press("\r")
    terminal.wait_for("enter leaves")
    terminal.press_anew("\r")
    terminal.wait_for("assphrase")
    terminal.press("\x03")
    assert terminal.end() != 0


def test_ctrl_c_at_the_passphrase_ends_in_the_shell_with_nothing_open(blind: Blind) -> None:
    participant = blind.begin()
    participant.end_recall()
    participant.wait_for("assphrase")
    participant.press("\x03")
    check_ended(participant)


def test_a_keyring_without_a_passphrase_leads_back_at_once(blind: Blind) -> None:
    machine = blind.machine
    (machine.work / "nothing").write_text("")
    beside = machine.work / "trial" / desk.OPEN_KEYRING
    beside.parent.mkdir()
    create_open_keyring(beside).close()
    path = beside.parent / "B.ipr"
    with open_keyring(beside) as keyring, Study.create(path, keyring) as study:
        recall = copied_recall(blind, study)
    participant = Participant(machine, path, beside, recall.id, passphrase="nothing")
    participant.wait_for("recall by CLIENT")
    participant.wait_for(lambda _: participant.is_at_rest())
    participant.end_recall()
    participant.wait_for("D08")
    assert "assphrase" not in "\n".join(participant.told.screens)
    participant.press("q")
    participant.press("q")
    assert participant.end() == 0


def copied_recall(blind: Blind, study: Study) -> Recall:
    """A session with a recording of its own, and a recall of it."""
    from iprtool.adding import add_recording

    session = desk.ensure_session(study, "D08", 1)
    add_recording(study, lambda: session, blind.machine.work / "session.m4a", lambda _: None)
    return desk.start_recall(study, session, RecallChoice("client"))


def test_after_a_kill_nothing_is_open_and_nothing_is_left_running(blind: Blind) -> None:
    participant = blind.begin()
    participant.press(" ")
    participant.wait_for("space stop")
    wait_until(lambda: len(below(participant.pid)) > 1)
    pids = set(below(participant.pid))
    os.kill(participant.pid, signal.SIGKILL)
    assert participant.end() == -signal.SIGKILL
    wait_until(lambda: not running(pids))
    check_told(participant.told)
