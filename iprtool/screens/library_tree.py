"""The tree of a study: dyads, their sessions, whose recalls and codings there are, and the people."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.events import Click
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from iprtool.library.overview import CodingState, Counts, DyadState, Overview, RecallState, SessionState
from iprtool.library.report import counted, protocol_words, recordings_words
from iprtool.library.wish import Chosen
from iprtool.library.wording import GLYPHS, coding_words, counts_words, person_words, role_words, status_words
from iprtool.model.study import Person
from iprtool.model.terms import Role
from iprtool.screens.keys import TREE_MOVES

LEAST = 4
"""Of the ways to say what there is in a session, the shortest."""

BEFORE_SESSION = 8
"""The cells of a session's row that are not its text: guides, sign, edges."""

MANY_ROWS = 60
"""With more rows than these, sessions are folded up at first: their recalls stand in their own row, too."""

_FOLDS = Style.from_meta({"toggle": True})
"""What Textual's tree knows the sign by that folds a row up when it is clicked."""

ROLE_CELLS = 11
"""The cells of the column in which roles stand, unless one of them needs more."""

STYLES = {"done": "green", "unplayed": "yellow", "missing": "yellow", "open": "cyan"}


class Row(msgspec.Struct, frozen=True):
    """A row: what is chosen with it, its parts as (text, style), the rows under it, and whether they show at first."""

    chosen: Chosen
    parts: tuple[tuple[str, str], ...]
    rows: "tuple[Row, ...]" = ()
    unfolded: bool = True


def study_row(name: str, shown: Overview, whole: Overview, *, cells: int) -> Row:
    """The study with everything under it that is shown; what is counted is counted in the whole of it.

    `cells` is the width of the tree: the more there is, the more is said.
    """
    counts = {one.dyad.id: one.counts for one in whole.dyads}
    many = len(shown.dyads) + sum(1 + len(one.recalls) + len(one.codings) for one in shown.sessions) > MANY_ROWS
    fullness = _fullness(shown.sessions, cells - BEFORE_SESSION)
    rows = [_dyad_row(one, counts[one.dyad.id], fullness, unfolded=not many) for one in shown.dyads]
    if shown.staff:
        rows.append(_people_row("inquirers, coders", Chosen(), shown.staff))
    return Row(Chosen(), ((name, "bold"), (f"  {counts_words(whole.counts)}", "")), tuple(rows))


def _dyad_row(dyad: DyadState, counts: Counts, fullness: int, *, unfolded: bool) -> Row:
    here = Chosen(dyad=dyad.dyad.id)
    rows = [_session_row(one, here, fullness, unfolded=unfolded) for one in dyad.sessions]
    if dyad.persons:
        rows.append(_people_row("people", here, dyad.persons))
    group = f" · {dyad.dyad.group}" if dyad.dyad.group else ""
    words = counts_words(counts) if counts.expected else "no session yet"
    return Row(here, ((dyad.dyad.label, "bold"), (f"  {words}{group}", "dim")), tuple(rows))


def _session_row(state: SessionState, dyad: Chosen, fullness: int, *, unfolded: bool) -> Row:
    here = msgspec.structs.replace(dyad, session=state.session.id)
    wide = max((len(role_words(one.by)) + 2 for one in state.recalls), default=0)
    rows = [_recall_row(one, state.recalls, here, max(wide, ROLE_CELLS)) for one in state.recalls]
    rows += [_coding_row(one, here, max(wide, ROLE_CELLS)) for one in state.codings]
    return Row(here, _session_texts(state)[fullness], tuple(rows), unfolded)


def _fullness(sessions: Iterable[SessionState], room: int) -> int:
    """How much is said of sessions, of all alike: the most that there is room for."""
    texts = [_session_texts(one) for one in sessions]
    for fullness in range(LEAST):
        if all(sum(cell_len(text) for text, _ in one[fullness]) <= room for one in texts):
            return fullness
    return LEAST


