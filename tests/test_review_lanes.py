"""The lanes of a review: of dials and of coders, and more of them than there is room for."""

from iprtool.codebooks.loader import shipped
from iprtool.model.coding import SegmentCode, SegmentSeen
from iprtool.model.layer import LayerContent, Trace
from iprtool.model.mark import Mark
from iprtool.model.terms import Role
from tests.fakes import head
from tests.test_review_links_screen import Linked, desk
from tests.test_review_screen import lane, mark


async def test_dials_and_coders_have_lanes_and_the_head_line_counts_them() -> None:
    table = Linked([("client", []), ("observer", [])], [], labels=["", "coder K1"], scores=6)
    client = table.screen.review.layers[0]
    dial = LayerContent(client.head, traces=(Trace("t", tuple((ms, 8.0) for ms in range(0, 60_000, 100))),))
    coding = LayerContent(
        head(by="observer", layer="coder", purpose="coding", codebook=shipped("3rs-2015"), segment_ms=60_000),
        values={"v": SegmentCode(1, "wd_denial", "plain"), "s": SegmentSeen(0)},
    )
    review = table.screen.review
    review.layers = dial, coding
    async with table.app.run_test(size=(120, 30)) as pilot:
        table.pilot = pilot
        await table.settle()
        assert "client … 0  coders 1  scores 6" in table.shown
        assert any("\u2801" <= one <= "\u28ff" for one in lane(table.shown, "dial client"))
        assert "W1" in lane(table.shown, "coder K1")
        assert "client  " not in table.shown.splitlines()[3]


async def test_more_lanes_than_there_is_room_for_are_gone_through() -> None:
    observers: list[tuple[Role, list[Mark]]] = [("observer", [mark(f"o{n}", 1_000, "relieved")]) for n in range(12)]
    async with desk((80, 24), layers=observers) as table:
        assert "observer 2 " in table.shown
        assert "observer 12" not in table.shown
        await table.press("j", "j")
        assert "observer 12" in table.shown
        await table.press("j")
        assert "observer 2 " in table.shown
