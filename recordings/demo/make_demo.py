"""Makes each session's session.opus and session.vtt from its script.toml with the speech synthesiser flite.

Run it as `python recordings/demo/make_demo.py`. The same script, flite and libraries give the same bytes. Every
utterance is placed on a whole millisecond, so that the transcript's times are exact.
"""

import re
import subprocess
import sys
import tomllib
import wave
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]

HERE = Path(__file__).parent
RATE_HZ = 48_000
PER_MS = RATE_HZ // 1000
BIT_RATE = 40_000
SPEECH_DBFS = -17.5
PEAK_DBFS = -6.0
TONE_DBFS = -60.0
PAUSE = re.compile(r"\s*<(\d+)>\s*")


def main() -> None:
    """Make both files of every session, or of those whose folders are named as arguments."""
    for name in sys.argv[1:] or sorted(path.parent.name for path in HERE.glob("*/script.toml")):
        make(HERE / name)


def make(folder: Path) -> None:
    """Make both files of one session."""
    script = tomllib.loads((folder / "script.toml").read_text("utf-8"))
    utterances = [(line, spoken(line, script)) for line in script["lines"]]
    starts_ms, end_ms = placed(utterances, script)
    (folder / "session.vtt").write_text(transcript(utterances, starts_ms, script["title"]), "utf-8", newline="\n")
    encode(mixed(utterances, starts_ms, end_ms), folder / "session.opus", script["title"])
    print(f"{folder.name}: {len(utterances)} utterances, {end_ms / 1000:.1f} s")


def spoken(line: dict[str, Any], script: dict[str, Any]) -> Sound:
    """One utterance, its inner silences included, a whole number of milliseconds long."""
    voice = script["voices"][line["speaker"]]
    mood = script["moods"][line.get("mood", "plain")]
    parts = PAUSE.split(line["text"].replace("—", ""))
    pieces = [
        silence(int(part)) if place % 2 else phrase(part.strip(), voice, mood) for place, part in enumerate(parts)
    ]
    return np.concatenate(pieces)


def phrase(text: str, voice: dict[str, Any], mood: dict[str, Any]) -> Sound:
    """What flite says, brought to 48 kHz, evened in tone and set to its level."""
    settings = {"duration_stretch": voice["stretch"] * mood.get("stretch", 1.0)}
    if "pitch_hz" in voice:
        settings["int_f0_target_mean"] = voice["pitch_hz"] * mood.get("pitch", 1.0)
        settings["int_f0_target_stddev"] = voice["spread_hz"] * mood.get("spread", 1.0)
    sound = brightened(*flite(text, voice["voice"], settings))
    level_db = SPEECH_DBFS + voice["level_db"] + mood.get("level_db", 0.0)
    return faded(limited(trimmed(sound * gain(level_db) / loudness(sound))))


