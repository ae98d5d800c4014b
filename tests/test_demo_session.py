"""The demo session as committed: its sound, its transcript, and that the marks fall on what they speak of."""

import functools
import itertools
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import webvtt
from numpy.typing import NDArray

import iprtool
from iprtool.codebooks import shipped
from iprtool.demo.session import DemoLayer, demo_folder, demo_layers
from iprtool.model.errors import IprtoolError
from iprtool.model.mark import Mark
from iprtool.model.protocol import RecallProtocol
from iprtool.model.times import parse_clock

RATE_HZ = 48_000
FOLDER = Path(__file__).parent.parent / "recordings" / "demo" / "d01-s3"
RESEARCH_TERMS = ("rupture", "withdrawal", "confrontation", "alliance", "marker", "resistance")

Cue = tuple[int, int, str, str]


@functools.cache
def cues() -> tuple[Cue, ...]:
    found = webvtt.read(str(FOLDER / "session.vtt"))
    return tuple((parse_clock(cue.start), parse_clock(cue.end), cue.voice or "", cue.text) for cue in found.captions)


@functools.cache
def sound() -> NDArray[np.float32]:
    with av.open(str(FOLDER / "session.opus")) as container:
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(container.streams.audio[0])]
    return np.concatenate(frames).astype(np.float32)


@functools.cache
def level_db() -> NDArray[np.float64]:
    """The level of every millisecond, over five."""
    samples = sound()
    power = (samples[: len(samples) // 48 * 48].reshape(-1, 48).astype(np.float64) ** 2).mean(axis=1)
    return np.asarray(10 * np.log10(np.convolve(power, np.ones(5) / 5, mode="same") + 1e-12))


@functools.cache
def layers() -> dict[str, DemoLayer]:
    return {layer.by: layer for layer in demo_layers(FOLDER)}


def written() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / "layers.toml").read_text("utf-8"))["layers"]
    return found


def window_end_ms(place: int) -> int:
    """Until when a mark can be said to speak of an utterance: the next one's start."""
    return cues()[place + 1][0] if place + 1 < len(cues()) else len(level_db())


