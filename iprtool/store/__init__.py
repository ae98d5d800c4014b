"""Sealed objects, keys, the operation log and the study folder."""
