"""A transcript in WebVTT (https://www.w3.org/TR/webvtt1/): who said what, from when to when."""

import html
import re
from pathlib import Path

from iprtool.media.source_file import FileSource, printable
from iprtool.model.errors import MediaError
from iprtool.model.study import Utterance
from iprtool.model.times import parse_clock

LARGEST_BYTES = 64 << 20
_TIME = r"(?:\d{1,4}:)?[0-5]?\d:[0-5]?\d\.\d{1,3}"
_TIMINGS = re.compile(rf"\s*({_TIME})\s*-->\s*({_TIME})(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]+)*\s+([^>]+)>")
_TAG = re.compile(r"<[^>]*>")


def read_vtt(path: Path) -> list[Utterance]:
    """The utterances of a WebVTT file by their start; a cue with several voice spans (`<v client>`) gives one for each.

    Speakers are the voices' names, empty where a cue names none; markup is taken off. Raises MediaError in one
    sentence, with the line, where the file cannot be read, is no WebVTT, or has a cue whose times are none.
    """
    import webvtt

    text, name = _text(path), printable(path)
    _check_times(text, name)
    try:
        captions = webvtt.from_string(text).captions
    except (webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError):
        raise MediaError(f"{name}, line 1: a transcript in WebVTT begins with the word WEBVTT.") from None
    utterances = [
        Utterance(caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds(), speaker, said)
        for caption in captions
        for speaker, said in _voices(caption.raw_text)
    ]
    return sorted(utterances, key=lambda utterance: utterance.start_ms)


def _check_times(text: str, name: str) -> None:
    """webvtt passes over a cue that it cannot read; here that is an error, with its line."""
    for number, line in enumerate(text.splitlines(), 1):
        if "-->" not in line:
            continue
        times = _TIMINGS.fullmatch(line)
        if times is None:
            raise MediaError(f"{name}, line {number}: write a cue's times like 00:12.000 --> 00:15.500.")
        if parse_clock(times[2]) < parse_clock(times[1]):
            raise MediaError(f"{name}, line {number}: the cue ends before it starts; correct its times.")


def _text(path: Path) -> str:
    source = FileSource(path)
    try:
        if source.size > LARGEST_BYTES:
            raise MediaError(f"{printable(path)} is too large for a transcript; choose the .vtt file.")
        return source.read_at(0, source.size).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise MediaError(f"{printable(path)}, line {line}: the text is not in UTF-8; save it as UTF-8.") from None
    except OSError:
        raise MediaError(f"{printable(path)} could not be read; check the disk that it is on.") from None
    finally:
        source.close()


def _voices(cue: str) -> list[tuple[str, str]]:
    """Speaker and words of every voice span of a cue."""
    unnamed, *spans = _VOICE.split(cue)
    voices = [("", unnamed), *zip(spans[::2], spans[1::2], strict=True)]
    said = [(_plain(speaker), _plain(words)) for speaker, words in voices]
    return [(speaker, words) for speaker, words in said if words]


def _plain(marked_up: str) -> str:
    """The words without markup and without what could steer a terminal, on one line."""
    words = " ".join(html.unescape(_TAG.sub("", marked_up)).split())
    return "".join(char for char in words if char.isprintable())