class TestSound:
    def test_is_mono_opus_at_48_khz_of_about_ten_minutes_in_under_4_mb(self) -> None:
        path = FOLDER / "session.opus"
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            assert (stream.codec_context.name, stream.rate, stream.codec_context.layout.name) == ("opus", 48000, "mono")
        assert path.stat().st_size < 4_000_000
        assert 570 <= len(sound()) / RATE_HZ <= 630

    def test_is_loud_enough_and_never_clips(self) -> None:
        samples = sound()
        frames = samples[: len(samples) // 960 * 960].reshape(-1, 960).astype(np.float64)
        power = (frames**2).mean(axis=1)
        spoken_db = 10 * np.log10(power[power > 1e-4].mean())
        assert -23 <= spoken_db <= -16
        assert np.abs(samples).max() < 0.8

    def test_silences_are_a_quiet_room_not_nothing(self) -> None:
        samples = sound()
        tenths = samples[: len(samples) // 4800 * 4800].reshape(-1, 4800).astype(np.float64)
        room_db = 10 * np.log10((tenths**2).mean(axis=1) + 1e-12)
        assert -70 < room_db.min() < -55

    def test_the_two_voices_differ_in_pitch(self) -> None:
        client, therapist = pitch_hz("client"), pitch_hz("therapist")
        assert therapist < 125 < 160 < client


def pitch_hz(speaker: str) -> float:
    """The median pitch of a speaker's ten longest utterances, by autocorrelation."""
    longest = sorted((cue for cue in cues() if cue[2] == speaker), key=lambda cue: cue[0] - cue[1])[:10]
    found = []
    for start_ms, end_ms, _, _ in longest:
        said = sound()[start_ms * 48 : end_ms * 48 : 6].astype(np.float64)
        for at in range(0, len(said) - 400, 400):
            frame = said[at : at + 400] * np.hanning(400)
            lags = np.correlate(frame, frame, "full")[399:]
            best = int(np.argmax(lags[23:134])) + 23
            if lags[0] > 0.05 and lags[best] > 0.45 * lags[0]:
                found.append(8000 / best)
    return float(np.median(found))


class TestTranscript:
    def test_says_what_the_script_says(self) -> None:
        lines = tomllib.loads((FOLDER / "script.toml").read_text("utf-8"))["lines"]
        said = [(line["speaker"], re.sub(r"\s*<\d+>\s*", " ", line["text"])) for line in lines]
        assert [(cue[2], cue[3]) for cue in cues()] == said

    def test_keeps_the_scripts_silences(self) -> None:
        lines = tomllib.loads((FOLDER / "script.toml").read_text("utf-8"))["lines"]
        gaps = [later[0] - earlier[1] for earlier, later in itertools.pairwise(cues())]
        assert gaps == [line["pause_ms"] for line in lines[:-1]]

    def test_each_utterance_begins_in_the_sound_where_it_says(self) -> None:
        level = level_db()
        for start_ms, _, _, text in cues():
            heard = np.flatnonzero(level[start_ms - 60 : start_ms + 200] > -45)
            assert abs(int(heard[0]) - 60) <= 30, text

    def test_each_utterance_ends_in_the_sound_where_it_says(self) -> None:
        level = level_db()
        for place, (_, end_ms, _, text) in enumerate(cues()):
            until_ms = min(end_ms + 400, window_end_ms(place) - 20)
            heard = np.flatnonzero(level[end_ms - 200 : until_ms] > -45)
            assert -150 <= int(heard[-1]) - 200 <= 60, text

    def test_it_is_quiet_between_utterances(self) -> None:
        level = level_db()
        for place, (_, end_ms, _, text) in enumerate(cues()):
            gap = level[end_ms + 250 : window_end_ms(place) - 20]
            assert not len(gap) or gap.max() < -48, text

    def test_both_speak_and_there_are_long_silences(self) -> None:
        assert {cue[2] for cue in cues()} == {"client", "therapist"}
        gaps = [later[0] - earlier[1] for earlier, later in itertools.pairwise(cues())]
        assert sum(gap >= 7000 for gap in gaps) >= 4


class TestLayers:
    def test_there_are_a_clients_a_therapists_and_a_researchers(self) -> None:
        assert list(layers()) == ["client", "therapist", "researcher"]
        counts = {by: len(layer.marks) for by, layer in layers().items()}
        assert counts == {"client": 12, "therapist": 10, "researcher": 8}

    def test_ids_are_unique_and_the_same_every_time(self) -> None:
        entities: list[str] = []
        for layer in layers().values():
            entities += [mark.id for mark in layer.marks] + [stop.id for stop in layer.stops]
            entities += [part.id for part in layer.coverage]
        assert len(set(entities)) == len(entities)
        assert demo_layers(FOLDER) == list(layers().values())

    @pytest.mark.parametrize("by", ["client", "therapist", "researcher"])
    def test_each_mark_falls_on_what_it_speaks_of(self, by: str) -> None:
        table = next(layer for layer in written() if layer["by"] == by)
        for mark in table["marks"]:
            at_ms = parse_clock(mark["at"])
            windows = [
                (cue[0], window_end_ms(place))
                for place, cue in enumerate(cues())
                if mark["on"].lower() in cue[3].lower()
            ]
            within = any(start_ms - 300 <= at_ms <= end_ms for start_ms, end_ms in windows)
            spans = "until" in mark and any(at_ms <= start_ms <= parse_clock(mark["until"]) for start_ms, _ in windows)
            assert within or spans, f"{by} {mark['at']}: {mark['on']}"

    @pytest.mark.parametrize("by", ["client", "therapist", "researcher"])
    def test_codes_are_the_shipped_codebooks(self, by: str) -> None:
        layer = layers()[by]
        codebook = shipped(layer.codebook)
        assert layer.codebook_version == codebook.version
        for mark in layer.marks:
            assert mark.codes
            assert all(codebook.entry(code.code) for code in mark.codes), mark.codes

    @pytest.mark.parametrize("by", ["client", "therapist", "researcher"])
    def test_coverage_has_no_hole_and_no_overlap(self, by: str) -> None:
        coverage = layers()[by].coverage
        assert coverage[0].start_ms == 0
        assert 0 <= len(sound()) / 48 - coverage[-1].end_ms < 100
        assert all(one.end_ms == other.start_ms for one, other in itertools.pairwise(coverage))

    @pytest.mark.parametrize("by", ["client", "therapist", "researcher"])
    def test_marks_and_stops_lie_in_what_was_played(self, by: str) -> None:
        layer = layers()[by]
        played = [(part.start_ms, part.end_ms) for part in layer.coverage if part.kind == "played"]
        times = [mark.start_ms for mark in layer.marks] + [mark.last_ms for mark in layer.marks]
        times += [stop.at_ms for stop in layer.stops]
        assert all(any(start_ms <= at_ms <= end_ms for start_ms, end_ms in played) for at_ms in times)

    @pytest.mark.parametrize("by", ["client", "therapist"])
    def test_playing_went_on_from_the_pre_roll_after_each_stop(self, by: str) -> None:
        stops = layers()[by].stops
        assert all(stop.went_on_ms == stop.at_ms - RecallProtocol().pre_roll_ms for stop in stops)
        assert {stop.stopped_by for stop in stops} == {"recaller", "inquirer"}
        assert all(mark.stop in {stop.id for stop in stops} for mark in layers()[by].marks)

    def test_the_client_skipped_a_stretch_and_declined_one(self) -> None:
        kinds = [part.kind for part in layers()["client"].coverage]
        assert (kinds.count("skipped"), kinds.count("declined")) == (1, 1)

    def test_the_clients_marks_show_what_a_recall_can_hold(self) -> None:
        marks = layers()["client"].marks
        assert sum(mark.kind == "interval" for mark in marks) == 2
        assert sum(mark.timeframe == "now" for mark in marks) == 1
        assert sum(mark.perspective == "guess_of_partner" for mark in marks) == 1
        assert sum(mark.helpful is not None for mark in marks) >= 6
        assert all(mark.author == "recaller" and mark.rupture is None and mark.note for mark in marks)

    def test_the_client_speaks_no_researchers_terms(self) -> None:
        layer = layers()["client"]
        text = " ".join([layer.closing, *(mark.note for mark in layer.marks)]).lower()
        assert layer.closing
        assert not [term for term in RESEARCH_TERMS if term in text]

    def test_helpful_ratings_are_half_points_of_the_scale(self) -> None:
        ratings = [mark.helpful for layer in layers().values() for mark in layer.marks if mark.helpful is not None]
        assert all(1 <= rating <= 9 and (rating * 2).is_integer() for rating in ratings)

    def test_the_therapist_and_the_researcher_set_rupture_markers_with_all_fields(self) -> None:
        assert [rupture.type for rupture in ruptures("therapist")] == ["withdrawal", "confrontation"]
        assert [rupture.type for rupture in ruptures("researcher")] == ["withdrawal", "withdrawal", "confrontation"]
        for rupture in (*ruptures("therapist"), *ruptures("researcher")):
            assert None not in (rupture.mover, rupture.locus, rupture.salience, rupture.addressed, rupture.resolved)

    def test_the_researchers_episode_goes_from_markers_to_how_they_were_resolved(self) -> None:
        marks = layers()["researcher"].marks
        episode = [mark for mark in marks if mark.episode]
        assert len({mark.episode for mark in episode}) == 1
        assert [mark.rupture is not None for mark in episode] == [True, True, True, False, False, False]
        assert all(mark.author == "coder" for mark in marks)

    def test_client_and_therapist_meet_at_some_moments_and_not_at_others(self) -> None:
        assert len(together(3000)) == 6
        alone = len(layers()["client"].marks) - len({one.id for one, _ in together(10_000)})
        assert alone >= 3

    def test_one_moment_has_two_meanings(self) -> None:
        said = next(cue for cue in cues() if cue[3].startswith("No, it's fine."))
        of_it = [(one, other) for one, other in together(3000) if said[0] <= one.start_ms <= said[1] + 3500]
        codes = [(one.codes[0].code, other.codes[0].code) for one, other in of_it]
        assert codes == [("wanted_to_stop", "felt_in_touch")]


def ruptures(by: str) -> list[Any]:
    return [mark.rupture for mark in layers()[by].marks if mark.rupture is not None]


def together(within_ms: int) -> list[tuple[Mark, Mark]]:
    points = [[mark for mark in layers()[by].marks if mark.kind == "point"] for by in ("client", "therapist")]
    return [(one, other) for one in points[0] for other in points[1] if abs(one.start_ms - other.start_ms) <= within_ms]


class TestFolder:
    def test_the_checkout_has_it(self) -> None:
        assert (demo_folder() / "session.opus").is_file()

    def test_the_installed_package_comes_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        installed = tmp_path / "iprtool"
        (installed / "demo" / "recordings" / "d01-s3").mkdir(parents=True)
        shutil.copy(FOLDER / "layers.toml", installed / "demo" / "recordings" / "d01-s3")
        monkeypatch.setattr(iprtool, "__file__", str(installed / "__init__.py"))
        assert demo_folder() == installed / "demo" / "recordings" / "d01-s3"
        assert len(demo_layers(demo_folder())) == 3

    def test_a_missing_demo_is_one_sentence(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(iprtool, "__file__", str(tmp_path / "iprtool" / "__init__.py"))
        with pytest.raises(IprtoolError, match="install iprtool again"):
            demo_folder()

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('by = "client"', 'by = "clint"'),
            ('at = "01:32.400"', 'at = "01:99.400"'),
            ("helpful = 9.0", "helpful = 10"),
            ("helpful =", "helpfull ="),
            ('stop = "01:45.600"', 'stop = "01:45.601"'),
            ("[[layers]]", "[[layers]"),
        ],
    )
    def test_a_damaged_layer_file_is_one_sentence(self, tmp_path: Path, old: str, new: str) -> None:
        text = (FOLDER / "layers.toml").read_text("utf-8")
        assert old in text
        (tmp_path / "layers.toml").write_text(text.replace(old, new), "utf-8")
        with pytest.raises(IprtoolError, match="could not be read; install iprtool again"):
            demo_layers(tmp_path)
