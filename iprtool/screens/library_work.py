"""What is being worked on: a line below the library while there is something, and the list of it all."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from iprtool.library.work import Job, WorkQueue
from iprtool.screens.dialog import Dialog

BAR_CELLS = 20
_STATES = {"waiting": "waits", "running": "", "done": "✓ done", "failed": "✗ failed", "cancelled": "– cancelled"}


def bar(part: float, cells: int = BAR_CELLS) -> str:
    """How far it is, as a bar and in per cent."""
    full = int(part * cells)
    return f"{'█' * full}{'░' * (cells - full)} {int(part * 100):>3} %"


def work_line(jobs: list[Job]) -> str:
    """What runs, how far it is, and how many wait; empty where nothing does."""
    unfinished = [job for job in jobs if not job.over]
    running = next((job for job in unfinished if job.state == "running"), None)
    if running is None:
        return f"{len(unfinished)} waiting" if unfinished else ""
    waiting = f" · {len(unfinished) - 1} waiting" if len(unfinished) > 1 else ""
    return f"{running.label}  {bar(running.part)}{waiting} · w: all, cancel"


class WorkScreen(Dialog[None]):
    """All that was put into the queue; Delete cancels what the cursor is on."""

    CSS = """
    WorkScreen { align: center middle; }
    WorkScreen Vertical { width: 90; max-width: 98%; height: auto; max-height: 90%; border: round $primary; }
    WorkScreen Vertical { background: $surface; padding: 0 1; }
    WorkScreen OptionList { border: none; background: transparent; height: auto; max-height: 20; }
    WorkScreen #work-hint { color: $text-muted; }
    """
    BINDINGS = [
        Binding("escape,w,q,ctrl+q", "dismiss", show=False),
        Binding("delete,backspace,x", "cancel", show=False),
    ]

    def __init__(self, work: WorkQueue) -> None:
        super().__init__()
        self._work = work

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical():
            yield OptionList(markup=False)
            yield Static("x cancels what is chosen · esc back", id="work-hint", markup=False)

    def on_mount(self) -> None:
        """As it stands; it is looked at again while it is shown."""
        self._show()
        self.set_interval(0.25, self._show)

    def _show(self) -> None:
        options = self.query_one(OptionList)
        texts = [_text(job) for job in self._work.jobs] or ["Nothing has been added since the library was opened."]
        if len(texts) != options.option_count:
            options.clear_options()
            options.add_options(Option(text) for text in texts)
            options.highlighted = len(texts) - 1
        for index, text in enumerate(texts):
            if options.get_option_at_index(index).prompt != text:
                options.replace_option_prompt_at_index(index, text)

    def action_cancel(self) -> None:
        """What the cursor is on is not wanted any more."""
        at, jobs = self.query_one(OptionList).highlighted, self._work.jobs
        if at is not None and at < len(jobs) and not jobs[at].over:
            self._work.cancel(jobs[at].number)
            self._show()


def _text(job: Job) -> str:
    state = bar(job.part) if job.state == "running" else _STATES[job.state]
    return f"{job.label}  {state}{'  ' + job.said if job.said else ''}"