def flite(text: str, voice: str, settings: dict[str, float]) -> tuple[Sound, int]:
    """The synthesiser's samples (−1 to 1) and their rate in Hz."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        setf = [word for name, value in settings.items() for word in ("--setf", f"{name}={value:.4f}")]
        subprocess.run(["flite", "-voice", voice, *setf, "-t", text, "-o", str(path)], check=True)
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
            return samples / 32768, file.getframerate()


def brightened(sound: Sound, rate_hz: int) -> Sound:
    """The sound at 48 kHz, without rumble and with the upper half lifted: these voices are dull."""
    factor = RATE_HZ // rate_hz
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    low_cut = 1 / np.sqrt(1 + (80 / np.maximum(hz, 1)) ** 4)
    shelf = gain(9 / (1 + (1800 / np.maximum(hz, 1)) ** 2))
    return np.asarray(np.fft.irfft(spectrum * low_cut * shelf, len(sound) * factor) * factor)


def trimmed(sound: Sound) -> Sound:
    """The sound from its first to its last millisecond above 40 dB below its loudest."""
    frames = sound[: len(sound) // PER_MS * PER_MS].reshape(-1, PER_MS)
    level = np.sqrt(np.convolve((frames**2).mean(axis=1), np.ones(5) / 5, mode="same"))
    heard = np.flatnonzero(level > level.max() * gain(-40))
    return sound[heard[0] * PER_MS : (heard[-1] + 1) * PER_MS]


def limited(sound: Sound) -> Sound:
    """The sound with its peaks held at `PEAK_DBFS`: the gain is down before a peak comes, and changes smoothly."""
    peaks = np.abs(sound[: len(sound) // PER_MS * PER_MS]).reshape(-1, PER_MS).max(axis=1)
    needed = np.minimum(1, gain(PEAK_DBFS) / np.maximum(peaks, 1e-9))
    reach = 8
    held = np.lib.stride_tricks.sliding_window_view(np.pad(needed, reach, mode="edge"), 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * reach + 1)
    smooth: Sound = np.convolve(np.pad(held, reach, mode="edge"), window / window.sum(), mode="valid")
    at = (np.arange(len(sound)) - PER_MS / 2) / PER_MS
    return np.asarray(sound * np.interp(at, np.arange(len(smooth)), smooth))


def faded(sound: Sound) -> Sound:
    """The sound with 8 ms of fade at each end, against clicks."""
    ramp = np.linspace(0, 1, 8 * PER_MS)
    sound = sound.copy()
    sound[: len(ramp)] *= ramp
    sound[-len(ramp) :] *= ramp[::-1]
    return sound


def loudness(sound: Sound) -> float:
    """Root mean square of the 20 ms frames within 25 dB of the loudest."""
    frames = sound[: len(sound) // (20 * PER_MS) * (20 * PER_MS)].reshape(-1, 20 * PER_MS)
    power = (frames**2).mean(axis=1)
    return float(np.sqrt(power[power > power.max() * 10**-2.5].mean()))


def placed(utterances: list[tuple[dict[str, Any], Sound]], script: dict[str, Any]) -> tuple[list[int], int]:
    """When each utterance starts, and when the session ends, in milliseconds."""
    at_ms = script["lead_in_ms"]
    starts_ms = []
    for line, sound in utterances:
        starts_ms.append(at_ms)
        at_ms += len(sound) // PER_MS + line["pause_ms"]
    return starts_ms, at_ms + script["lead_out_ms"]


def mixed(utterances: list[tuple[dict[str, Any], Sound]], starts_ms: list[int], end_ms: int) -> Sound:
    """All utterances in one small room, over its tone."""
    mix = room_tone(end_ms * PER_MS)
    rooms = {"client": room(seed=1), "therapist": room(seed=2)}
    for (line, sound), start_ms in zip(utterances, starts_ms, strict=True):
        wet = convolved(sound, rooms[line["speaker"]])
        start = start_ms * PER_MS
        stop = min(start + len(wet), len(mix))
        mix[start:stop] += wet[: stop - start]
    return mix


def room(seed: int) -> Sound:
    """A furnished room's answer: the direct sound, then 250 ms of decaying noise some 20 dB below it."""
    noise = np.random.Generator(np.random.PCG64(seed)).standard_normal(250 * PER_MS)
    seconds = np.arange(len(noise)) / RATE_HZ
    tail = np.convolve(noise * np.exp(-seconds * 28), np.ones(6) / 6, mode="same")
    tail[: 4 * PER_MS] = 0
    tail *= gain(-17) / np.sqrt((tail**2).sum())
    tail[0] = 1
    return tail


def room_tone(samples: int) -> Sound:
    """Low noise, as of ventilation, falling 6 dB an octave above 60 Hz; a minute of it that repeats without a seam."""
    size = 60 * RATE_HZ
    spectrum = np.fft.rfft(np.random.Generator(np.random.PCG64(3)).standard_normal(size))
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    noise = np.fft.irfft(spectrum * (hz > 30) / np.maximum(hz, 60), size)
    minute = noise * gain(TONE_DBFS) / np.sqrt((noise**2).mean())
    return np.resize(minute, samples)


def convolved(sound: Sound, answer: Sound) -> Sound:
    """The sound in the room."""
    size = len(sound) + len(answer) - 1
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(answer, size), size))


def silence(ms: int) -> Sound:
    """Nothing, for so long."""
    return np.zeros(ms * PER_MS)


def gain(db: Any) -> Any:
    """A level in dB as a factor."""
    return 10 ** (db / 20)


def encode(mix: Sound, path: Path, title: str) -> None:
    """Write the mix as Ogg/Opus; bit-exact mode keeps the stream's number from being drawn at random."""
    with av.open(str(path), "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        container.metadata.update({"title": f"{title} (fictional demo session)", "license": "CC BY 4.0"})
        stream = container.add_stream("libopus", rate=RATE_HZ, options={"application": "audio", "vbr": "on"})
        stream.layout = "mono"
        stream.bit_rate = BIT_RATE
        for start in range(0, len(mix), RATE_HZ):
            block = mix[start : start + RATE_HZ].astype(np.float32)
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate = RATE_HZ
            frame.pts = start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def transcript(utterances: list[tuple[dict[str, Any], Sound]], starts_ms: list[int], title: str) -> str:
    """The session as WebVTT, a cue an utterance."""
    cues = [f"WEBVTT\n\nNOTE\n{title}: a fictional session; nobody in it exists. CC BY 4.0.\n"]
    for (line, sound), start_ms in zip(utterances, starts_ms, strict=True):
        end_ms = start_ms + len(sound) // PER_MS
        text = PAUSE.sub(" ", line["text"])
        cues.append(f"{stamp(start_ms)} --> {stamp(end_ms)}\n<v {line['speaker']}>{text}\n")
    return "\n".join(cues)


def stamp(ms: int) -> str:
    """Milliseconds as WebVTT writes them."""
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


if __name__ == "__main__":
    main()
