"""The closed vocabularies that only the export has."""

from typing import Literal

Withholding = Literal["withdrawn", "no_consent"]
"""Why the content of a recall, a coding or a score does not leave."""

MemberRole = Literal["marker", "strategy"]
"""What a member is in a rupture episode."""

CodeKind = Literal["code", "session_rating"]
"""Whether a row of the codebook is a code, or a scale on which whole sessions are rated."""
