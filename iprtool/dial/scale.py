"""The dial's scale: 1 to 9 as on the HAT form (Llewelyn 1988), a whole point a step."""

LOWEST, NEUTRAL, HIGHEST = 1, 5, 9

_HOW_MUCH = ("", "slightly", "moderately", "greatly", "extremely")


def within(value: float) -> float:
    """The value, or the end of the scale that it is beyond."""
    return min(max(value, LOWEST), HIGHEST)


def label(value: float) -> str:
    """A rating in words, after the nearest whole point: extremely hindering, neutral, slightly helpful."""
    away = int(within(value) - NEUTRAL + (0.5 if value > NEUTRAL else -0.5))
    return f"{_HOW_MUCH[abs(away)]} {'helpful' if away > 0 else 'hindering'}" if away else "neutral"


def half_point(value: float) -> float:
    """The nearest half point, as a mark's own rating has it."""
    return within(round(2 * value) / 2)
