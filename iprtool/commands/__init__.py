"""The one command table: keys with stable ids, what each does, who has it; footer, palette and help come from it."""

from iprtool.commands.coding import CODING, looked_at
from iprtool.commands.dial import DESCRIBE, DIAL
from iprtool.commands.library import LIBRARY
from iprtool.commands.new_recall import CONSENTS, NEW_RECALL
from iprtool.commands.recall import RECALL
from iprtool.commands.review import REVIEW
from iprtool.commands.shared import without_picture
from iprtool.commands.table import Command, Moment, first_keys, key_line, of_face, remapped

__all__ = [
    "CODING",
    "CONSENTS",
    "DESCRIBE",
    "DIAL",
    "LIBRARY",
    "NEW_RECALL",
    "RECALL",
    "REVIEW",
    "Command",
    "Moment",
    "first_keys",
    "key_line",
    "looked_at",
    "of_face",
    "remapped",
    "without_picture",
]
