"""The shared timeline: scale, index and lanes (pure), strips, widget."""
