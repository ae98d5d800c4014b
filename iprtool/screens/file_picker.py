"""Choosing files in a tree of folders: only recordings and transcripts are shown."""

from collections.abc import Iterable
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import DirectoryTree, Static
from textual.widgets.directory_tree import DirEntry
from textual.widgets.tree import TreeNode

from iprtool.screens.dialog import Dialog
from iprtool.screens.keys import TREE_MOVES
from iprtool.screens.paths import MEDIA_SUFFIXES, full_path


class MediaTree(DirectoryTree, inherit_bindings=False):
    """Folders, and what may be a recording or a transcript."""

    BINDINGS = TREE_MOVES
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    ICON_FILE = "  "
    DEFAULT_CSS = """
    MediaTree > .tree--cursor, MediaTree:focus > .tree--cursor { text-style: bold reverse; }
    """
    show_root = False
    typed = ""

    def on_key(self, event: Key) -> None:
        """What is typed leads to the next name that begins so; any other key begins anew."""
        character = event.character if event.is_printable else None
        if character is None or character == " ":
            self.typed = ""
            return
        event.stop()
        for typed in (self.typed + character, character):
            found = self._beginning(typed.casefold())
            if found is not None:
                self.typed = typed
                self.move_cursor(found)
                return

    def _beginning(self, typed: str) -> TreeNode[DirEntry] | None:
        """The shown node that begins so: the one that is chosen, or the next after it, round to the first."""
        lines = [self.get_node_at_line(line) for line in range(self.last_line + 1)]
        nodes = [one for one in lines if one is not None]
        at = next((place for place, one in enumerate(nodes) if one is self.cursor_node), 0)
        at += len(typed) == 1
        order = [*nodes[at:], *nodes[:at]]
        return next((one for one in order if str(one.label).casefold().startswith(typed)), None)

    def has_something(self, folder: Path) -> bool:
        """Whether there is anything in a folder that is shown here."""
        try:
            return any(self.filter_paths([one]) for one in folder.iterdir())
        except OSError:
            return False

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Without hidden files."""
        return [one for one in paths if not one.name.startswith(".") and self._offered(one)]

    def _offered(self, path: Path) -> bool:
        try:
            return path.suffix.lower() in MEDIA_SUFFIXES or path.is_dir()
        except OSError:
            return False


class FilePicker(Dialog[list[str]]):
    """Space puts a file on the list, in its order; Enter takes the list, or the one file."""

    CSS = """
    FilePicker { align: center middle; }
    FilePicker #picker { width: 90; max-width: 98%; height: 90%; border: round $primary; background: $surface; }
    FilePicker #picker { padding: 0 1; }
    FilePicker #picker-empty { color: $text-muted; display: none; }
    FilePicker MediaTree { height: 1fr; background: $surface; }
    FilePicker #picked { height: auto; max-height: 6; color: $text; }
    FilePicker #picker-hint { color: $text-muted; height: 1; }
    """
    BINDINGS = [
        Binding("escape,ctrl+q", "dismiss([])", show=False),
        Binding("space", "pick", show=False),
        Binding("enter", "take", show=False),
        Binding("backspace", "up", show=False),
    ]

    def __init__(self, begun: str) -> None:
        super().__init__()
        path = full_path(begun) if begun.strip() else Path.home()
        self._folder = path if path.is_dir() else path.parent if path.parent.is_dir() else Path.home()
        self._picked: list[Path] = []

    def compose(self) -> ComposeResult:
        """The folders, what was picked, the keys."""
        with Vertical(id="picker"):
            yield Static(str(self._folder), id="picker-folder", markup=False)
            yield Static("", id="picker-empty", markup=False)
            yield MediaTree(self._folder)
            yield Static("", id="picked", markup=False)
            hint = "enter opens, takes · letters find · space picks several · backspace above · esc back"
            yield Static(hint, id="picker-hint", markup=False)

    def on_mount(self) -> None:
        """Whether there is anything here."""
        self._say_empty(self._folder)

    def _say_empty(self, folder: Path) -> None:
        line = self.query_one("#picker-empty", Static)
        line.display = not self.query_one(MediaTree).has_something(folder)
        line.update(f"No recording, transcript or folder is in {folder.name or folder}.")

    def _here(self) -> Path | None:
        node = self.query_one(MediaTree).cursor_node
        return node.data.path if node is not None and node.data is not None else None

    def action_pick(self) -> None:
        """Put the file on the list, or take it off."""
        here = self._here()
        if here is None or here.is_dir():
            return
        if here in self._picked:
            self._picked.remove(here)
        else:
            self._picked.append(here)
        lines = (f"{number}  {one.name}" for number, one in enumerate(self._picked, 1))
        self.query_one("#picked", Static).update("\n".join(lines))

    def action_take(self) -> None:
        """The list, or the one file; a folder is opened."""
        here = self._here()
        if here is not None and here.is_dir() and not self._picked:
            self.query_one(MediaTree).action_toggle_node()
            self._say_empty(here)
            return
        files = self._picked or ([here] if here is not None and not here.is_dir() else [])
        if files:
            self.dismiss([str(one) for one in files])

    def action_up(self) -> None:
        """The folder above."""
        self._folder = self._folder.parent
        self.query_one(MediaTree).path = self._folder
        self.query_one("#picker-folder", Static).update(str(self._folder))
        self._say_empty(self._folder)

    @on(DirectoryTree.FileSelected)
    def _clicked(self, event: DirectoryTree.FileSelected) -> None:
        self.dismiss([str(event.path)])
