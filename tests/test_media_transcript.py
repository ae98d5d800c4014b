"""A transcript in WebVTT is read whole, or refused with the line that is wrong."""

from pathlib import Path

import pytest

from iprtool.media.transcript import read_vtt
from iprtool.model.errors import MediaError
from iprtool.model.study import Utterance


def vtt(folder: Path, text: str | bytes) -> Path:
    path = folder / "session.vtt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_voices_are_speakers(tmp_path: Path) -> None:
    path = vtt(
        tmp_path,
        "\ufeffWEBVTT - session 3\n\nNOTE by hand\n\nSTYLE\n::cue { color: red }\n\n"
        "12\n01:02.500 --> 01:04.000 align:start\n<v client>I &amp; <i>you</i>\n<v.quiet therapist>Mm.</v>\n\n"
        "00:00:03.000 --> 00:00:05.250\nnobody\nknown\n",
    )
    assert read_vtt(path) == [
        Utterance(3000, 5250, "", "nobody known"),
        Utterance(62_500, 64_000, "client", "I & you"),
        Utterance(62_500, 64_000, "therapist", "Mm."),
    ]


def test_cues_without_words_are_left_out(tmp_path: Path) -> None:
    assert read_vtt(vtt(tmp_path, "WEBVTT\n\n00:01.000 --> 00:02.000\n<v client> </v>\n")) == []


def test_what_steers_a_terminal_is_taken_out(tmp_path: Path) -> None:
    path = vtt(tmp_path, "WEBVTT\n\n00:01.000 --> 00:02.000\n<v \x1b]0;x\x07client>\x1b[2Jgo &#27;[31m\u202eon\n")
    assert read_vtt(path) == [Utterance(1000, 2000, "]0;xclient", "[2Jgo [31mon")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "1\n00:01.000 --> 00:02.000\nhi\n",
            "session.vtt, line 1: a transcript in WebVTT begins with the word WEBVTT.",
        ),
        (
            "WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nhi\n",
            "session.vtt, line 3: write a cue's times like 00:12.000 --> 00:15.500.",
        ),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n\n00:61.000 --> 01:02.000\nhi\n",
            "session.vtt, line 6: write a cue's times like 00:12.000 --> 00:15.500.",
        ),
        (
            "WEBVTT\n\n00:03.000 --> 00:02.000\nhi\n",
            "session.vtt, line 3: the cue ends before it starts; correct its times.",
        ),
        (
            b"WEBVTT\n\n00:01.000 --> 00:02.000\nh\xe9\n",
            "session.vtt, line 4: the text is not in UTF-8; save it as UTF-8.",
        ),
        ("", "session.vtt is empty; copy it here again."),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str | bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(MediaError) as raised:
        read_vtt(vtt(tmp_path, text))
    assert str(raised.value) == sentence


def test_a_missing_transcript_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"^none\.vtt was not found; check the path to the file\.$"):
        read_vtt(tmp_path / "none.vtt")
