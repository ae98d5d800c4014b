"""The real program with a player whose sound is written down: `python -m tests.bench.tapped_app --grant-fd N`.

The file that takes the sound is named by IPRTOOL_BENCH_TAP. The same module, started with `player`, is that player.
"""

import os
import sys

import iprtool.app
import iprtool.serve
from iprtool.process import child_command

VARIABLE = "IPRTOOL_BENCH_TAP"


def _command(role: str) -> list[str]:
    return [sys.executable, "-P", "-m", "tests.bench.tapped_app", role] if role == "player" else child_command(role)


def _play() -> None:
    from pathlib import Path

    from iprtool.model.ports import Source
    from iprtool.player.child import private_pipes, serve
    from iprtool.player.messages import Opening
    from iprtool.store.media import SealedSource
    from tests.player_child import tap_outputs

    def open_source(opening: Opening) -> Source:
        return SealedSource(Path(opening.source["path"]), bytes.fromhex(opening.source["key"]))

    tap_outputs(os.environ[VARIABLE])
    serve(open_source, *private_pipes())


def main() -> None:
    """Serve the recall, or play for it."""
    if sys.argv[1:] == ["player"]:
        _play()
        return
    vars(iprtool.app)["child_command"] = _command
    iprtool.serve.main()


if __name__ == "__main__":
    main()
