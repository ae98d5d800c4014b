"""Columns as the tables declare them: keys, references, times, terms, words and texts."""

from iprtool.export.schema import Asked, Column
from iprtool.model.terms import levels

POSITION = "Place in the order given, from 0."
RAW = "The player's clock when the key was pressed, before the reaction time was taken off."
SURE = "How far the time may be off, to either side, as the player's clock knew it."


def key(of: str, description: str, *, source: str = "id") -> Column:
    """The id by which a row is known."""
    return Column(f"{of}_id", "id", description, nullable=False, names=of, source=source)


def ref(
    of: str,
    table: str,
    description: str,
    *,
    nullable: bool = False,
    source: str | None = None,
    name: str | None = None,
) -> Column:
    """The id of a row of another table."""
    return Column(name or f"{of}_id", "id", description, nullable=nullable, names=of, refers=table, source=source or of)


def ms(name: str, description: str, *, nullable: bool = False, source: str | None = None) -> Column:
    """A time of the recording, or a length, in milliseconds."""
    return Column(name, "integer", description, unit="ms", nullable=nullable, source=source)


def integer(name: str, description: str, *, nullable: bool = False, unit: str | None = None) -> Column:
    """A whole number."""
    return Column(name, "integer", description, nullable=nullable, unit=unit)


def number(name: str, description: str, unit: str, *, nullable: bool = True, source: str | None = None) -> Column:
    """A number with its unit."""
    return Column(name, "number", description, unit=unit, nullable=nullable, source=source)


def flag(name: str, description: str, *, nullable: bool = False, source: str | None = None) -> Column:
    """Yes or no."""
    return Column(name, "boolean", description, nullable=nullable, source=source)


def term(name: str, of: object, description: str, *, nullable: bool = False, source: str | None = None) -> Column:
    """A term of a closed vocabulary."""
    return Column(name, "category", description, levels=levels(of), nullable=nullable, source=source)


def words(name: str, description: str, *, nullable: bool = True, source: str | None = None) -> Column:
    """One of the study's own words."""
    return Column(name, "category", description, nullable=nullable, source=source)


def text(
    name: str, description: str, *, asked: Asked | None = None, nullable: bool = True, source: str | None = None
) -> Column:
    """Text, which leaves only when it is asked for where `asked` says so."""
    return Column(name, "text", description, nullable=nullable, asked=asked, source=source)


def day_offset(of: str) -> Column:
    """A day, counted from the study's first operation; leaves only when dates are asked for."""
    description = f"Days of the calendar from the study's first operation to {of}; negative before it."
    return Column("day_offset", "integer", description, unit="d", asked="dates")


RATE = number("rate", "Speed of playing at that moment; 1 is normal.", "× normal speed", nullable=False)
RECALL = ref("recall", "recalls", "The recall that this belongs to.")
RECALL_IF = ref("recall", "recalls", "The recall that this belongs to; null where it is of none.", nullable=True)
CODING_IF = ref("coding", "codings", "The coding that this belongs to; null where it is of none.", nullable=True)
