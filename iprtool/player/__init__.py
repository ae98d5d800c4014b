"""Playing a sealed recording: the protocol, the clock, and two players in a process of their own."""
