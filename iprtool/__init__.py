"""iprtool: Interpersonal Process Recall in the terminal."""

__version__ = "0.1.0"
