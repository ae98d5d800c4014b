"""Recordings as files: probe, guarded open, conforming, peaks, transcript."""
