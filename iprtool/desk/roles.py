"""What each role is shown: its words, and its face."""

from iprtool.model.terms import Face, Role

PALETTES: dict[Role, str] = {
    "client": "recaller-plain",
    "second_client": "recaller-plain",
    "interpreter": "recaller-plain",
    "therapist": "therapist-plain",
    "co_therapist": "therapist-plain",
    "researcher": "elliott-events-1985",
    "observer": "elliott-events-1985",
    "supervisor": "therapist-plain",
}
FACES: dict[Role, Face] = {
    "client": "participant",
    "second_client": "participant",
    "interpreter": "participant",
    "therapist": "therapist",
    "co_therapist": "therapist",
    "researcher": "researcher",
    "observer": "researcher",
    "supervisor": "researcher",
}
