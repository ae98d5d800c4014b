"""The house rules that no linter knows: what an import brings along, file sizes, the one command table."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import iprtool
from iprtool.commands import LIBRARY, RECALL, REVIEW, Command, first_keys, key_line, of_face
from iprtool.commands.recall import of_protocol
from iprtool.commands.studies import STUDIES
from iprtool.model.terms import ProtocolKind, levels
from iprtool.screens.library import LibraryScreen
from iprtool.screens.recall import RecallScreen
from iprtool.screens.review import ReviewScreen
from iprtool.screens.studies import StudiesScreen

PACKAGE = Path(iprtool.__file__).parent
HEAVY = {"numpy", "pandas", "pyarrow", "vlc", "av", "miniaudio", "sounddevice", "duckdb"}


def brought_by(module: str) -> set[str]:
    """The top-level modules that importing one brings along, in a fresh interpreter."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "iprtool.app",
        "iprtool.serve",
        "iprtool.cli; iprtool.cli.load(())",
        "iprtool.process",
        "iprtool.library_app",
        "iprtool.studies_app",
        "iprtool.screens.library",
    ],
)
def test_nothing_heavy_is_imported_on_the_way_to_the_first_paint(module: str) -> None:
    assert brought_by(module) & HEAVY == set()


@pytest.mark.parametrize(
    "module",
    [
        "model.layer",
        "edits",
        "commands",
        "recall.session",
        "library.report",
        "library.editing",
        "library.work",
        "timeline.lanes",
        "store.study",
        "media.probe",
        "player.remote",
        "player.picture_remote",
    ],
)
def test_the_core_needs_no_textual(module: str) -> None:
    assert brought_by(f"iprtool.{module}") & (HEAVY | {"textual", "typer"}) == set()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_every_import_of_vlc_and_av_is_where_it_may_be() -> None:
    places: dict[str, set[str]] = {"vlc": set(), "av": set()}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += _imported_by_call(node)
            for name in {name.partition(".")[0] for name in names} & set(places):
                places[name].add(path.relative_to(PACKAGE).parts[0] + "/" + path.name)
    assert places["vlc"] == {"player/vlc.py"}
    players = {"player/embedded.py", "player/picture_look.py", "player/picture_reel.py"}
    assert {place for place in places["av"] if not place.startswith("media/")} == players


def _imported_by_call(node: ast.AST) -> list[str]:
    match node:
        case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(name)), *_]):
            return [name]
        case _:
            return []


@pytest.mark.parametrize("table", [RECALL, REVIEW, LIBRARY, STUDIES], ids=["recall", "review", "library", "studies"])
def test_no_key_does_two_things(table: tuple[Command, ...]) -> None:
    keys = [key for command in table for key in command.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert len({command.id for command in table}) == len(table)


@pytest.mark.parametrize(
    ("table", "screen"),
    [(RECALL, RecallScreen), (REVIEW, ReviewScreen), (LIBRARY, LibraryScreen), (STUDIES, StudiesScreen)],
)
def test_every_command_has_its_action_and_its_binding(table: tuple[Command, ...], screen: type) -> None:
    for command in table:
        assert hasattr(screen, f"action_{command.action.partition('(')[0]}"), command.id
    bound = {binding.id for binding in screen.BINDINGS}  # type: ignore[attr-defined]  # a Textual screen
    assert {command.id for command in table if not command.priority} <= bound <= {command.id for command in table}


def test_no_letter_is_a_command_in_a_recall() -> None:
    keys = [key for command in RECALL for key in command.keys.split(",")]
    assert not [key for key in keys if len(key) == 1 and key.isalpha()]


def test_no_recall_key_rests_on_what_terminals_keep_for_themselves() -> None:
    keys = {key for command in RECALL for key in command.keys.split(",")}
    kept = {f"ctrl+{key}" for key in ("a", "b", "c", "h", "i", "m", "s", "space", "left", "right", "up", "down")}
    assert not keys & kept
    assert not [key for key in keys if key.startswith("alt+") or (key[0] == "f" and key[1:].isdigit())]


@pytest.mark.parametrize("kind", levels(ProtocolKind))
def test_the_key_line_fits_eighty_columns(kind: ProtocolKind) -> None:
    for face in ("participant", "therapist", "researcher"):
        for moment in ("playing", "stopped", "writing"):
            table = of_protocol(of_face(RECALL, face), kind)
            shown = key_line(table, moment)[: first_keys(table, moment)]
            # Where a protocol has keys of its own, they come before the hint.
            hint = len("ctrl+j new line") if kind == "free" or moment == "writing" else 0
            assert sum(len(f"{keys} {text} · ") for keys, text, _ in shown) + hint < 80
