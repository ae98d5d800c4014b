"""The values that the rest of iprtool speaks in, all frozen, and the protocols that hold its parts apart."""
