"""Lanes: which rows they take and what each cell of them shows; one module a kind."""

from iprtool.timeline.lanes.cells import TONES, Cells, glyphs_of
from iprtool.timeline.lanes.lane import ItemLane, Lane, LaneItem
from iprtool.timeline.lanes.marks import MarksLane
from iprtool.timeline.lanes.peaks import PeaksLane
from iprtool.timeline.lanes.pyramid import PeakPyramid
from iprtool.timeline.lanes.ruler import draw_outline, draw_ruler, draw_whole
from iprtool.timeline.lanes.ruptures import RupturesLane
from iprtool.timeline.lanes.spans import SpansLane
from iprtool.timeline.lanes.speech import SpeechLane
from iprtool.timeline.lanes.text import TextLane

__all__ = [
    "TONES",
    "Cells",
    "ItemLane",
    "Lane",
    "LaneItem",
    "MarksLane",
    "PeakPyramid",
    "PeaksLane",
    "RupturesLane",
    "SpansLane",
    "SpeechLane",
    "TextLane",
    "draw_outline",
    "draw_ruler",
    "draw_whole",
    "glyphs_of",
]
