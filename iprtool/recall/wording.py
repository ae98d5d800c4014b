"""How marks are put into words and glyphs, in plain terms for participants and the field's for researchers."""

from collections.abc import Sequence

from iprtool.model.codebook import Codebook
from iprtool.model.mark import Code, Mark, Peak, Rupture
from iprtool.model.terms import Role
from iprtool.model.times import clock
from iprtool.recall.protocols.couple import RATED

RUPTURE_LETTERS = {"withdrawal": "W", "confrontation": "C", "mixed": "M", "unclear": "?"}


def words_of(mark: Mark, codebook: Codebook) -> str:
    """The labels of a mark's codes, in the codebook's words, with their ratings; an unknown code shows as its id."""
    return ", ".join(_label(code, codebook) for code in mark.codes)


def _label(code: Code, codebook: Codebook) -> str:
    entry = codebook.entry(code.code) if code.codebook == codebook.id else None
    label = entry.label if entry else RATED.get(code.code, code.code)
    return label if code.rating is None else f"{label} {code.rating:g}"


def glyph_of(mark: Mark, codebook: Codebook) -> str:
    """● a positive word, ◆ a negative one, ○ neither, ▼ a rupture marker: with the first word's key.

    A word that has no digit of its own has the 0 of "all words".
    """
    if mark.rupture is not None:
        salience = f" {mark.rupture.salience}" if mark.rupture.salience else ""
        return f"▼{RUPTURE_LETTERS[mark.rupture.type]}{salience}"
    entry = codebook.entry(mark.codes[0].code) if mark.codes else None
    if entry is None:
        return "○"
    shape = {"positive": "●", "negative": "◆"}.get(entry.polarity or "", "○")
    return f"{shape}{entry.key or 0}"


def rupture_text(rupture: Rupture) -> str:
    """A rupture marker in one line: type, mover, locus, salience, addressed, resolved, as far as they were judged."""
    parts: list[str] = [f"{rupture.type} rupture"]
    if rupture.mover:
        parts.append(f"by {rupture.mover}")
    if rupture.locus:
        parts.append(rupture.locus)
    if rupture.salience:
        parts.append(f"salience {rupture.salience}")
    if rupture.addressed:
        parts.append({"yes": "addressed", "no": "not addressed", "unsure": "perhaps addressed"}[rupture.addressed])
    if rupture.resolved:
        parts.append(f"resolved {rupture.resolved}")
    return " · ".join(parts)


def title_of(mark: Mark, codebook: Codebook) -> str:
    """A mark in one line: its words, its rupture marker, or what it is; with a ★ where it was chosen."""
    parts = [words_of(mark, codebook)] if mark.codes else []
    if mark.rupture is not None:
        parts.append(rupture_text(mark.rupture))
    if mark.helpful is not None:
        parts.append(f"helpful {mark.helpful:g}")
    if not parts:
        parts.append({"open_interval": "a longer moment, still open", "interval": "a longer moment"}.get(mark.kind, ""))
    said = " · ".join(part for part in parts if part) or ("a note" if mark.note else "a moment")
    return f"★ {said}" if mark.chosen else said


def peaks_text(peaks: Sequence[Peak], of: Role | None) -> str:
    """Where the peaks are, and whose, where they are not one's own; empty where there are none."""
    if not peaks:
        return ""
    places = [clock(peak.at_ms) if peak.by_role == of else f"{peak.by_role}'s {clock(peak.at_ms)}" for peak in peaks]
    return f"{'peak' if len(peaks) == 1 else 'peaks'} {', '.join(places)}"
