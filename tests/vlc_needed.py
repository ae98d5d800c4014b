"""For tests that need libVLC 3: skipped without it, but failed where IPRTOOL_REQUIRE_VLC=1 says that it is there."""

import os
from functools import cache

import pytest

from iprtool.player.probe_engines import find_engine

VARIABLE = "IPRTOOL_REQUIRE_VLC"


@cache
def why_not_vlc() -> str:
    """Why libVLC cannot be used here; empty where it can."""
    found = find_engine("vlc")
    return "" if found.ok else found.reason


def need_vlc() -> None:
    """Skip the test without libVLC, or fail it where libVLC is required."""
    reason = why_not_vlc()
    if reason and os.environ.get(VARIABLE) == "1":
        pytest.fail(f"{VARIABLE}=1, but: {reason}")
    if reason:
        pytest.skip(f"libVLC 3 is needed: {reason}")


@pytest.fixture
def vlc_needed() -> None:
    """For `pytest.mark.usefixtures`."""
    need_vlc()
