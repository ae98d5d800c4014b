"""The researcher's review: all layers of a session side by side, and what is said across them."""
