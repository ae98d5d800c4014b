"""Lanes: which rows they take and what each cell of them shows; one module a kind."""

from iprtool.timeline.lanes.cells import TONES, Cells, glyphs_of
from iprtool.timeline.lanes.episode_item import EpisodeItem, episode_item, rupture_item, rupture_sign, strategy_id
from iprtool.timeline.lanes.episodes import EpisodesLane
from iprtool.timeline.lanes.lane import ItemLane, Lane, LaneItem
from iprtool.timeline.lanes.links import LinksLane, link_item
from iprtool.timeline.lanes.marks import MarksLane
from iprtool.timeline.lanes.peaks import PeaksLane
from iprtool.timeline.lanes.pyramid import PeakPyramid
from iprtool.timeline.lanes.ruler import draw_outline, draw_ruler, draw_whole
from iprtool.timeline.lanes.ruptures import RupturesLane
from iprtool.timeline.lanes.segments import SEGMENT_MS, SegmentsLane, segment_id, segment_number
from iprtool.timeline.lanes.spans import SpansLane
from iprtool.timeline.lanes.speech import SpeechLane
from iprtool.timeline.lanes.text import TextLane
from iprtool.timeline.lanes.trace import Sample, TraceLane

__all__ = [
    "SEGMENT_MS",
    "TONES",
    "Cells",
    "EpisodeItem",
    "EpisodesLane",
    "ItemLane",
    "Lane",
    "LaneItem",
    "LinksLane",
    "MarksLane",
    "PeakPyramid",
    "PeaksLane",
    "RupturesLane",
    "Sample",
    "SegmentsLane",
    "SpansLane",
    "SpeechLane",
    "TextLane",
    "TraceLane",
    "draw_outline",
    "draw_ruler",
    "draw_whole",
    "episode_item",
    "glyphs_of",
    "link_item",
    "rupture_item",
    "rupture_sign",
    "segment_id",
    "segment_number",
    "strategy_id",
]
