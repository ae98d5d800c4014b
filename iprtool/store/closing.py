"""What is closed in the end, however its `with` is left."""

from types import TracebackType
from typing import Self


class Closing:
    """Closed where its `with` ends."""

    def close(self) -> None:
        """Let go (each one's own)."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