def _session_texts(state: SessionState) -> list[tuple[tuple[str, str], ...]]:
    """What is said of a session, from the most to the least."""
    locked = sum(one.coding.locked for one in state.codings)
    coded = f"  coded {locked}/{len(state.codings)}" if state.codings else ""
    length = f"  {recordings_words(state.recordings) or 'no recording'}"
    date = f"{state.session.held_at[:10]}  " if state.session.held_at else ""
    scores = f"  {counted(state.scores, 'score')}" if state.scores else ""
    number = (f"session {state.session.number}  ", "")
    letters, words = (_recall_parts(state, words=one) for one in (False, True))
    return [
        (number, (date, "dim"), *words, (f"{coded}{length}{scores}", "dim")),
        (number, (date, "dim"), *words, (f"{coded}{length}", "dim")),
        (number, *words, (f"{coded}{length}", "dim")),
        (number, *letters, (f"{coded}{length}", "dim")),
        (number, *letters, (coded, "dim")),
    ]


def _recall_parts(state: SessionState, *, words: bool) -> list[tuple[str, str]]:
    """Each role with the signs of its recalls."""
    parts: list[tuple[str, str]] = []
    for role in dict.fromkeys(one.by for one in state.recalls):
        before = " " if parts else ""
        parts.append((f"{before}{role_words(role) if words else _initials(role)} ", "dim"))
        parts += [(GLYPHS[one.status], STYLES.get(one.status, "")) for one in state.recalls if one.by == role]
    return parts


def _initials(role: Role) -> str:
    return "".join(word[0].upper() for word in role.split("_"))


def _recall_row(one: RecallState, recalls: Sequence[RecallState], session: Chosen, wide: int) -> Row:
    who = f"{one.person.label}  " if one.person else ""
    style = STYLES.get(one.status, "")
    status = f"{GLYPHS[one.status]} {status_words(one)}"
    protocol = protocol_words(one, recalls)
    row = (f"{role_words(one.by):<{wide}}", ""), (who, "dim"), (status, style)
    return Row(one.chosen(session), (*row, (f"  {protocol}", "dim")) if protocol else row)


def _coding_row(one: CodingState, session: Chosen, wide: int) -> Row:
    words = coding_words(one)
    glyph = "…" if words == "open" else "✓"
    style = STYLES["open" if words == "open" else "done"]
    return Row(
        one.chosen(session), ((f"{'coding':<{wide}}", ""), (f"{one.coder}  ", "dim"), (f"{glyph} {words}", style))
    )


def _people_row(what: str, dyad: Chosen, persons: tuple[Person, ...]) -> Row:
    rows = []
    for one in persons:
        gone = f"  withdrew {one.withdrawn_on}" if one.withdrawn_on else ""
        chosen = msgspec.structs.replace(dyad, person=one.id)
        rows.append(Row(chosen, ((f"{person_words(one.role):<14}", ""), (one.label, "dim"), (gone, "yellow"))))
    chosen = msgspec.structs.replace(dyad, people=True)
    return Row(chosen, ((what, ""), (f"  {' '.join(one.label for one in persons)}", "dim")), tuple(rows), False)


