"""The demo: a fictional study of two dyads, made from what is written down in recordings/demo."""
