"""Where in a recording somebody speaks, and on which of its channels."""

import msgspec


class SpeechSpan(msgspec.Struct, frozen=True):
    """A stretch of speech; `channel` counts from 0, the left one, and None where the channels were not told apart."""

    start_ms: int
    end_ms: int
    channel: int | None = None
