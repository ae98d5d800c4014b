"""`make bench`: every budget of the design, each measured beside its reference, in one run."""
