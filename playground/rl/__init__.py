"""Learning by trial and error: worlds, a memory of what happened, and agents that learn from it."""
