"""The player's process: opens the recording, carries out what the parent says, and reports.

Whoever composes it opens the private pipes first, then serves with the one function that opens the source:
`serve(open_source, *private_pipes(log))`.
"""

import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from iprtool.model.errors import IprtoolError, PlayerError
from iprtool.model.playing import PlayerState
from iprtool.model.ports import Source
from iprtool.model.terms import Engine as EngineName
from iprtool.player.clock import Clock
from iprtool.player.deck import HEARTBEAT_S, Deck
from iprtool.player.engine import UNREADABLE, Engine, EngineHungError, Happening, OpenEngine, Tell
from iprtool.player.messages import AnyCommand, Close, FrameError, Opening, Report, Tone, packed, receive
from iprtool.player.output import NO_DEVICE, has_sound_device
from iprtool.player.silent import SilentEngine
from iprtool.player.tone import sound_tone

HUNG_EXIT = 3
Item = Opening | AnyCommand | Happening
Inbox = queue.SimpleQueue[Item]
OpenSource = Callable[[Opening], Source]


def open_vlc(source: Source, opening: Opening, tell: Tell) -> Engine:
    """libVLC, imported only now."""
    from iprtool.player.vlc import VlcEngine

    return VlcEngine(source, opening, tell)


def open_embedded(source: Source, opening: Opening, tell: Tell) -> Engine:
    """The embedded player, imported only now."""
    from iprtool.player.embedded import EmbeddedEngine

    return EmbeddedEngine(source, opening, tell)


ENGINES: dict[EngineName, OpenEngine] = {"vlc": open_vlc, "embedded": open_embedded}
"""The engines in the order in which they are tried."""


def private_pipes(log: Path | None = None) -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the messages alone; what libraries print goes to the log, or nowhere.

    Also forbids core dumps, since the memory holds the recording in clear.
    """
    _forbid_core_dumps()
    inp, out = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb")
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    nowhere = os.open(os.devnull, os.O_RDWR)
    told = nowhere if log is None else os.open(log, flags, 0o600)
    for fd, target in ((0, nowhere), (1, told), (2, told)):
        os.dup2(target, fd)
    for fd in {nowhere, told}:
        os.close(fd)
    return inp, out


def serve(
    open_source: OpenSource, inp: BinaryIO, out: BinaryIO, engines: Mapping[EngineName, OpenEngine] = ENGINES
) -> None:
    """Play one recording for the parent until it says close; the process ends at once when the parent is gone."""
    inbox: Inbox = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(inp, inbox), daemon=True).start()
    opening = inbox.get()
    assert isinstance(opening, Opening)

    def report(report: Report) -> None:
        try:
            out.write(packed(report))
            out.flush()
        except BrokenPipeError:
            os._exit(0)

    try:
        source = open_source(opening)
    except IprtoolError as error:
        _refuse(opening, str(error), inbox, report)
        return
    try:
        _play(source, opening, inbox, report, engines)
    except IprtoolError as error:
        _refuse(opening, str(error), inbox, report)
    finally:
        source.close()


def _listen(inp: BinaryIO, inbox: Inbox) -> None:
    decoder = msgspec.msgpack.Decoder(Opening | AnyCommand)
    with suppress(FrameError):
        while (message := receive(inp, decoder)) is not None:
            inbox.put(message)
            if isinstance(message, Close):
                return
    # The parent is gone, or talks nonsense: whatever the other threads are doing, the sound ends now.
    os._exit(0)


def _play(
    source: Source,
    opening: Opening,
    inbox: Inbox,
    report: Callable[[Report], None],
    engines: Mapping[EngineName, OpenEngine],
) -> None:
    name, engine, message = _loaded(source, opening, inbox.put, engines)
    deck = Deck(engine, name, opening, report, message=message)
    try:
        while True:
            commands: list[AnyCommand] = []
            for item in _waiting(inbox, deck.work()):
                if isinstance(item, Happening):
                    deck.take(item)
                elif isinstance(item, AnyCommand):
                    commands.append(item)
            if any(isinstance(command, Close) for command in commands):
                return
            if any(isinstance(command, Tone) for command in commands):
                sound_tone()
            if commands:
                deck.carry_out(commands)
    except EngineHungError:
        os._exit(HUNG_EXIT)  # closing would wait for what has hung
    finally:
        deck.close()


def _loaded(
    source: Source, opening: Opening, tell: Tell, engines: Mapping[EngineName, OpenEngine]
) -> tuple[EngineName, Engine, str]:
    """The first engine that takes the recording; and in sentences why not an earlier one, and why nothing is heard."""
    if not opening.sounds:
        return "embedded", SilentEngine(opening, tell), ""
    reasons: list[str] = []
    for name in [opening.engine] if opening.engine else engines:
        try:
            engine = engines[name](source, opening, tell)
            if engine.sink == NO_DEVICE and has_sound_device():
                reasons.append("Nothing was found that plays on the sound device; install libportaudio2.")
            return name, engine, " ".join(reasons)
        except IprtoolError as error:
            reasons.append(str(error))
        except OSError:
            reasons.append(UNREADABLE)
    raise PlayerError(source.error or reasons[-1])


def _refuse(opening: Opening, sentence: str, inbox: Inbox, report: Callable[[Report], None]) -> None:
    """Stand failed until the parent closes."""
    serial = opening.serial
    state = PlayerState("failed", opening.at_ms, opening.duration_ms, message=sentence)
    clock = Clock(opening.duration_ms, media_ms=opening.at_ms)
    while True:
        report(Report(serial, state, clock))
        for item in _waiting(inbox, HEARTBEAT_S):
            if isinstance(item, Close):
                return
            if isinstance(item, AnyCommand):
                serial = item.serial


def _waiting(inbox: Inbox, wait_s: float) -> Iterator[Item]:
    """What waits in the inbox, after up to `wait_s` for the first."""
    with suppress(queue.Empty):
        yield inbox.get(timeout=wait_s)
        while True:
            yield inbox.get_nowait()


def _forbid_core_dumps() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
