"""Which screen a grant opens, with what was read for it."""

from iprtool.commands import RECALL, remapped
from iprtool.edits import Hand
from iprtool.model.errors import StoreError
from iprtool.model.grant import CodingGrant, Grant, RecallGrant, ReviewGrant
from iprtool.model.layer import LayerContent
from iprtool.model.playing import Player
from iprtool.model.ports import LayerLog
from iprtool.opened import Opened
from iprtool.screens.recall import RecallScreen
from iprtool.screens.recording import Filmed, RecordingScreen


def first_screen(grant: Grant, opened: Opened, player: Player, film: Filmed | None) -> RecordingScreen:
    """The one screen of a person's process; StoreError where what it would write was not opened."""
    match grant:
        case RecallGrant():
            return _recall(grant, opened, player, film)
        case ReviewGrant():
            return _review(grant, opened, player, film)
        case CodingGrant():
            return _coding(grant, opened, player, film)


def _recall(grant: RecallGrant, opened: Opened, player: Player, film: Filmed | None) -> RecordingScreen:
    if opened.own is None or opened.log is None:
        raise StoreError("This recall's layer was not opened: begin the recall again from its study.")
    hand = Hand(opened.own.head.by, grant.device)
    if opened.own.head.protocol.kind == "dial":
        return _dial(grant, opened.own, opened.log, hand, player, film)
    table = remapped(RECALL, grant.keymap)
    return RecallScreen(opened.own, player, opened.log, hand, grant.face, table=table, filmed=film, words=opened.words)


def _dial(
    grant: RecallGrant, own: LayerContent, log: LayerLog, hand: Hand, player: Player, film: Filmed | None
) -> RecordingScreen:
    from iprtool.commands.dial import tables
    from iprtool.screens.dial import DialScreen

    return DialScreen(own, player, log, hand, grant.face, tables=tables(grant.keymap), filmed=film)


def _review(grant: ReviewGrant, opened: Opened, player: Player, film: Filmed | None) -> RecordingScreen:
    # A recall does not wait for what only a review shows.
    from iprtool.screens.review import ReviewScreen
    from iprtool.screens.review_linking import Writing

    duration_ms, speakers = grant.recording.duration_ms, grant.recording.channel_speakers
    writing = None
    if opened.own is not None and opened.log is not None:
        writing = Writing(opened.own, opened.log, Hand("researcher", grant.device), grant.group)
    return ReviewScreen(
        grant.title,
        opened.layers,
        opened.words,
        player,
        duration_ms,
        grant.pre_roll_ms,
        speakers,
        film,
        labels=[one.label for one in grant.layers],
        writing=writing,
        scores=grant.scores,
        begin_at=(grant.at_ms, grant.chosen),
        tolerance_ms=grant.tolerance_ms,
        sides=grant.sides,
        absent=grant.absent,
        withheld=grant.withheld,
    )


def _coding(grant: CodingGrant, opened: Opened, player: Player, film: Filmed | None) -> RecordingScreen:
    from iprtool.screens.coding import CodingScreen

    if opened.own is None or opened.log is None:
        raise StoreError("This coding's layer was not opened: begin the coding again from its study.")
    hand, speakers = Hand("coder", grant.device), grant.recording.channel_speakers
    return CodingScreen(opened.own, opened.words, player, opened.log, hand, channel_speakers=speakers, filmed=film)