class StudyTree(Tree[Row], inherit_bindings=False):
    """The rows as a tree. What was folded up or opened stays so when the study is read again."""

    DEFAULT_CSS = """
    StudyTree { scrollbar-size-vertical: 1; }
    """
    BINDINGS = [*TREE_MOVES, Binding("space", "toggle_node", show=False)]
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, folded: set[Chosen], moved: Callable[[Chosen], None], *, id: str) -> None:  # noqa: A002
        super().__init__("", id=id)
        self._moved = moved
        self.auto_expand = False
        self.guide_depth = 2
        self._folded = folded
        self._shown: Row | None = None

    def show(self, study: Row, chosen: Chosen) -> None:
        """These rows, the cursor on what is chosen, or on what that belonged to."""
        if study == self._shown:
            return
        self._shown = study
        self.root.remove_children()
        self.root.data = study
        self.root.set_label(_text(study))
        self._add(self.root, study)
        self.root.expand()
        self.choose(chosen)

    def choose(self, chosen: Chosen) -> None:
        """Put the cursor on it, whatever it is folded up in; on what it belongs to where it is not shown."""
        at = max(self._all_nodes(), key=lambda node: (_nearness(node, chosen), _same_recall(node, chosen)))
        above = at.parent
        while above is not None:
            above.expand()
            above = above.parent
        # Asking for the last line has the lines worked out. On the same line there may be another row now.
        if self.last_line >= 0:
            self.cursor_line = -1
            self.move_cursor(at)

    def _all_nodes(self) -> Iterator[TreeNode[Row]]:
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def _add(self, node: TreeNode[Row], row: Row) -> None:
        for one in row.rows:
            unfolded = one.unfolded != (one.chosen in self._folded)
            if one.rows:
                self._add(node.add(_text(one), one, expand=unfolded), one)
            else:
                node.add_leaf(_text(one), one)

    def render_label(self, node: TreeNode[Row], base_style: Style, style: Style) -> Text:
        """The row's text with what folds it up before it."""
        icon = (self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE) if node.allow_expand else "  "
        label = node.label if isinstance(node.label, Text) else Text(str(node.label))
        text = Text.assemble((icon, base_style + _FOLDS), label)
        text.stylize_before(style)
        return text

    def watch_cursor_line(self, previous_line: int, line: int) -> None:
        """What the cursor is on is told at once: the next key may be there before a message would be."""
        super().watch_cursor_line(previous_line, line)
        node = self.cursor_node
        if node is not None and node.data is not None:
            self._moved(node.data.chosen)

    def on_click(self, event: Click) -> None:
        """One click chooses, two open."""
        if event.chain == 2:
            self.post_message(self.Opened())

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Row]) -> None:
        """It stays so."""
        self._remember(event.node.data, unfolded=True)

    def on_tree_node_collapsed(self, event: Tree.NodeCollapsed[Row]) -> None:
        """It stays so."""
        self._remember(event.node.data, unfolded=False)

    def toggle(self) -> None:
        """Fold up or open the row under the cursor."""
        self.action_toggle_node()

    def fold(self) -> None:
        """Fold up the row under the cursor; one that is folded up or has none under it: go to what it belongs to."""
        node = self.cursor_node
        if node is None:
            return
        if node.allow_expand and node.is_expanded and not node.is_root:
            node.collapse()
        elif node.parent is not None:
            self.move_cursor(node.parent)

    def unfold(self) -> None:
        """Open the row under the cursor; one that is open: go to the first under it."""
        node = self.cursor_node
        if node is None or not node.allow_expand:
            return
        if not node.is_expanded:
            node.expand()
        elif node.children:
            self.move_cursor(node.children[0])

    def _remember(self, row: Row | None, *, unfolded: bool) -> None:
        if row is not None:
            (self._folded.discard if unfolded == row.unfolded else self._folded.add)(row.chosen)


def _text(row: Row) -> Text:
    return Text.assemble(*row.parts, no_wrap=True)


def _nearness(node: TreeNode[Row], chosen: Chosen) -> int:
    """How near a row is to what is chosen: how much of it they share, as long as it has nothing else."""
    if node.data is None:
        return -1
    here, there = _place(node.data.chosen), _place(chosen)
    shared = 0
    for name in Chosen.__struct_fields__:
        value = getattr(here, name)
        if value and value != getattr(there, name):
            return -1
        shared += bool(value)
    return shared


def _same_recall(node: TreeNode[Row], chosen: Chosen) -> bool:
    """One of several of a role: it is known by more than its place."""
    return node.data is not None and node.data.chosen.recall == chosen.recall


def _place(chosen: Chosen) -> Chosen:
    """A recall by its session and role: it stays where it is when it is begun or noted as missing."""
    return msgspec.structs.replace(chosen, recall=None, person=None) if chosen.by else chosen
