"""Codebooks' files made up for the tests of what reads them."""

from pathlib import Path

from iprtool.codebooks.loader import Problem, check


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def only_problem(path: Path, text: str | bytes) -> Problem:
    (problem,) = check(written(path, text))
    return problem
