"""A recall as it goes: gestures become operations and commands to the player; nothing here knows a screen."""
