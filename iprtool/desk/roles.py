"""What each role is shown: its words, and its face."""

from collections.abc import Sequence

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


def face_of(roles: Sequence[Role]) -> Face:
    """The face of a recall by the first of these, with the others beside: a participant's as soon as there is one."""
    faces = [FACES[role] for role in roles]
    return "participant" if "participant" in faces else faces[0]
