"""Observer coding of one session: segments, codes, whole-session ratings, evidence, and when it is finished."""
