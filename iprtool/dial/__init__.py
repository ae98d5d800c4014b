"""The dial: a helpful–hindering rating that is moved while the recording plays; nothing here knows a screen."""
