"""What was changed in a study, in words; which changes are shown; and what takes one of them back."""
