"""A person's machine for tests: folders of its own, the real command line on it, and what its processes have open."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from iprtool.store.keys import open_keyring
from iprtool.store.study import Study
from tests.sounds import make_recording

if sys.platform != "win32":
    from tests.terminal import Terminal

PASSPHRASE = "correct horse battery staple"
WITH_PASSPHRASE = ("--passphrase-file", "passphrase")
TRANSCRIPT = "WEBVTT\n\n00:00.500 --> 00:01.500\n<v client>It was a long week.\n"

Done = subprocess.CompletedProcess[str]


class Machine:
    """A home folder, a temporary folder and a working folder under `folder`; commands run in the working folder."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.home, self.temporary, self.work = folder / "home", folder / "tmp", folder / "work"
        for each in (self.home, self.temporary, self.work):
            each.mkdir(parents=True, exist_ok=True)
        self.environment = {
            "IPRTOOL_HOME": str(self.home),
            "IPRTOOL_AUDIO": "dummy",
            "TMPDIR": str(self.temporary),
            **environment,
        }

    def copied(self, folder: Path) -> "Machine":
        """The same machine once more, elsewhere, to be spoilt."""
        made = Machine(folder)
        made.environment = {**self.environment, **made.environment}
        for of, to in ((self.home, made.home), (self.work, made.work)):
            shutil.copytree(of, to, dirs_exist_ok=True)
        return made

    def start(self, *arguments: str | Path, prefix: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
        """A command without a terminal, in a process group of its own, as a shell makes one."""
        return subprocess.Popen(
            [*prefix, *command(*arguments)],
            env={**os.environ, **self.environment},
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str | Path, prefix: tuple[str, ...] = ()) -> Done:
        """A command that ends by itself, without a terminal; its exit code and what it said."""
        return ended(self.start(*arguments, prefix=prefix))

    def run_all(self, commands: Sequence[Sequence[str | Path]]) -> list[Done]:
        """The same for several commands at once."""
        return [ended(each) for each in [self.start(*one) for one in commands]]

    def says(self, *arguments: str | Path) -> str:
        """What a command said that must succeed."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def terminal(self, *arguments: str | Path, size: tuple[int, int] = (120, 40)) -> "Terminal":
        """A command on a terminal."""
        return Terminal(command(*arguments), self.environment, size, self.work)

    def study(self, name: str = "A.ipr") -> Study:
        """A study in the working folder, opened in this process."""
        return Study.open(self.work / name, open_keyring(self.home / "config" / "keyring", PASSPHRASE))

    def files(self) -> Iterator[Path]:
        """Every file on the machine."""
        for folder in (self.home, self.temporary, self.work):
            yield from (path for path in folder.rglob("*") if path.is_file())


def ended(process: "subprocess.Popen[str]") -> Done:
    """What a process said, once it has ended."""
    said, complained = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)


def command(*arguments: str | Path) -> list[str]:
    """The command line of iprtool in this environment."""
    return [sys.executable, "-P", "-m", "iprtool", *map(str, arguments)]


def where(dyad: str, session: int) -> tuple[str, ...]:
    """The options that name a session."""
    return "--dyad", dyad, "--session", str(session)


def known_machine(folder: Path) -> Machine:
    """A machine with a keyring and the study A.ipr, which has one session's recording and transcript."""
    machine = Machine(folder)
    (machine.work / "passphrase").write_text(PASSPHRASE + "\n")
    (machine.work / "other").write_text("wrong\n")
    (machine.work / "words.vtt").write_text(TRANSCRIPT)
    make_recording(machine.work / "session.m4a", "m4a", 3)
    machine.says("new", "A", "--contact", "Call the clinic.", *WITH_PASSPHRASE)
    shown = machine.says("add", "A.ipr", "session.m4a", *where("D01", 1), "--transcript", "words.vtt", *WITH_PASSPHRASE)
    assert shown == "Added to D01, session 1: 00:00:03.\n"
    return machine


def state(folder: Path) -> dict[str, str]:
    """Every file under a folder and its content's checksum."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def one_sentence(done: Done, code: int = 1) -> str:
    """What went wrong: one line on stderr, with this exit code."""
    assert done.returncode == code, (done.stdout, done.stderr)
    (line,) = done.stderr.splitlines()
    assert line.startswith("iprtool: ")
    return line
