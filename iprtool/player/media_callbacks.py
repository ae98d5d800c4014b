"""A source as libVLC's media callbacks, so that a sealed recording is played without a clear copy on disk."""

import ctypes
from typing import Any

from iprtool.model.ports import Source

READ_BYTES = 512 << 10


class MediaCallbacks:
    """A source for libVLC, each opening with a position of its own.

    An exception must not leave a callback.
    """

    def __init__(self, vlc: Any, source: Source) -> None:
        self._source = source
        self._positions: dict[int, int] = {}
        kinds = vlc.CallbackDecorators
        # Kept here, or they would be collected while libVLC still calls them.
        self._callbacks = (
            kinds.MediaOpenCb(self._open),
            kinds.MediaReadCb(self._read),
            kinds.MediaSeekCb(self._seek),
            kinds.MediaCloseCb(self._close),
        )

    def media(self, instance: Any) -> Any:
        """A new media that reads the source."""
        return instance.media_new_callbacks(*self._callbacks, None)

    def _open(self, _opaque: Any, data: Any, size: Any) -> int:
        handle = max(self._positions, default=0) + 1
        self._positions[handle] = 0
        data[0], size[0] = handle, self._source.size
        return 0

    def _read(self, handle: int, buffer: Any, size: int) -> int:
        try:
            data = self._source.read_at(self._positions[handle], min(size, READ_BYTES))
        except OSError:
            return -1
        ctypes.memmove(buffer, data, len(data))
        self._positions[handle] += len(data)
        return len(data)

    def _seek(self, handle: int, offset: int) -> int:
        self._positions[handle] = offset
        return 0

    def _close(self, handle: int) -> None:
        del self._positions[handle]
